import { table } from "../charts/table";
import { TimeChart } from "../charts/time-chart";
import { count, ms, rate } from "../model/format";
import type { Distribution, OperationSummary } from "../model/run";
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

/** Where the time of operations goes, and how many connections they opened. */
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
  const opened = new TimeChart(state, {
    title: "Connections opened",
    note: "Per second, of the series that is chosen; all other operations went over a connection that was open.",
    format: rate,
    lines: () => {
      const column = columns().opened;
      return happens(column) ? [{ label: "opened", values: perSecond(state.run.timeline, column) }] : [];
    },
  });
  return part(
    "phases",
    "Phases",
    chart.element,
    fold(state, "Phases of each action", () => phaseTable(state)),
    opened.element,
  );
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
