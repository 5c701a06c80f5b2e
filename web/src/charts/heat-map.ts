import type uPlot from "uplot";
import { clock, count, ms } from "../model/format";
import type { Heat } from "../model/run";
import { find } from "../model/series";
import type { State } from "../state";
import { color } from "./look";
import { longTable } from "./table";
import { TimeChart } from "./time-chart";

const SHADES = 8;

/** How many operations took how long, over time. */
export function heatMap(state: State): TimeChart {
  const heat = () => find(state.run.timeline, state.series).heat ?? null;
  return new TimeChart(state, {
    title: "Response times by size",
    note: "Each field holds the operations of a span of time whose response time lay between two values: the darker in light mode, or the brighter in dark mode, the more.",
    format: ms,
    lines: () => [],
    ratio: () => ends(heat()),
    paint: (plot) => paint(plot, heat()),
    reading: (plot) => reading(plot, heat()),
    table: () => table(state, heat()),
  });
}

function ends(heat: Heat | null): [number, number] | null {
  return heat && [heat.low_ms, edge(heat, heat.rows)];
}

function edge(heat: Heat, row: number): number {
  return heat.low_ms * heat.ratio ** row;
}

function paint(plot: uPlot, heat: Heat | null): void {
  if (!heat) return;
  const { ctx, bbox } = plot;
  const columns = heat.counts.length / heat.rows;
  const left = plot.valToPos(0, "x", true);
  const right = plot.valToPos(columns * heat.step_s, "x", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(imageOf(heat), left, bbox.top, right - left, bbox.height);
  ctx.restore();
}

/** The last image, and what it shows in which colours. */
let known: { heat: Heat; low: string; image: HTMLCanvasElement } | null = null;

/** A pixel for each field: to draw it larger is one step, to draw each field a thousand. */
function imageOf(heat: Heat): HTMLCanvasElement {
  const low = color("heat-0");
  if (known?.heat === heat && known.low === low) return known.image;
  const most = heat.counts.reduce((largest, value) => Math.max(largest, value), 1);
  const shades = Array.from({ length: SHADES }, (_, at) => color(`heat-${at}`));
  const image = document.createElement("canvas");
  image.width = heat.counts.length / heat.rows;
  image.height = heat.rows;
  const ctx = image.getContext("2d") as CanvasRenderingContext2D;
  heat.counts.forEach((value, at) => {
    if (!value) return;
    ctx.fillStyle = shades[shade(value, most)];
    ctx.fillRect(Math.floor(at / heat.rows), heat.rows - 1 - (at % heat.rows), 1, 1);
  });
  known = { heat, low, image };
  return image;
}

/** Equal ratios of counts are equal steps of shade, so that a few slow ones are seen beside thousands of fast ones. */
export function shade(value: number, most: number): number {
  if (most <= 1) return SHADES - 1;
  return Math.min(SHADES - 1, Math.floor((Math.log(value) / Math.log(most)) * SHADES));
}

function reading(plot: uPlot, heat: Heat | null): string {
  const { left, top } = plot.cursor;
  if (!heat || left == null || top == null || top < 0) return "";
  const column = Math.floor(plot.posToVal(left, "x") / heat.step_s);
  const row = Math.floor(Math.log(plot.posToVal(top, "y") / heat.low_ms) / Math.log(heat.ratio));
  const value = heat.counts[column * heat.rows + row];
  if (value === undefined || row < 0 || row >= heat.rows) return "";
  const span = `${clock(column * heat.step_s)}–${clock((column + 1) * heat.step_s)}`;
  return `: ${count(value)} took ${ms(edge(heat, row))} to ${ms(edge(heat, row + 1))} in ${span}`;
}

/** The rows that are not empty, in the range that is shown. */
function table(state: State, heat: Heat | null): HTMLElement {
  const fields: number[] = [];
  if (heat) {
    const { from, to } = state.range;
    heat.counts.forEach((value, at) => {
      const start = Math.floor(at / heat.rows) * heat.step_s;
      if (value && start + heat.step_s > from && start < to) fields.push(at);
    });
  }
  return longTable(["from", "to", "at least", "below", "operations"], fields.length, (index) => {
    const map = heat as Heat;
    const [column, row] = [Math.floor(fields[index] / map.rows), fields[index] % map.rows];
    const start = column * map.step_s;
    const span = [clock(start), clock(start + map.step_s), ms(edge(map, row)), ms(edge(map, row + 1))];
    return [...span, count(map.counts[fields[index]])];
  });
}
