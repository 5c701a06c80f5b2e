import uPlot from "uplot";
import { clock, type Format } from "../model/format";
import type { Column } from "../model/run";
import { starts } from "../model/series";
import { whileSeen } from "../seen";
import type { Range, State } from "../state";
import { type Area, paintAreas } from "./areas";
import { paintExcluded } from "./excluded";
import { keys, wheel } from "./keys";
import { type Entry, Legend } from "./legend";
import { color, faded, type Look, look } from "./look";
import { drawMarks, paintPauses, readMarks, roomAbove } from "./marks";
import { type Panel, panel } from "./panel";
import { path } from "./paths";
import { longTable } from "./table";

const HEIGHT = 230;
/** Seconds between the marks of the time. */
const INCREMENTS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800,
];
/** Charts whose cursors move together. */
const TOGETHER = "time";

/** One line of a chart. */
export interface Line {
  label: string;
  values: Column;
  /** Names it in the set of what is hidden; lines of several charts with one id are switched together. */
  id?: string;
  look?: Look;
}

export interface ChartSpec {
  title: string;
  note: string;
  format: Format;
  /** `bands`: areas between lines that lie above each other. `stack`: areas that add up. */
  kind?: "lines" | "bands" | "stack";
  lines: () => Line[];
  /** A scale of equal ratios, from and to these values. */
  ratio?: () => [number, number] | null;
  /** Draws under the lines. */
  paint?: (plot: uPlot) => void;
  /** What is under the cursor apart from the lines. */
  reading?: (plot: uPlot) => string;
  /** Replaces the table of the lines. */
  table?: () => HTMLElement;
}

/**
 * A chart of lines that a run may not have: without any, there is none in a finished run, and one that goes on has a place for it.
 */
export function optional(state: State, spec: ChartSpec): HTMLElement | null {
  if (spec.lines().length > 0) return new TimeChart(state, spec).element;
  return state.live ? new TimeChart(state, spec, true).element : null;
}

/** A chart over the time of the run: it zooms, pans and reads together with all others. */
export class TimeChart {
  private readonly panel: Panel;
  private readonly legend: Legend;
  private plot: uPlot | null = null;
  private lines: Line[] = [];
  private entries: Entry[] = [];
  private shown: Range | null = null;
  private drawn = "";
  private anew = true;
  private since = 0;
  private step = 0;
  private frame = 0;
  private readonly ask: () => void;

  /** `waits`: it is not there until it has lines. */
  constructor(
    private readonly state: State,
    private readonly spec: ChartSpec,
    waits = false,
  ) {
    this.panel = panel(spec.title, spec.note, () => spec.table?.() ?? this.table());
    const heading = this.panel.element.querySelector(".panel-head") as HTMLElement;
    const moment = document.createElement("output");
    heading.insertBefore(moment, heading.lastElementChild);
    const say = (text: string) => {
      moment.textContent = text;
    };
    this.legend = new Legend(this.panel.legend, say, (id, alone) => this.switched(id, alone));
    this.panel.chart.style.minHeight = `${HEIGHT}px`;
    this.ask = whileSeen(state, this.panel.element, () => this.draw());
    this.element.hidden = waits;
    this.listen();
    this.ask();
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  private listen(): void {
    keys(this.panel.chart, this.state, (by) => this.moveCursor(by));
    new ResizeObserver(() => this.resize()).observe(this.panel.chart);
    this.state.on(["range"], () => this.drawSoon());
    this.state.on(["theme"], () => {
      this.anew = true;
      this.ask();
    });
    this.state.on(["run"], () => {
      if (!this.element.hidden && this.isPast()) return;
      this.changed();
    });
    this.state.on(["series", "hidden"], () => this.changed());
  }

  private changed(): void {
    this.shown = null;
    if (this.element.hidden) this.element.hidden = this.spec.lines().length === 0;
    this.ask();
  }

  /** Tells whether what came since the chart was drawn lies behind what it shows. */
  private isPast(): boolean {
    const { range, first, run } = this.state;
    const still = this.shown?.from === range.from && this.shown.to === range.to;
    const same = this.since === first && this.step === run.timeline.step_s;
    return still && same && !this.spec.ratio && range.to < (this.plot?.data[0].at(-1) ?? 0);
  }

  /** Draws once a frame at most, however fast the range changes. */
  private drawSoon(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const { from, to } = this.state.range;
      if (this.shown?.from !== from || this.shown.to !== to) this.ask();
    });
  }

  private draw(): void {
    const { from, to } = this.state.range;
    const onlyRange = this.shown !== null && !this.anew;
    this.shown = { from, to };
    this.since = this.state.first;
    this.step = this.state.run.timeline.step_s;
    if (!onlyRange) this.setLines();
    if (this.anew || !this.plot) this.build();
    else if (!onlyRange) this.refresh(this.plot);
    this.plot?.setScale("x", { min: from, max: to });
    this.panel.refreshTable();
  }

  /** Reads the lines; where they are others than before, the chart has to be made anew. */
  private setLines(): void {
    this.lines = this.spec.lines();
    const names = this.lines.map((line) => [idOf(line), line.label]);
    const drawn = JSON.stringify([names, this.ratio() !== null]);
    this.anew ||= drawn !== this.drawn;
    this.drawn = drawn;
  }

  private build(): void {
    this.anew = false;
    this.plot?.destroy();
    const area = this.spec.kind === "stack";
    this.entries = this.lines.map((line, at) => ({ ...line, id: idOf(line), look: this.lookOf(at), area }));
    this.legend.fill(this.entries);
    this.plot = new uPlot(this.options(), this.data(), this.panel.chart);
    wheel(this.plot.over, this.state);
    this.plot.over.addEventListener("dblclick", () => this.state.showAll());
    this.legend.mark(this.entries, (id) => this.state.hidden.has(id));
  }

  /** Draws the numbers that there are now, of what is switched on. */
  private refresh(plot: uPlot): void {
    this.entries.forEach((entry, at) => {
      plot.series[at + 1].show = !this.state.hidden.has(entry.id);
    });
    plot.setData(this.data(), false);
    this.legend.mark(this.entries, (id) => this.state.hidden.has(id));
  }

  private resize(): void {
    const width = this.panel.chart.clientWidth;
    if (this.plot && width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }

  private ratio(): [number, number] | null {
    return this.spec.ratio?.() ?? null;
  }

  private lookOf(at: number): Look {
    return this.lines[at].look ?? look(at);
  }

  /** What is drawn: of a stack the sums of what is switched on. */
  private data(): uPlot.AlignedData {
    const x = starts(this.state.run.timeline);
    if (this.spec.kind !== "stack") return [x, ...this.lines.map((line) => line.values)] as uPlot.AlignedData;
    const below = new Float64Array(x.length);
    const sums = this.lines.map((line) => {
      if (this.state.hidden.has(idOf(line))) return line.values;
      return line.values.map((value, step) => {
        below[step] += value ?? 0;
        return below[step];
      });
    });
    return [x, ...sums] as uPlot.AlignedData;
  }

  private options(): uPlot.Options {
    const { from, to } = this.state.range;
    const grid = { stroke: color("grid"), width: 1 };
    const axis = { stroke: color("faint"), grid, ticks: grid, font: "12px system-ui, sans-serif" };
    const ratio = this.ratio();
    return {
      width: Math.max(this.panel.chart.clientWidth, 200),
      height: HEIGHT,
      legend: { show: false },
      padding: [() => roomAbove(this.state.run), 26, 0, 0],
      cursor: {
        sync: { key: TOGETHER },
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
        y: ratio !== null,
      },
      scales: {
        x: { time: false, auto: false, range: () => [this.state.range.from, this.state.range.to], min: from, max: to },
        y: ratio
          ? { distr: 3, range: () => this.ratio() ?? ratio }
          : { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] },
      },
      axes: [
        { ...axis, values: (_, splits) => splits.map(clock), space: 80, size: 36, incrs: INCREMENTS },
        {
          ...axis,
          grid: ratio ? { show: false } : grid,
          values: (_, splits) => splits.map((v) => (v === null ? "" : this.spec.format(v))),
          size: 76,
        },
      ],
      series: [{}, ...this.series()],
      hooks: {
        setCursor: [(plot) => this.read(plot)],
        setSelect: [(plot) => this.selected(plot)],
        drawClear: [
          (plot) => paintExcluded(plot, this.state.run.summary.phases ?? []),
          (plot) => this.spec.paint?.(plot),
          (plot) => paintAreas(plot, this.areas(plot)),
          (plot) => paintPauses(plot, this.state.run),
        ],
        draw: [(plot) => drawMarks(plot, this.state.run)],
      },
    };
  }

  private series(): uPlot.Series[] {
    const stack = this.spec.kind === "stack";
    return this.entries.map(({ id, label, look: { color, dash } }): uPlot.Series => {
      const line: uPlot.Series = { label, stroke: color, width: 1, dash, points: { show: false } };
      // The areas of a stack say everything.
      line.paths = stack ? () => null : path;
      return { ...line, show: !this.state.hidden.has(id) };
    });
  }

  /** Areas of the lines that are switched on, each down to the one before it. */
  private areas(plot: uPlot): Area[] {
    if (!this.spec.kind || this.spec.kind === "lines") return [];
    const stack = this.spec.kind === "stack";
    const shown = this.entries.map((_, at) => at).filter((at) => !this.state.hidden.has(this.entries[at].id));
    const areas = shown.map((at, order): Area => {
      const lower = order === 0 ? null : (plot.data[shown[order - 1] + 1] as Column);
      const { color } = this.entries[at].look;
      return { upper: plot.data[at + 1] as Column, lower, color: stack ? color : faded(color, 0.16) };
    });
    return stack ? areas : areas.slice(1);
  }

  private switched(id: string, alone: boolean): void {
    const among = this.entries.map((entry) => entry.id);
    if (alone) this.state.only(id, among);
    else this.state.toggle(id);
  }

  private moveCursor(by: number): void {
    const plot = this.plot;
    if (!plot) return;
    const { from, to } = this.state.range;
    const x = plot.data[0];
    const inside = (at: number) => x[at] >= from && x[at] <= to;
    const first = x.findIndex((value) => value >= from);
    const now = plot.cursor.idx;
    const at = now == null || !inside(now) ? first : Math.min(Math.max(now + by, 0), x.length - 1);
    if (at >= 0) plot.setCursor({ left: plot.valToPos(x[at], "x"), top: plot.over.clientHeight / 2 });
  }

  /** Shows the values under the cursor, exactly as they are stored. */
  private read(plot: uPlot): void {
    const at = plot.cursor.idx;
    if (at == null || (plot.cursor.left ?? -1) < 0) {
      this.legend.show("", []);
      return;
    }
    const start = plot.data[0][at];
    const step = this.state.run.timeline.step_s;
    const until = step > 1 ? `–${clock(start + step)}` : "";
    const more = `${this.spec.reading?.(plot) ?? ""}${readMarks(plot, this.state.run)}`;
    const values = this.lines.map((line) => this.spec.format(line.values[at]));
    this.legend.show(`at ${clock(start)}${until}${more}`, values);
  }

  private selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.state.setRange(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  }

  private table(): HTMLElement {
    const { from, to } = this.state.range;
    const step = this.state.run.timeline.step_s;
    const x = starts(this.state.run.timeline);
    const rows = x.map((_, at) => at).filter((at) => x[at] + step > from && x[at] <= to);
    const row = (at: number) => [
      clock(x[rows[at]]),
      ...this.lines.map((line) => this.spec.format(line.values[rows[at]])),
    ];
    return longTable(["from", ...this.lines.map((line) => line.label)], rows.length, row);
  }
}

function idOf(line: Line): string {
  return line.id ?? line.label;
}
