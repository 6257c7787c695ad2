// Light or dark: as the system has it, or as chosen. A choice is kept where the browser lets a page keep anything.

const KEY = "turfwatch-theme";
const THEMES = ["light", "dark"];

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a file opened from a disk may be denied storage
  }
}

function keep(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // the choice then holds as long as the page
  }
}

/** Apply a theme and say so on the buttons; anything but light and dark follows the system. */
function apply(theme) {
  const chosen = THEMES.includes(theme) ? theme : "auto";
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }
}

/** Listen to the buttons; `changed` is called whenever colours are others than before. */
export function followTheme(changed) {
  apply(kept());
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.addEventListener("click", () => {
      keep(button.dataset.themeChoice);
      apply(button.dataset.themeChoice);
      changed();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** Return colours by their name in the style sheet, as they are now. */
export function colours(...names) {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Do something in the light theme, as paper has it, and go back. */
export function inLight(work) {
  const before = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
  work();
  return () => {
    if (before) document.documentElement.dataset.theme = before;
    else delete document.documentElement.dataset.theme;
  };
}
