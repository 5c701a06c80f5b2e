import type uPlot from "uplot";
import type { PhaseSummary } from "../model/run";
import { color, faded } from "./look";

/** Shades the time that is in no numbers, warm-up and cool-down, and says so in words where there is room. */
export function paintExcluded(plot: uPlot, phases: PhaseSummary[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  for (const { phase, from_s, to_s } of phases) {
    if (phase === "measured") continue;
    const left = Math.max(plot.valToPos(from_s, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(to_s, "x", true), bbox.left + bbox.width);
    if (right <= left) continue;
    ctx.fillStyle = faded(color("faint"), 0.14);
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    const name = phase === "warm_up" ? "warm-up" : "cool-down";
    if (ctx.measureText(name).width + 8 * ratio > right - left) continue;
    ctx.fillStyle = color("faint");
    ctx.fillText(name, left + 4 * ratio, bbox.top + 13 * ratio);
  }
  ctx.restore();
}
