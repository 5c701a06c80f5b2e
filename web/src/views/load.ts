import { scatter } from "../charts/scatter";
import { type ChartSpec, type Line, optional } from "../charts/time-chart";
import { bytes, count, number, rate } from "../model/format";
import type { Column } from "../model/run";
import { find, happens, idOf, labels, operations, perSecond, sum } from "../model/series";
import type { State } from "../state";
import { part } from "./live";

/** What was asked for, what was reached, and what the response time made of it. */
export function load(state: State): HTMLElement | null {
  const chart = (spec: ChartSpec) => optional(state, spec);
  return part(
    "load",
    "Load",
    chart({
      title: "Iterations: asked for and reached",
      note: "Due is what the load profile asked for: iterations that started, and those that were dropped as no user was free.",
      format: rate,
      lines: () => iterations(state),
    }),
    chart({
      title: "Operations of each action",
      note: "Finished per second, failed ones included.",
      format: rate,
      lines: () => eachRate(state),
    }),
    chart({
      title: "Users and operations in flight",
      note: "The most at the end of a second.",
      format: count,
      lines: () => users(state),
    }),
    chart({
      title: "Data",
      note: "Bytes on connections before encryption, heads included, of all operations.",
      format: perSecondOf(bytes),
      lines: () => data(state),
    }),
    against(state),
  );
}

function perSecondOf(format: (value: number | null | undefined) => string) {
  return (value: number | null | undefined) => `${format(value)}/s`;
}

function iterations(state: State): Line[] {
  const { timeline } = state.run;
  const all = timeline.series.filter((series) => series.kind === "iteration");
  if (all.length === 0) return [];
  const column = (name: string) => sum(all.map((series) => series.columns[name] ?? []));
  const dropped = sum(timeline.scenarios.map((scenario) => scenario.dropped));
  const lines = [
    { label: "due", values: perSecond(timeline, column("started"), dropped) },
    { label: "started", values: perSecond(timeline, column("started")) },
    { label: "finished", values: perSecond(timeline, column("ok"), column("failed")) },
    { label: "dropped", values: perSecond(timeline, dropped) },
  ];
  return lines.filter((line) => line.label !== "dropped" || happens(line.values));
}

function finished(state: State, columns: Record<string, Column>): Column {
  return perSecond(state.run.timeline, columns.ok, columns.failed);
}

function eachRate(state: State): Line[] {
  const all = operations(state.run.timeline);
  const names = labels(all);
  return all.map((series) => ({
    id: idOf(series),
    label: names.get(idOf(series)) ?? "",
    values: finished(state, series.columns),
  }));
}

function users(state: State): Line[] {
  const { timeline } = state.run;
  const several = timeline.scenarios.length > 1;
  const lines = timeline.scenarios.map((one) => ({
    id: `users ${one.stage}/${one.scenario}`,
    label: several ? `users ${one.stage} / ${one.scenario}` : "users",
    values: one.users,
  }));
  const inFlight = timeline.all.columns.in_flight;
  return inFlight ? [...lines, { id: "in flight", label: "operations in flight", values: inFlight }] : lines;
}

function data(state: State): Line[] {
  const { timeline } = state.run;
  const { bytes_received: received, bytes_sent: sent } = timeline.all.columns;
  const lines = [
    { label: "received", values: perSecond(timeline, received) },
    { label: "sent", values: perSecond(timeline, sent) },
  ];
  return lines.filter((line) => happens(line.values));
}

function against(state: State): HTMLElement {
  const columns = () => find(state.run.timeline, state.series).columns;
  return scatter(state, {
    title: "Response time against load",
    note: "A point for each step of time that the charts above show, of the series that is chosen.",
    loadName: "rate",
    loadFormat: (value) => `${number(value)}/s`,
    timeName: "95th percentile",
    load: () => finished(state, columns()),
    time: () => columns().p95 ?? [],
  });
}
