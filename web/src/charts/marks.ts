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

/** Pixels of a row of words above a chart. */
const ROW = 14;

const stagesOf = ({ summary }: Run) => {
  const all = (summary.stages ?? []).filter((stage) => stage.elapsed_s > 0);
  return all.length > 1 ? all : [];
};
const changesOf = ({ summary }: Run) => moments(summary.controls ?? []);

/** Pixels above a chart that the words of its marks need. */
export function roomAbove(run: Run): number {
  return 2 + ROW * Math.max(1, Number(stagesOf(run).length > 0) + Number(changesOf(run).length > 0));
}

/** Marks where stages begin, where there are several, and what somebody changed. */
export function drawMarks(plot: uPlot, run: Run): void {
  const changes = changesOf(run).map((one) => ({ at: one.at_s, text: short(one) }));
  const stages = stagesOf(run).map((stage) => ({ at: stage.started_at_s, text: stage.name }));
  drawLines(plot, stages, { color: color("faint"), dash: [3, 3], row: changes.length > 0 ? 1 : 0 });
  drawLines(plot, changes, { color: color("accent"), dash: [], row: 0 });
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
  /** Rows of words between these and the chart. */
  row: number;
}

/** Draws lines with what they mean above them, as far as there is room. */
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
    ctx.moveTo(x, bbox.top - style.row * ROW * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(text).width;
    if (x < free || x + width > right) continue;
    ctx.fillText(text, x + 2 * ratio, bbox.top - (4 + style.row * ROW) * ratio);
    free = x + width + 8 * ratio;
  }
  ctx.restore();
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
