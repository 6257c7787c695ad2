// The pages of a console follow what happens: rows come and change, an open incident says that it is not the last word.

import { say } from "./said.js";

const STILL_MS = 1500;
const LATEST_MS = 10000;

/** Return the row in a piece of HTML that the server rendered, or null. */
function rowIn(html) {
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody>${html}</tbody></table>`;
  return template.content.querySelector("tr");
}

/** Follow the events of the streams that the page shows. */
export function follow() {
  const live = document.getElementById("live");
  if (!live || !document.body.classList.contains("live-page")) return;
  const stream = live.dataset.stream;
  const source = new EventSource(`/events${stream ? `?stream=${encodeURIComponent(stream)}` : ""}`);
  source.addEventListener("open", () => { live.textContent = say("live"); });
  source.addEventListener("error", () => { live.textContent = say("lost"); });
  source.addEventListener("incident", (event) => {
    const told = JSON.parse(event.data);
    const page = document.querySelector("[data-incident]");
    if (page) {
      if (page.dataset.incident === told.incident_id) document.getElementById("changed").hidden = false;
      return;
    }
    place(told);
    refreshSoon();
  });
}

function place(told) {
  const body = document.querySelector("#incidents tbody");
  const row = rowIn(told.row);
  if (!body || !row) return;
  row.classList.add("fresh");
  const old = document.getElementById(row.id);
  if (old) old.replaceWith(row);
  else body.prepend(row);
}

let waiting = 0;
let since = 0;

/** Fetch the page anew once events have come to rest, or for long have not, for what is drawn over all incidents. */
function refreshSoon() {
  clearTimeout(waiting);
  since ||= Date.now();
  waiting = setTimeout(async () => {
    since = 0;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["overview-title", "axis"]) {
      const [now, next] = [document.getElementById(id), fresh.getElementById(id)];
      if (now && next) now.replaceWith(document.adoptNode(next));
    }
    if (!document.getElementById("incidents")) document.getElementById("overview")?.replaceWith(fresh.getElementById("overview"));
    document.dispatchEvent(new Event("turfwatch:fresh"));
  }, Math.max(0, Math.min(STILL_MS, since + LATEST_MS - Date.now())));
}
