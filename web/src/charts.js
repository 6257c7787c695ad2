// The charts' library with no more than is drawn, and what all charts share.

import { BarChart, GraphChart } from "echarts/charts";
import { DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([
  BarChart, GraphChart, GridComponent, DataZoomInsideComponent, DataZoomSliderComponent, MarkLineComponent,
  TooltipComponent, CanvasRenderer,
]);

/** Make a chart that follows the size of its element. What stood there, drawn by the server, is hidden. */
export function chart(element) {
  element.classList.add("drawn");
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  element.append(canvas);
  const made = init(canvas, null, { renderer: "canvas" });
  new ResizeObserver(() => {
    if (element.offsetWidth) made.resize();
  }).observe(element);
  return made;
}

/**
 * Let the wheel zoom a chart only where the pointer was moved onto it: who scrolls down a page that passes beneath a
 * resting pointer goes on scrolling.
 */
export function tameWheel(element) {
  let armed = false;
  element.addEventListener("pointermove", (event) => {
    if (event.movementX || event.movementY) armed = true;
  });
  element.addEventListener("pointerleave", () => { armed = false; });
  window.addEventListener("scroll", () => { armed = false; }, { passive: true });
  element.addEventListener("wheel", (event) => {
    if (!armed) event.stopPropagation();
  }, { capture: true, passive: true });
}

/** Look of a tooltip: text alone, so nothing in it is ever markup. */
export function tooltip(colour) {
  return {
    renderMode: "richText",
    confine: true,
    backgroundColor: colour.surface,
    borderColor: colour.line,
    borderWidth: 1,
    padding: [7, 10],
    textStyle: { color: colour.ink, fontSize: 12.5, lineHeight: 18 },
  };
}
