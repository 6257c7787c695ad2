// A report shows one section at a time: the overview, or the incident that its address names.

import { say, shown } from "./said.js";

/** Follow the address of a report; a find in the page that hits a hidden section shows it. */
export function startReport() {
  if (!document.body.classList.contains("report")) return;
  const pages = [...document.querySelectorAll(".page")];
  const incidents = pages.filter((page) => page.dataset.incident);
  const at = document.querySelector(".steps .at");

  const title = document.title;

  const hide = (page) => page.setAttribute("hidden", "until-found");

  function show(hash, jump) {
    const target = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
    const page = target?.closest(".page") ?? pages[0];
    for (const other of pages) if (other !== page) hide(other);
    page.removeAttribute("hidden");
    const number = incidents.indexOf(page);
    document.title = number < 0 ? title : `${shown(page.querySelector(".lead").textContent.trim())} – ${title}`;
    if (at) at.textContent = number < 0 ? "" : say("of", { at: number + 1, all: incidents.length });
    if (jump) (target && target !== page ? target : document.body).scrollIntoView({ behavior: "instant" });
  }

  window.addEventListener("hashchange", () => show(location.hash, true));
  for (const page of pages) {
    page.addEventListener("beforematch", () => {
      history.replaceState(null, "", `#${page.id}`);
      show(location.hash, false);
    });
  }
  for (const button of document.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => {
      const now = incidents.findIndex((page) => !page.hasAttribute("hidden"));
      const count = incidents.length;
      const step = Number(button.dataset.step);
      const next = now < 0 ? (step > 0 ? 0 : count - 1) : (now + step + count) % count;
      location.hash = incidents[next].id;
    });
  }
  window.addEventListener("beforeprint", () => {
    for (const page of pages) page.removeAttribute("hidden");
  });
  window.addEventListener("afterprint", () => show(location.hash, false));
  show(location.hash, true);
}
