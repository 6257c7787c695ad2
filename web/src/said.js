// What scripts say: words and numbers in the language of the page, and names as they may be shown.

const held = document.getElementById("words");

export const words = held ? JSON.parse(held.textContent) : {};
// English as most of the world writes dates: the day before the month, 24 hours, as the server does.
const language = document.documentElement.lang === "de" ? "de" : "en-GB";
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const moments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const days = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
const hours = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
const months = new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" });

/** Return words under a key with what is in braces filled in. */
export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export const number = (value) => (value === null || value === undefined ? words.unknown : numbers.format(value));
export const moment = (ms) => (ms === null || ms === undefined ? words.unknown : moments.format(ms));

/** Return a span of time from `begin` to `end`, the day once where it is the same. */
export const between = (begin, end) => moments.formatRange(begin, end);

/** Return what a tick says at a moment of an axis that spans so many ms. */
export function tick(ms, span) {
  if (span > 400 * 86400000) return months.format(ms);
  return ms % 86400000 === 0 || span > 12 * 86400000 ? days.format(ms) : hours.format(ms);
}

/** Return a length of minutes in its largest unit. */
export function minutes(count) {
  const [value, unit] = count % 1440 === 0 ? [count / 1440, "day"] : count % 60 === 0 ? [count / 60, "hour"] : [count, "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

// The same as pipeline/text/shown.py: control, format and bidi characters are seen, not obeyed.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** Return a text with every character visible; braces do not style a chart's label. */
export function shown(text, most = 80) {
  const plain = text.replace(HIDDEN, (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`).replace(/\{/g, "{\u2060");
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}
