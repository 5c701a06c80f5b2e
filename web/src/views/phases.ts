import { table } from "../charts/table";
import { TimeChart } from "../charts/time-chart";
import { count, ms, rate } from "../model/format";
import type { Column, Distribution, OperationSummary, Timeline } from "../model/run";
import { find, happens, perSecond } from "../model/series";
import type { State } from "../state";
import { fold, part } from "./live";

const PHASES: [string, string, keyof OperationSummary][] = [
  ["waiting", "waiting", "waiting_ms"],
  ["connecting", "connecting", "connecting_ms"],
  ["securing", "securing (TLS)", "securing_ms"],
  ["writing", "writing", "writing_ms"],
  ["first_byte", "first byte", "first_byte_ms"],
  ["reading", "reading", "reading_ms"],
];

/** Where the time of operations goes, and what became of connections. */
export function phases(state: State): HTMLElement | null {
  const columns = () => find(state.run.timeline, state.series).columns;
  const chart = new TimeChart(state, {
    title: "Phases of an operation",
    note: "Mean over all operations that finished, of the series that is chosen; together they are the response time. From the bottom up as in the legend.",
    format: ms,
    kind: "stack",
    lines: () =>
      PHASES.filter(([name]) => happens(columns()[name])).map(([name, label]) => ({
        id: `phase ${name}`,
        label,
        values: columns()[name],
      })),
  });
  const connections = new TimeChart(state, {
    title: "Connections",
    note: "Per second, of all operations: TCP connections opened; operations over one that was open; names not found, connections refused, and TLS that failed.",
    format: rate,
    lines: () => {
      const { timeline } = state.run;
      const line = ([label, column]: [string, Column]) => ({ label, values: perSecond(timeline, column) });
      return connectionsOf(timeline)
        .filter(([, column]) => happens(column))
        .map(line);
    },
  });
  return part(
    "phases",
    "Phases",
    chart.element,
    fold(state, "Phases of each action", () => phaseTable(state)),
    connections.element,
  );
}

/** What became of connections, step by step. An operation whose TLS failed had opened one. */
function connectionsOf({ all, failures }: Timeline): [string, Column][] {
  const steps = (all.columns.ok ?? all.columns.failed ?? []).length;
  const at = (column: Column | undefined, step: number) => column?.[step] ?? 0;
  const columnOf = (make: (step: number) => number) => Array.from({ length: steps }, (_, step) => make(step));
  const { ok, failed, opened } = all.columns;
  const unopened = (step: number) => at(failures.dns, step) + at(failures.connect, step);
  const reused = (step: number) => at(ok, step) + at(failed, step) - at(opened, step) - unopened(step);
  return [
    ["opened", columnOf((step) => at(opened, step))],
    ["reused", columnOf((step) => Math.max(reused(step), 0))],
    ["failed", columnOf((step) => unopened(step) + at(failures.tls, step))],
  ];
}

function phaseTable(state: State): HTMLElement {
  const rows = state.run.summary.series.flatMap((series) =>
    PHASES.map(([, label, field]) => [label, series[field] as Distribution | undefined] as const)
      .filter(([, times]) => times && times.count > 0)
      .map(([label, times]) => {
        const of = times as Distribution;
        return [series.name, label, count(of.count), ms(of.mean), ms(of.p50), ms(of.p95), ms(of.p99), ms(of.max)];
      }),
  );
  return table(["action", "phase", "count", "mean", "p50", "p95", "p99", "max"], rows, "Phases of each action");
}
