import type uPlot from "uplot";
import { moments, pauses, short, words } from "../model/controls";
import { clock } from "../model/format";
import type { Control, Run } from "../model/run";
import { duration } from "../model/series";
import { color, faded } from "./look";

/** Pixels between the pointer and a line that it still means. */
const REACH = 6;

/** Shades the time in which the run was paused. */
export function paintPauses(plot: uPlot, { summary, timeline }: Run): void {
  const spans = pauses(summary.controls ?? [], duration(timeline));
  if (spans.length === 0) return;
  inside(plot, (ctx) => {
    ctx.fillStyle = faded(color("faint"), 0.18);
    for (const [from, to] of spans) {
      const left = plot.valToPos(from, "x", true);
      ctx.fillRect(left, plot.bbox.top, plot.valToPos(to, "x", true) - left, plot.bbox.height);
    }
  });
}

/** Marks where stages begin, where there are several, and what somebody changed. */
export function drawMarks(plot: uPlot, { summary }: Run): void {
  const stages = (summary.stages ?? []).filter((stage) => stage.elapsed_s > 0);
  if (stages.length > 1) {
    const places = stages.map((stage) => ({ at: stage.started_at_s, text: stage.name }));
    drawLines(plot, places, { color: color("faint"), dash: [3, 3], above: true });
  }
  const changes = moments(summary.controls ?? []).map((one) => ({ at: one.at_s, text: short(one) }));
  if (changes.length > 0) drawLines(plot, changes, { color: color("accent"), dash: [], above: false });
}

/** What was changed where the pointer is. */
export function readMarks(plot: uPlot, { summary }: Run): string {
  const left = plot.cursor.left ?? -1;
  if (left < 0) return "";
  const near = (one: Control) => Math.abs(plot.valToPos(one.at_s, "x") - left) <= REACH;
  const there = moments((summary.controls ?? []).filter(near));
  return there.map((one) => ` · ${clock(one.at_s)} ${words(one)} (${one.by})`).join("");
}

interface Style {
  color: string;
  dash: number[];
  /** The words stand above the chart, or at its top. */
  above: boolean;
}

/** Draws lines with what they mean beside them, as far as there is room. */
function drawLines(plot: uPlot, lines: { at: number; text: string }[], style: Style): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = style.color;
  ctx.lineWidth = ratio;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.setLineDash(style.dash.map((length) => length * ratio));
  ctx.textAlign = "left";
  let free = 0;
  for (const { at, text } of lines) {
    const x = plot.valToPos(at, "x", true);
    if (x < bbox.left - 1 || x > right) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(text).width;
    if (x < free || x + width > right) continue;
    if (style.above) ctx.fillText(text, x + 2 * ratio, bbox.top - 4 * ratio);
    else label(ctx, text, { x: x + 1 * ratio, y: bbox.top, width: width + 6 * ratio, ratio });
    free = x + width + 8 * ratio;
  }
  ctx.restore();
}

/** Words on a ground of their own, so that lines behind them do not cross them out. */
function label(
  ctx: CanvasRenderingContext2D,
  text: string,
  { x, y, width, ratio }: { x: number; y: number; width: number; ratio: number },
): void {
  const ink = ctx.fillStyle;
  ctx.fillStyle = faded(color("ground"), 0.75);
  ctx.fillRect(x, y, width, 15 * ratio);
  ctx.fillStyle = ink;
  ctx.fillText(text, x + 3 * ratio, y + 11 * ratio);
}

function inside(plot: uPlot, paint: (ctx: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(ctx);
  ctx.restore();
}
