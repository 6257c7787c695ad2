// Who posted the same with whom: places come from the page, the same each time; colour is who was there first.

import { chart, tameWheel, tooltip } from "./charts.js";
import { moment, number, say, shown } from "./said.js";
import { colours } from "./theme.js";

const STEPS = Array.from({ length: 10 }, (_, n) => `r${n}`);
const SPREAD = 1000;
const MARGIN = 28;
const [NAME, ROLE, FIRST, POSTS, SHARED, FOLLOWERS, GROUP] = [1, 2, 3, 4, 5, 7, 11];

/** Return the colour of a rank (0 first, 1 last), between the steps of the style sheet. */
function ramp(rank, colour) {
  return rank === null ? colour["r-none"] : colour[STEPS[Math.min(9, Math.floor(rank * 10))]];
}

/** Return the larger side of the box around places. */
function width(places) {
  const side = (n) => Math.max(...places.map((each) => each[n])) - Math.min(...places.map((each) => each[n]));
  return Math.max(side(0), side(1)) || 1;
}

/** Draw a network into an element; `over` is told of the account that the pointer is on. */
export function drawNetwork(element, data, tools, over) {
  const { network, accounts } = data;
  const made = chart(element);
  const placeOf = new Map();
  const radius = network.grouped ? network.nodes.map(reach) : [];
  const wide = width([...network.nodes, ...network.dots.map(([account, x, y]) => [x, y, account])]);
  let scale = 1;

  /** Distance of a community's farthest account. */
  function reach([x, y, , , group]) {
    const own = network.dots.filter(([account]) => accounts[account][GROUP] === group + 1);
    return 0.012 + Math.max(0, ...own.map(([, otherX, otherY]) => Math.hypot(otherX - x, otherY - y)));
  }

  /** Pixels of a length of the layout, as the whole of it fits into the element. */
  const pixels = (length) => (length * (Math.min(element.clientWidth, element.clientHeight) - 2 * MARGIN)) / wide;

  function about(account) {
    const row = accounts[account];
    const known = [
      [say("first"), moment(row[FIRST])], [say("posts"), number(row[POSTS])], [say("shared"), number(row[SHARED])],
      [say("followers"), number(row[FOLLOWERS])],
    ];
    const name = shown(row[NAME], 60) + (row[ROLE] === "joiner" ? ` (${say("joiner")})` : "");
    return [name, ...known.map(([what, value]) => `${what}: ${value}`)].join("\n");
  }

  function node(each, index, colour) {
    const [x, y, rank, size, group, account] = each;
    const joiner = account !== null && accounts[account][ROLE] === "joiner";
    if (account !== null) placeOf.set(account, index);
    const many = network.nodes.length;
    return {
      x: x * SPREAD,
      y: y * SPREAD,
      value: account === null ? `${called(index)}\n${say("accounts")}: ${number(size)}` : about(account),
      account,
      symbol: joiner ? "diamond" : "circle",
      symbolSize: network.grouped ? 2 * pixels(radius[index]) : (many < 30 ? 20 : many < 200 ? 13 : 9) + (joiner ? 2 : 0),
      itemStyle: joiner
        ? { color: colour.surface, borderColor: colour.joiners, borderWidth: 2 }
        : { color: network.grouped ? `${ramp(rank, colour)}38` : ramp(rank, colour), borderColor: colour.surface, borderWidth: 1 },
      label: { show: network.grouped, position: "top", color: colour.soft, fontSize: 11.5, formatter: `${called(index)} · ${number(size)}` },
    };
  }

  function dot([account, x, y, rank], index, colour) {
    placeOf.set(account, network.nodes.length + index);
    const joiner = accounts[account][ROLE] === "joiner";
    return {
      x: x * SPREAD,
      y: y * SPREAD,
      value: about(account),
      account,
      symbolSize: 5,
      symbol: joiner ? "diamond" : "circle",
      itemStyle: { color: joiner ? colour.joiners : ramp(rank, colour) },
    };
  }

  function option() {
    const colour = colours("ink", "soft", "line", "surface", "edge", "joiners", "r-none", ...STEPS);
    const weights = network.edges.map((edge) => edge[2]);
    const heaviest = Math.max(0.001, ...weights, 3 * Math.min(...weights)); // all alike: thin
    const crowded = network.edges.length > 400 ? 0.22 : 0.4;
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      tooltip: { ...tooltip(colour), formatter: (point) => (point.dataType === "edge" ? tie(point.data) : point.data.value) },
      series: [{
        id: "network",
        type: "graph",
        layout: "none",
        roam: true,
        scaleLimit: { min: 0.6, max: 12 },
        preserveAspect: true,
        top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN,
        nodeScaleRatio: network.grouped ? 1 : 0.4,
        cursor: "pointer",
        labelLayout: { hideOverlap: true },
        emphasis: { focus: "adjacency", itemStyle: { borderColor: colour.ink, borderWidth: 2 }, lineStyle: { opacity: 0.9, color: colour.ink, width: 2 } },
        blur: { itemStyle: { opacity: 0.15 }, lineStyle: { opacity: 0.04 } },
        data: [
          ...network.nodes.map((each, index) => node(each, index, colour)),
          ...network.dots.map((each, index) => dot(each, index, colour)),
        ],
        links: network.edges.map(([a, b, weight, shared]) => ({
          source: a, target: b, weight, shared,
          lineStyle: { width: 0.4 + 3.2 * (weight / heaviest), color: colour.edge, opacity: crowded },
        })),
      }],
    };
  }

  function called(index) {
    const [, , , , group, account] = network.nodes[index];
    if (account === null) return group < network.groups ? say("group", { n: group + 1 }) : say("alone");
    return shown(accounts[account][NAME], 40);
  }

  function tie(link) {
    return [say("together", { a: called(link.source), b: called(link.target) }), `${say("shared")}: ${number(link.shared)}`, `${say("weight")}: ${number(link.weight)}`].join("\n");
  }

  made.setOption(option());
  made.on("mouseover", (point) => {
    if (point.dataType === "node" && point.data.account !== null) over(point.data.account, false);
  });
  made.on("mouseout", () => over(null, false));
  made.on("click", (point) => {
    if (point.dataType === "node" && point.data.account !== null) over(point.data.account, true);
  });

  function zoom(factor) {
    scale = factor === 0 ? 1 : Math.min(12, Math.max(0.6, scale * factor));
    made.setOption({ series: [{ id: "network", zoom: scale, ...(factor === 0 ? { center: null } : {}) }] });
  }

  made.on("graphroam", () => { scale = made.getOption().series[0].zoom ?? 1; });
  const acts = { in: () => zoom(1.5), out: () => zoom(1 / 1.5), reset: () => zoom(0) };
  tools?.addEventListener("click", (event) => acts[event.target.closest("[data-zoom]")?.dataset.zoom]?.());
  tameWheel(element);
  return {
    redraw: () => made.setOption(option()),
    /** Show an account among those that it is tied to; null for none. */
    point(account) {
      made.dispatchAction({ type: "downplay", seriesId: "network" });
      if (account === null || !placeOf.has(account)) {
        made.dispatchAction({ type: "hideTip" });
        return;
      }
      const dataIndex = placeOf.get(account);
      made.dispatchAction({ type: "highlight", seriesId: "network", dataIndex });
      made.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex });
    },
  };
}
