// Accounts as a CSV file that no spreadsheet takes for formulas. Pure.

const FORMULA = /^ *[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Return a cell; a text that a spreadsheet would compute has an apostrophe before it. */
export function cell(value) {
  if (value === null || value === undefined) return "";
  let text = String(value);
  if (typeof value === "string" && FORMULA.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Return a file of a line of names and a line a row; columns that end in `_at` are times, given in ms. */
export function csv(fields, rows) {
  const times = fields.map((field) => field.endsWith("_at"));
  const line = (row) => row.map((value, n) => cell(times[n] && value !== null ? new Date(value).toISOString() : value)).join(",");
  return `${[fields.join(","), ...rows.map(line)].join("\r\n")}\r\n`;
}
