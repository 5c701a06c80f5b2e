import uPlot from "uplot";
import { clock, type Format, ms } from "../model/format";
import { type Knee, knee } from "../model/knee";
import type { Column } from "../model/run";
import { whileSeen } from "../seen";
import type { State } from "../state";
import { color, faded } from "./look";
import { panel } from "./panel";
import { longTable } from "./table";

const HEIGHT = 260;

export interface ScatterSpec {
  title: string;
  note: string;
  loadName: string;
  loadFormat: Format;
  timeName: string;
  load: () => Column;
  time: () => Column;
}

/** What is shown now. */
interface Sight {
  points: Point[];
  knee: Knee | null;
}

interface Point {
  step: number;
  load: number;
  time: number;
}

/** Response time against load: a point for each step of time in the range that is shown. */
export function scatter(state: State, spec: ScatterSpec): HTMLElement {
  let plot: uPlot | null = null;
  let anew = true;
  const sight: Sight = { points: [], knee: null };
  const table = () =>
    longTable(["from", spec.loadName, spec.timeName], sight.points.length, (at) => [
      clock(sight.points[at].step * state.run.timeline.step_s),
      spec.loadFormat(sight.points[at].load),
      ms(sight.points[at].time),
    ]);
  const place = panel(spec.title, spec.note, table);
  const said = document.createElement("output");
  place.legend.append(said);
  const draw = () => {
    sight.points = points(state, spec);
    sight.knee = knee(
      sight.points.map((point) => point.load),
      sight.points.map((point) => point.time),
    );
    said.textContent = sentence(sight.knee, spec);
    if (anew || !plot) {
      plot?.destroy();
      plot = new uPlot(options(place.chart, sight, spec, state), data(sight.points), place.chart);
      anew = false;
    } else plot.setData(data(sight.points));
    place.refreshTable();
  };
  const ask = whileSeen(state, place.element, draw);
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(ask, 150);
  };
  place.chart.style.minHeight = `${HEIGHT}px`;
  ask();
  state.on(["run", "range", "series"], soon);
  state.on(["theme"], () => {
    anew = true;
    soon();
  });
  new ResizeObserver(() => {
    const width = place.chart.clientWidth;
    if (plot && width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
  }).observe(place.chart);
  return place.element;
}

function points(state: State, spec: ScatterSpec): Point[] {
  const { from, to } = state.range;
  const step_s = state.run.timeline.step_s;
  const [loads, times] = [spec.load(), spec.time()];
  const all = loads.map((load, step) => ({ step, load: load ?? 0, time: times[step] ?? 0 }));
  const there = all.filter(
    ({ step, load, time }) => load > 0 && time > 0 && (step + 1) * step_s > from && step * step_s <= to,
  );
  return there.sort((left, right) => left.load - right.load);
}

function data(shown: Point[]): uPlot.AlignedData {
  return [shown.map((point) => point.load), shown.map((point) => point.time)];
}

function sentence(found: Knee | null, spec: ScatterSpec): string {
  if (found === null) return "No knee: over these loads the time does not begin to grow at one place.";
  return `Knee at ${spec.loadFormat(found.load)}: above it the ${spec.timeName} grows beyond ${ms(found.time)}.`;
}

function options(chart: HTMLElement, sight: Sight, spec: ScatterSpec, state: State): uPlot.Options {
  const grid = { stroke: color("grid"), width: 1 };
  const axis = { stroke: color("faint"), grid, ticks: grid, font: "12px system-ui, sans-serif" };
  const out = chart.closest("section")?.querySelector(".note");
  const read = (plot: uPlot) => {
    const at = plot.cursor.idx;
    const point = at == null || (plot.cursor.left ?? -1) < 0 ? undefined : sight.points[at];
    const moment = (step: number) => clock(step * state.run.timeline.step_s);
    if (out) {
      out.textContent = point
        ? `At ${moment(point.step)}: ${spec.loadFormat(point.load)}, ${spec.timeName} ${ms(point.time)}`
        : spec.note;
    }
  };
  return {
    width: Math.max(chart.clientWidth, 200),
    height: HEIGHT,
    legend: { show: false },
    padding: [16, 26, 0, 0],
    cursor: { drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: false, range: (_, __, max) => [0, max * 1.05 || 1] },
      y: { range: (_, __, max) => [0, max * 1.05 || 1] },
    },
    axes: [
      { ...axis, values: (_, splits) => splits.map(spec.loadFormat), space: 80 },
      { ...axis, values: (_, splits) => splits.map(ms), size: 76 },
    ],
    series: [
      {},
      {
        stroke: color("line-0"),
        paths: () => null,
        points: {
          show: true,
          size: 5,
          fill: faded(color("line-0"), 0.45),
          stroke: faded(color("line-0"), 0.45),
          width: 0.5,
        },
      },
    ],
    hooks: { setCursor: [read], draw: [(plot) => sight.knee && drawKnee(plot, sight.knee, spec)] },
  };
}

function drawKnee(plot: uPlot, found: Knee, spec: ScatterSpec): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(found.load, "x", true);
  const text = `knee ${spec.loadFormat(found.load)}`;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = color("text");
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.font = `bold ${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  const fits = x + ctx.measureText(text).width + 6 < bbox.left + bbox.width;
  ctx.textAlign = fits ? "left" : "right";
  ctx.fillText(text, x + (fits ? 4 : -4) * devicePixelRatio, bbox.top - 4 * devicePixelRatio);
  ctx.restore();
}
