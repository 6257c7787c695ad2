// Posts over time: stacked bars in bins that are chosen anew at every zoom, events and bursts as lines.

import { gather, stack, width } from "./bins.js";
import { chart, tameWheel, tooltip } from "./charts.js";
import { between, minutes as length, number, say, shown, tick } from "./said.js";
import { colours } from "./theme.js";

const MINUTE = 60000;
const PARTS = ["members", "joiners", "others"];
const LABEL_ROWS = 3;
const ROW = 15;
const LEFT = 44;
const RIGHT = 12;
const TOP = LABEL_ROWS * ROW + 14;
const QUIET = new Set(["updated", "other"]);

/** Draw a time line into an element; returns what redraws it in the colours of now. */
export function drawTimeline(element, data, tools) {
  const { timeline, marks } = data;
  const begin = timeline.begin;
  const end = begin + timeline.minutes * MINUTE;
  const made = chart(element);
  const parts = PARTS.filter((_, n) => n === 0 || timeline.rows.some((row) => row[n + 1]));
  let range = [begin, end];
  let each = 0;

  const room = () => Math.max(60, element.clientWidth - LEFT - RIGHT);
  const span = () => (range[1] - range[0]) / MINUTE;

  function series(colour) {
    const bars = gather(timeline.rows, each);
    const px = (room() * each) / span();
    return parts.map((part, n) => ({
      id: part,
      name: say(part),
      type: "bar",
      stack: "posts",
      barWidth: Math.min(90, Math.max(1.5, px > 5 ? px - 1 : px)),
      itemStyle: { color: colour[part] },
      data: bars.map((bar) => [begin + (bar[0] + each / 2) * MINUTE, bar[PARTS.indexOf(part) + 1]]),
      ...(n === 0 ? { markLine: lines(colour) } : {}),
    }));
  }

  function lines(colour) {
    const seen = marks.filter(([at]) => at >= range[0] && at <= range[1]);
    const loud = seen.filter(([, , event]) => !QUIET.has(event));
    const places = loud.map(([at]) => ((at - range[0]) / (range[1] - range[0])) * room());
    const texts = loud.map(([, text]) => shown(text, 28));
    const lengths = texts.map((text) => text.length * 6.4 + 8);
    const flipped = places.map((at, n) => at + lengths[n] > room() + RIGHT);
    const begins = places.map((at, n) => (flipped[n] ? at - lengths[n] : at));
    const order = loud.map((_, n) => n).sort((a, b) => begins[a] - begins[b]);
    const rows = [];
    stack(order.map((n) => begins[n]), order.map((n) => lengths[n]), LABEL_ROWS).forEach((row, n) => { rows[order[n]] = row; });
    const look = { opened: colour["critical-fill"], escalated: colour["critical-fill"], burst: colour.joiners };
    return {
        symbol: "none",
        silent: true,
        animation: false,
        data: seen.map(([at, , event]) => {
          const n = loud.findIndex(([other, , name]) => other === at && name === event);
          const row = n < 0 ? -1 : rows[n];
          const flips = n >= 0 && flipped[n];
          return {
            xAxis: at,
            lineStyle: { color: look[event] ?? colour.soft, width: QUIET.has(event) ? 0.6 : 1.2, type: event === "burst" ? "dashed" : "solid", opacity: QUIET.has(event) ? 0.6 : 1 },
            label: {
              show: row >= 0,
              formatter: n < 0 ? "" : texts[n],
              position: "end",
              align: flips ? "right" : "left",
              offset: [flips ? 3 : -3, -row * ROW],
              color: look[event] === colour.joiners ? colour.soft : (look[event] && colour.critical) || colour.soft,
              fontSize: 11.5,
            },
          };
        }),
    };
  }

  function option() {
    const colour = colours("ink", "soft", "line", "surface", "sunken", "accent", "critical", "critical-fill", ...PARTS);
    each = width(span(), Math.max(20, Math.floor(room() / 6)));
    if (tools) tools.querySelector(".bin").textContent = say("bin", { span: length(each) });
    return {
      animation: false,
      useUTC: true,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: LEFT, right: RIGHT, top: TOP, bottom: 74 },
      xAxis: {
        type: "time",
        min: begin,
        containShape: false,
        minInterval: MINUTE,
        max: end,
        axisLine: { lineStyle: { color: colour.line } },
        axisTick: { lineStyle: { color: colour.line } },
        axisLabel: { color: colour.soft, fontSize: 11.5, hideOverlap: true, formatter: (at) => tick(at, range[1] - range[0]) },
        splitLine: { show: false },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        splitNumber: 4,
        axisLabel: { color: colour.soft, fontSize: 11.5, formatter: number },
        splitLine: { lineStyle: { color: colour.line } },
      },
      tooltip: {
        ...tooltip(colour),
        trigger: "axis",
        axisPointer: { type: "line", lineStyle: { color: colour.soft, type: "dotted" } },
        formatter: (points) => {
          const bars = points.filter((point) => point.value);
          if (!bars.length) return "";
          const at = bars[0].value[0] - (each / 2) * MINUTE;
          const counts = bars.map((point) => `${point.seriesName}: ${number(point.value[1])}`);
          return [between(at, at + each * MINUTE), ...counts].join("\n");
        },
      },
      dataZoom: [
        { type: "inside", filterMode: "weakFilter", minValueSpan: 10 * MINUTE, zoomOnMouseWheel: true, moveOnMouseWheel: false },
        {
          type: "slider",
          filterMode: "weakFilter",
          minValueSpan: 10 * MINUTE,
          height: 26,
          bottom: 8,
          left: LEFT,
          right: RIGHT,
          brushSelect: false,
          showDetail: false,
          borderColor: colour.line,
          backgroundColor: "transparent",
          fillerColor: `${colour.accent}22`,
          dataBackground: { lineStyle: { color: colour.soft, opacity: 0.5 }, areaStyle: { color: colour.soft, opacity: 0.2 } },
          selectedDataBackground: { lineStyle: { color: colour.accent }, areaStyle: { color: colour.accent, opacity: 0.25 } },
          handleStyle: { color: colour.surface, borderColor: colour.soft },
          moveHandleStyle: { color: colour.soft, opacity: 0.4 },
          emphasis: { handleStyle: { borderColor: colour.accent }, moveHandleStyle: { color: colour.accent } },
        },
      ],
      series: series(colour),
    };
  }

  made.setOption(option());
  let waiting = false;
  made.on("datazoom", () => {
    const zoom = made.getOption().dataZoom[0];
    range = [zoom.startValue, zoom.endValue];
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const fresh = option();
      made.setOption({ series: fresh.series, xAxis: fresh.xAxis });
    });
  });

  function show(from, to) {
    const whole = end - begin;
    const wide = Math.min(whole, Math.max(10 * MINUTE, to - from));
    const start = Math.min(end - wide, Math.max(begin, from));
    made.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, startValue: start, endValue: start + wide });
  }

  function zoom(factor) {
    const middle = (range[0] + range[1]) / 2;
    const half = ((range[1] - range[0]) * factor) / 2;
    show(middle - half, middle + half);
  }

  const move = (share) => show(range[0] + (range[1] - range[0]) * share, range[1] + (range[1] - range[0]) * share);
  const acts = { in: () => zoom(0.5), out: () => zoom(2), reset: () => show(begin, end) };
  tools?.addEventListener("click", (event) => acts[event.target.closest("[data-zoom]")?.dataset.zoom]?.());
  element.tabIndex = 0;
  element.addEventListener("keydown", (event) => {
    const act = {
      "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.reset, Home: acts.reset,
      ArrowLeft: () => move(-0.25), ArrowRight: () => move(0.25), ArrowUp: acts.in, ArrowDown: acts.out,
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  tameWheel(element);
  return () => made.setOption(option());
}
