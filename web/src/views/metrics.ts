import { table } from "../charts/table";
import { TimeChart } from "../charts/time-chart";
import { h } from "../dom";
import { count, number } from "../model/format";
import type { SeriesData } from "../model/run";
import { idOf } from "../model/series";
import type { State } from "../state";
import { live, part } from "./live";

/** Numbers of the test itself, each in its own unit. */
export function metrics(state: State): HTMLElement | null {
  const charts = h("div", {});
  const known = new Set<string>();
  const more = () => {
    for (const series of state.run.timeline.series) {
      if (series.kind !== "metric" || known.has(idOf(series))) continue;
      known.add(idOf(series));
      charts.append(chartOf(state, series));
    }
    charts.hidden = known.size === 0;
  };
  more();
  state.on(["run"], more);
  const tables = live(state, ["run"], () => [values(state), custom(state)]);
  const shown = [charts, tables].filter((place) => state.live || !place.hidden);
  return part("metrics", "Metrics of the test", ...shown);
}

function chartOf(state: State, first: SeriesData): HTMLElement {
  const id = idOf(first);
  const columns = () => state.run.timeline.series.find((series) => idOf(series) === id)?.columns ?? {};
  const names = ["p50", "p95", "p99", "max"];
  const lines = () =>
    names
      .filter((name) => columns()[name])
      .map((name) => ({ id: `${id} ${name}`, label: name, values: columns()[name] }));
  const note = `Stage ${first.stage}, scenario ${first.scenario}; in the unit of the test.`;
  return new TimeChart(state, { title: first.name, note, format: number, lines }).element;
}

function values(state: State): HTMLElement | null {
  const all = state.run.summary.metrics ?? [];
  if (all.length === 0) return null;
  const rows = all.map((one) => [
    one.name,
    one.stage,
    one.scenario,
    count(one.count),
    ...[one.min, one.mean, one.p50, one.p90, one.p95, one.p99, one.p99_9, one.max].map(number),
    count(one.not_finite ?? 0),
  ]);
  const headings = [
    "metric",
    "stage",
    "scenario",
    "count",
    "min",
    "mean",
    "p50",
    "p90",
    "p95",
    "p99",
    "p99.9",
    "max",
    "not finite",
  ];
  return table(headings, rows, "Numbers that the test measured itself");
}

function custom(state: State): HTMLElement | null {
  const all = state.run.summary.custom ?? [];
  if (all.length === 0) return null;
  const rows = all.map((one) => [one.metric, one.stage, one.name, one.group, one.type, number(one.value)]);
  return table(
    ["number", "stage", "action", "group", "type", "value"],
    rows,
    "Numbers that the test made of its results",
  );
}
