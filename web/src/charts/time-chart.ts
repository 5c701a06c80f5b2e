import uPlot from "uplot";
import { clock, type Format } from "../model/format";
import type { Column } from "../model/run";
import { starts } from "../model/series";
import type { State } from "../state";
import { type Area, paintAreas } from "./areas";
import { paintExcluded } from "./excluded";
import { keys, wheel } from "./keys";
import { type Entry, Legend } from "./legend";
import { color, faded, type Look, look } from "./look";
import { type Panel, panel, whenNear } from "./panel";
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

/** A chart over the time of the run: it zooms, pans and reads together with all others. */
export class TimeChart {
  private readonly panel: Panel;
  private readonly legend: Legend;
  private plot: uPlot | null = null;
  private lines: Line[] = [];
  private entries: Entry[] = [];
  private frame = 0;
  private visible = false;
  private stale = false;

  constructor(
    private readonly state: State,
    private readonly spec: ChartSpec,
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
    whenNear(this.panel.element, () => this.start());
  }

  get element(): HTMLElement {
    return this.panel.element;
  }

  private start(): void {
    this.build();
    keys(this.panel.chart, this.state, (by) => this.moveCursor(by));
    new ResizeObserver(() => this.resize()).observe(this.panel.chart);
    new IntersectionObserver((seen) => {
      this.visible = seen[seen.length - 1].isIntersecting;
      if (this.visible && this.stale) this.showRange();
    }).observe(this.panel.chart);
    this.state.on(["range"], () => this.showRangeSoon());
    this.state.on(["hidden"], () => this.refresh());
    this.state.on(["run", "series", "theme"], () => this.build());
  }

  /** Makes the chart anew: its lines may be others. */
  private build(): void {
    this.plot?.destroy();
    this.lines = this.spec.lines();
    const area = this.spec.kind === "stack";
    this.entries = this.lines.map((line, at) => ({ ...line, id: idOf(line), look: this.lookOf(at), area }));
    this.legend.fill(this.entries);
    this.plot = new uPlot(this.options(), this.data(), this.panel.chart);
    wheel(this.plot.over, this.state);
    this.plot.over.addEventListener("dblclick", () => this.state.showAll());
    this.legend.mark(this.entries, (id) => this.state.hidden.has(id));
    this.panel.refreshTable();
  }

  /** Draws what is switched on. */
  private refresh(): void {
    if (!this.plot) return;
    this.entries.forEach((entry, at) => {
      (this.plot as uPlot).series[at + 1].show = !this.state.hidden.has(entry.id);
    });
    this.plot.setData(this.data(), false);
    this.showRange();
    this.legend.mark(this.entries, (id) => this.state.hidden.has(id));
  }

  private showRangeSoon(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.visible) this.showRange();
      else this.stale = true;
    });
  }

  private showRange(): void {
    this.stale = false;
    const { from, to } = this.state.range;
    this.plot?.setScale("x", { min: from, max: to });
    this.panel.refreshTable();
  }

  private resize(): void {
    const width = this.panel.chart.clientWidth;
    if (this.plot && width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
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
    const ratio = this.spec.ratio?.() ?? null;
    return {
      width: Math.max(this.panel.chart.clientWidth, 200),
      height: HEIGHT,
      legend: { show: false },
      padding: [16, 26, 0, 0],
      cursor: {
        sync: { key: TOGETHER },
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
        y: ratio !== null,
      },
      scales: {
        x: { time: false, auto: false, range: () => [this.state.range.from, this.state.range.to], min: from, max: to },
        y: ratio ? { distr: 3, range: ratio } : { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] },
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
        ],
        draw: [(plot) => this.drawStages(plot)],
      },
    };
  }

  private series(): uPlot.Series[] {
    const stack = this.spec.kind === "stack";
    return this.entries.map(({ id, label, look: { color, dash } }): uPlot.Series => {
      const line: uPlot.Series = { label, stroke: color, width: 1, dash, points: { show: false } };
      // The areas of a stack say everything.
      if (stack) line.paths = () => null;
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
    const more = this.spec.reading?.(plot) ?? "";
    const values = this.lines.map((line) => this.spec.format(line.values[at]));
    this.legend.show(`at ${clock(start)}${until}${more}`, values);
  }

  private selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.state.setRange(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  }

  /** Marks where stages begin, where there are several. */
  private drawStages(plot: uPlot): void {
    const stages = (this.state.run.summary.stages ?? []).filter((stage) => stage.elapsed_s > 0);
    if (stages.length < 2) return;
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = color("faint");
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.textAlign = "left";
    let free = 0;
    for (const stage of stages) {
      const x = plot.valToPos(stage.started_at_s, "x", true);
      if (x < bbox.left - 1 || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const width = ctx.measureText(stage.name).width;
      if (x < free || x + width > bbox.left + bbox.width) continue;
      ctx.fillText(stage.name, x + 2 * ratio, bbox.top - 4 * ratio);
      free = x + width + 8 * ratio;
    }
    ctx.restore();
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
