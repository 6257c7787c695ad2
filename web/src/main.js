// Puts life into a page that is complete without it.

import { follow } from "./live.js";
import { drawNetwork } from "./network.js";
import { startReport } from "./report.js";
import { say } from "./said.js";
import { enhanceTable } from "./table.js";
import { followTheme, inLight } from "./theme.js";
import { drawTimeline } from "./timeline.js";

const redraws = new Set();

/** Do something when an element is first seen. */
function whenSeen(element, work) {
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    work();
  }, { rootMargin: "200px" }).observe(element);
}

/** Cut long texts, with a button that shows them whole. */
function clamp(root) {
  for (const text of root.querySelectorAll(".clamp")) {
    if (text.textContent.length < 500 || text.classList.contains("clamped")) continue;
    text.classList.add("clamped");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "more";
    button.textContent = say("more");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const whole = !text.classList.toggle("clamped");
      button.textContent = say(whole ? "less" : "more");
      button.setAttribute("aria-expanded", String(whole));
    });
    if (text.matches("li")) text.after(wrap(button));
    else text.after(button);
  }
}

function wrap(button) {
  const item = document.createElement("li");
  item.append(button);
  return item;
}

/** Draw the charts of an incident as they come into sight, and tie its network to its table. */
function enliven(page) {
  const held = document.getElementById(`data-${page.dataset.incident}`);
  if (!held) return;
  const data = JSON.parse(held.textContent);
  let network = null;
  const table = enhanceTable(page.querySelector(".accounts"), data, (account) => network?.point(account));
  const over = (account, scroll) => table.mark(account, scroll);
  for (const element of page.querySelectorAll("[data-chart]")) {
    whenSeen(element, () => {
      const tools = element.closest("section").querySelector(".tools");
      if (element.dataset.chart === "timeline") redraws.add(drawTimeline(element, data, tools));
      else {
        network = drawNetwork(element, data, tools, over);
        redraws.add(network.redraw);
      }
    });
  }
  clamp(page);
}

/** Let a button hide what is suppressed; it says what it does from how the page is now. */
function toggleSuppressed() {
  const button = document.querySelector("[data-toggle-suppressed]");
  if (!button) return;
  const tell = () => {
    const hidden = document.body.classList.contains("hide-suppressed");
    button.setAttribute("aria-pressed", String(hidden));
    button.textContent = say(hidden ? "show" : "hide");
  };
  button.addEventListener("click", () => {
    document.body.classList.toggle("hide-suppressed");
    tell();
  });
  tell();
}

function print() {
  let back = null;
  window.addEventListener("beforeprint", () => {
    back = inLight(() => {
      for (const redraw of redraws) redraw();
    });
  });
  window.addEventListener("afterprint", () => {
    back?.();
    for (const redraw of redraws) redraw();
  });
}

for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;
followTheme(() => {
  for (const redraw of redraws) redraw();
});
for (const page of document.querySelectorAll("[data-incident]")) whenSeen(page.querySelector(".lead"), () => enliven(page));
toggleSuppressed();
document.addEventListener("turfwatch:fresh", () => {
  for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;
  toggleSuppressed();
});
print();
startReport();
follow();
