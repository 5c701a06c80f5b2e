import type uPlot from "uplot";
import type { Column } from "../model/run";

/** What lies between two lines, or between a line and zero. */
export interface Area {
  upper: Column;
  lower: Column | null;
  color: string;
}

/**
 * Fills areas, within the range that is shown.
 *
 * uPlot clips an area by the path of its other line, which takes a browser without a graphics card several times as long.
 */
export function paintAreas(plot: uPlot, areas: Area[]): void {
  const { ctx, bbox } = plot;
  const x = plot.data[0];
  const first = Math.max(0, x.findIndex((value) => value >= (plot.scales.x.min ?? 0)) - 1);
  const after = x.findIndex((value) => value > (plot.scales.x.max ?? 0));
  const last = after === -1 ? x.length - 1 : after;
  const left = (at: number) => plot.valToPos(x[at], "x", true);
  const top = (value: number | null | undefined) => plot.valToPos(value ?? 0, "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { upper, lower, color } of areas) {
    ctx.fillStyle = color;
    ctx.beginPath();
    for (const [from, to] of pieces(upper, first, last)) {
      ctx.moveTo(left(from), top(upper[from]));
      for (let at = from + 1; at <= to; at++) ctx.lineTo(left(at), top(upper[at]));
      for (let at = to; at >= from; at--) ctx.lineTo(left(at), top(lower?.[at]));
      ctx.closePath();
    }
    ctx.fill();
  }
  ctx.restore();
}

/** Where a column has numbers, as first and last step of each piece. */
export function pieces(column: Column, first: number, last: number): [number, number][] {
  const found: [number, number][] = [];
  for (let at = first; at <= last; at++) {
    if (column[at] == null) continue;
    const open = found.at(-1);
    if (open && open[1] === at - 1) open[1] = at;
    else found.push([at, at]);
  }
  return found;
}
