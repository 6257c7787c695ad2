// The table of accounts: sorted by any column, members or joiners alone, exported, the first rows of many.

import { csv } from "./csv.js";
import { number, say } from "./said.js";

const SHOWN = 200;
const A_FRAME = 80;
const COLUMN = { name: 1, platform: 0, first_at: 3, posts: 4, shared: 5, born: 6, followers: 7, following: 8, client: 9, community: 10, group: 11 };
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

/** Compare two values of a column; what is not known comes last, whichever way it is sorted. */
function compare(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "string" ? collator.compare(a, b) : a - b;
  return down ? -order : order;
}

/** Do something once a row stands in the table, which is filled frame by frame. */
function whenShown(row, act) {
  if (row.isConnected) act();
  else requestAnimationFrame(() => whenShown(row, act));
}

/** Make a table of accounts sortable; `over` is told of the account whose row the pointer or the focus is on. */
export function enhanceTable(section, data, over) {
  const table = section.querySelector("[data-accounts]");
  if (!table) return { mark() {} };
  const bodies = [...table.tBodies].map((body) => ({
    body,
    head: body.querySelector(".group"),
    rows: [...body.querySelectorAll("[data-n]")].map((row) => ({ row, n: Number(row.dataset.n) })),
  }));
  const rowOf = new Map(bodies.flatMap(({ rows }) => rows.map(({ row, n }) => [n, row])));
  let whole = rowOf.size <= SHOWN * 1.25;
  let filling = 0;
  let marked = null;

  /** Put the first rows into the table at once, and the others, where they are wanted, little by little. */
  function fill() {
    filling += 1;
    for (const { body, head, rows } of bodies) body.replaceChildren(head, ...rows.slice(0, SHOWN).map(({ row }) => row));
    if (whole) append(SHOWN, filling);
  }

  function append(from, own) {
    if (!bodies.some(({ rows }) => rows.length > from)) return;
    requestAnimationFrame(() => {
      if (own !== filling) return;
      for (const { body, rows } of bodies) body.append(...rows.slice(from, from + A_FRAME).map(({ row }) => row));
      append(from + A_FRAME, own);
    });
  }

  /** Keep columns as wide as they are: so many rows are not measured anew at every sort. */
  function freeze() {
    const headers = [...table.tHead.rows[0].cells];
    const widths = headers.map((header) => header.offsetWidth);
    headers.forEach((header, n) => { header.style.width = `${widths[n]}px`; });
    table.style.tableLayout = "fixed";
  }

  const more = document.createElement("button");
  more.type = "button";
  more.className = "show-all";
  more.textContent = say("all", { count: number(rowOf.size) });
  function showAll() {
    whole = true;
    more.remove();
    freeze();
    fill();
  }

  more.addEventListener("click", showAll);
  if (!whole) {
    fill();
    section.append(more);
  }

  const age = (row) => (row[6] === null ? null : (row[3] ?? 0) - row[6]);
  for (const header of table.tHead.querySelectorAll("[data-field]")) {
    const field = header.dataset.field;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const first = ["posts", "shared", "followers", "following"].includes(field) ? "descending" : "ascending";
      const now = header.getAttribute("aria-sort");
      const next = now === null ? first : now === "ascending" ? "descending" : "ascending";
      for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", next);
      const value = field === "born" ? age : (row) => row[COLUMN[field]];
      for (const { rows } of bodies) {
        const keys = new Map(rows.map(({ n }) => [n, value(data.accounts[n])]));
        rows.sort((a, b) => compare(keys.get(a.n), keys.get(b.n), next === "descending") || a.n - b.n);
      }
      fill();
    });
  }

  const filters = [...section.querySelectorAll("[data-filter]")];
  for (const button of filters) {
    button.addEventListener("click", () => {
      for (const other of filters) other.setAttribute("aria-pressed", String(other === button));
      for (const { body } of bodies) body.hidden = !["all", body.dataset.role].includes(button.dataset.filter);
    });
  }

  section.querySelector("[data-csv]")?.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", csv(data.fields, data.accounts)], { type: "text/csv;charset=utf-8" }));
    link.download = `${data.id}-accounts.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  const accountOf = (event) => {
    const row = event.target.closest("[data-n]");
    return row ? Number(row.dataset.n) : null;
  };
  table.addEventListener("pointerover", (event) => over(accountOf(event)));
  table.addEventListener("pointerleave", () => over(null));

  return {
    /** Mark the row of an account and, where asked, bring it into sight; null for none. */
    mark(account, scroll) {
      rowOf.get(marked)?.classList.remove("on");
      marked = account;
      const row = rowOf.get(account);
      if (!row) return;
      row.classList.add("on");
      if (scroll && !row.isConnected) showAll();
      const region = table.closest(".region");
      if (row.isConnected) region.scrollTop = row.offsetTop - region.clientHeight / 2;
      if (scroll) whenShown(row, () => row.scrollIntoView({ block: "center" }));
    },
  };
}
