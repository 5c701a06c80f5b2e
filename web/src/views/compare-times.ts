import { type Line, TimeChart } from "../charts/time-chart";
import { h } from "../dom";
import { type Compared, inAnyRun, runNames, seriesOf, stretched } from "../model/comparison";
import { type Format, ms, rate, share } from "../model/format";
import type { Column, SeriesData, Timeline } from "../model/run";
import { idOf, labels, perSecond } from "../model/series";
import type { State } from "../state";
import { part } from "./live";

type Read = (series: SeriesData, timeline: Timeline) => Column | undefined;

/** The runs on top of each other, each from its own beginning. */
export function overTime(data: Compared, state: State): HTMLElement | null {
  const chart = (title: string, note: string, format: Format, read: Read) =>
    new TimeChart(state, { title, note, format, lines: () => linesOf(data, state, read) }).element;
  const percentile =
    (name: string): Read =>
    (series) =>
      series.columns[name];
  const within = "Response time, within each step of time.";
  return part(
    "over-time",
    "Over time",
    picker(data, state),
    chart("Median", within, ms, percentile("p50")),
    chart("95th percentile", within, ms, percentile("p95")),
    chart("99th percentile", within, ms, percentile("p99")),
    chart("Rate", "Operations that ended.", rate, ({ columns }, timeline) =>
      perSecond(timeline, columns.ok, columns.failed),
    ),
    chart("Failed", "Share of the operations that ended.", share, failed),
  );
}

const failed: Read = ({ columns }) =>
  columns.ok?.map((ok, step) => {
    const bad = columns.failed?.[step] ?? 0;
    const ended = (ok ?? 0) + bad;
    return ended > 0 ? bad / ended : null;
  }) ?? columns.failed?.map((bad) => (bad ? 1 : null));

/** A line for each run; one that has not got the series has an empty one, so that runs keep their colours. */
function linesOf(data: Compared, state: State, read: Read): Line[] {
  const steps = state.run.timeline.length_s.length;
  const names = runNames(data);
  return data.runs.map(({ timeline }, at) => {
    const series = seriesOf(timeline, state.series);
    const column = series && read(series, timeline);
    return { id: `run ${at}`, label: names[at], values: stretched(column ?? [], steps) };
  });
}

/** Chooses the series that all charts show. */
function picker(data: Compared, state: State): HTMLElement {
  const all = inAnyRun(data);
  const names = labels(all);
  const option = (id: string) => h("option", { value: id, selected: id === state.series }, names.get(id) ?? id);
  const box = h("select", { id: "series" }, ...all.map((series) => option(idOf(series))));
  box.addEventListener("change", () => state.setSeries(box.value));
  state.on(["series"], () => {
    box.value = state.series;
  });
  return h("div", { class: "controls" }, h("label", {}, "Charts of ", box));
}
