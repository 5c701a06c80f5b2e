import { axis, type Scale, scaleOf, type Whisker, whisker } from "../charts/forest";
import { h } from "../dom";
import {
  type Compared,
  type ComparedRun,
  type ComparedSeries,
  change,
  type Difference,
  finding,
  formatOf,
  interval,
  probability,
} from "../model/comparison";
import { number, share } from "../model/format";
import { part } from "./live";

/** Scales of one table: failures are in percentage points, the others in percent of the base. */
type Scales = Record<Difference["unit"], Scale>;

/** Every difference with its interval, in numbers and drawn. */
export function differences(data: Compared): HTMLElement | null {
  const { others, confidence } = data.comparison;
  const there = others.filter((other) => other.series.length > 0);
  if (there.length === 0) return null;
  const note = `Each bar is where the true difference is with ${share(confidence)} confidence, the line is zero: no difference. Filled: a difference is shown, made up for how many were looked at. A bar with an arrow goes on beyond the scale. Failures are in percentage points, on a scale of their own.`;
  return part(
    "differences",
    "Differences",
    h("p", { class: "note" }, note),
    ...there.map((other) => tableOf(data, other)),
  );
}

function tableOf(data: Compared, other: ComparedRun): HTMLElement {
  const all = other.series.flatMap((series) => series.differences);
  const of = (unit: Difference["unit"]) => scaleOf(all.filter((one) => one.unit === unit).map(asWhisker));
  const scales: Scales = { percent: of("percent"), points: of("points") };
  const caption = `${other.run.id} against ${data.comparison.base.id}`;
  const plot = h(
    "span",
    {},
    "difference",
    axis(scales.percent, (mark) => `${mark > 0 ? "+" : ""}${number(mark)} %`),
  );
  const headings = ["metric", "base", "this run", "change", plot, "interval", "p", "finding"];
  const head = h(
    "tr",
    {},
    ...headings.map((text, at) => h("th", { scope: "col", class: at === 0 ? "name" : at === 4 ? "plot" : "" }, text)),
  );
  const bodies = other.series.map((series) => bodyOf(series, scales));
  const table = h("table", { class: "compared" }, h("caption", {}, caption), h("thead", {}, head), ...bodies);
  return h("div", { class: "scroll whole", tabindex: 0, role: "group", "aria-label": caption }, table);
}

function asWhisker(one: Difference): Whisker {
  return { middle: one.change, low: one.low, high: one.high };
}

function bodyOf(series: ComparedSeries, scales: Scales): HTMLElement {
  const names = [series.stage, series.scenario, series.name].filter((name) => name !== "");
  const title = h(
    "th",
    { scope: "rowgroup", colspan: 8, class: "name" },
    names.join(" / "),
    h("span", { class: "note" }, series.sentence),
  );
  return h("tbody", {}, h("tr", { class: "group" }, title), ...series.differences.map((one) => rowOf(one, scales)));
}

function rowOf(one: Difference, scales: Scales): HTMLElement {
  const format = formatOf(one.metric);
  const { sign, text, tone } = finding(one);
  const drawn = whisker(
    asWhisker(one),
    scales[one.unit],
    tone,
    `${one.metric}: ${change(one.change, one.unit)}, ${interval(one)}: ${text}`,
  );
  const cells = [format(one.base), format(one.other), change(one.change, one.unit)];
  return h(
    "tr",
    {},
    h("th", { scope: "row", class: "name level-2" }, one.metric),
    ...cells.map((cell) => h("td", {}, cell)),
    h("td", { class: "plot" }, drawn),
    h("td", {}, interval(one)),
    h("td", {}, probability(one.p_adjusted)),
    h("td", { class: "found" }, h("span", { class: `finding ${tone}` }, `${sign} ${text}`)),
  );
}
