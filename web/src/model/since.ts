import type { Column, Distribution, Failure, Run, SeriesData, StageSummary, Summary } from "./run";
import { idOf } from "./series";

/** Columns from a step on, added up; `NaN` where there is no such column to tell. */
type Sum = (name: string) => number;

/**
 * Returns the summary as if the run had begun at a second: for those who look at a run after its numbers were reset.
 *
 * Counts, rates, means and maxima come from the steps of the timeline that began at that second or later. Percentiles cannot be made of
 * those of steps; they are read off the map of response times, so they are as exact as its rows. What neither tells is left empty.
 */
export function since(run: Run, from_s: number): Summary {
  const { summary, timeline } = run;
  const first = Math.ceil(from_s / timeline.step_s);
  const begin = first * timeline.step_s;
  const end = timeline.length_s.reduce<number>((sum, length) => sum + (length ?? 0), 0);
  const places = new Map(timeline.series.map((series) => [idOf(series), series]));
  const sumsOf = (series: SeriesData | undefined): Sum => {
    return (name) => (series ? total(series.columns[name], first) : Number.NaN);
  };
  const rateOf = (stage: string, sum: Sum) => {
    const seconds = overlap(
      summary.stages.find((one) => one.name === stage),
      begin,
      end,
    );
    return seconds > 0 ? (sum("ok") + sum("failed")) / seconds : 0;
  };
  const all = sumsOf(timeline.all);
  const dropped = timeline.scenarios.reduce((sum, one) => sum + total(one.dropped, first), 0);
  return {
    ...summary,
    since: { from_s: begin, within: Math.sqrt(timeline.all.heat?.ratio ?? 1) - 1 },
    totals: {
      ...summary.totals,
      ...counts(all),
      dropped_iterations: dropped,
      bytes_sent: all("bytes_sent"),
      bytes_received: all("bytes_received"),
    },
    series: summary.series.map((one) => {
      const series = places.get(idOf({ ...one, kind: "operation" }));
      const sum = sumsOf(series);
      const times = Object.keys(one).filter((name) => name.endsWith("_ms"));
      return {
        ...one,
        ...Object.fromEntries(times.map((name) => [name, NOTHING])),
        ...counts(sum),
        rate_per_s: rateOf(one.stage, sum),
        bytes_sent: sum("bytes_sent"),
        bytes_received: sum("bytes_received"),
        statuses: {},
        response_time_ms: series ? timesOf(series, first, begin) : NOTHING,
        ok_times: { response_time_ms: NOTHING, service_time_ms: NOTHING },
        failed_times: { response_time_ms: NOTHING, service_time_ms: NOTHING },
        errors: later(one.errors, begin),
      };
    }),
    transactions: summary.transactions.map((one) => {
      const series = places.get(idOf({ ...one, kind: one.kind as SeriesData["kind"] }));
      const sum = sumsOf(series);
      return {
        ...one,
        ...counts(sum),
        rate_per_s: rateOf(one.stage, sum),
        time_ms: series ? timesOf(series, first, begin) : NOTHING,
        errors: later(one.errors ?? [], begin),
      };
    }),
  };
}

function counts(sum: Sum) {
  return { started: sum("started"), ok: sum("ok"), failed: sum("failed") };
}

function total(column: Column | undefined, first: number): number {
  let sum = 0;
  for (let at = first; at < (column?.length ?? 0); at++) sum += column?.[at] ?? 0;
  return sum;
}

function overlap(stage: StageSummary | undefined, begin: number, end: number): number {
  if (!stage) return end - begin;
  return Math.min(stage.started_at_s + stage.elapsed_s, end) - Math.max(stage.started_at_s, begin);
}

/** Failures that happened since; how many of them is known only where none happened before. */
function later(errors: Failure[], begin: number): Failure[] {
  const there = errors.filter((error) => error.last_at_s >= begin);
  return there.map((error) => (error.first_at_s >= begin ? error : { ...error, count: Number.NaN }));
}

const NOTHING: Distribution = {
  count: 0,
  min: Number.NaN,
  mean: Number.NaN,
  stdev: Number.NaN,
  p50: Number.NaN,
  p90: Number.NaN,
  p95: Number.NaN,
  p99: Number.NaN,
  p99_9: Number.NaN,
  max: Number.NaN,
};

function timesOf({ columns, heat }: SeriesData, first: number, begin: number): Distribution {
  let [count, sum, max] = [0, 0, 0];
  for (let at = first; at < (columns.mean?.length ?? 0); at++) {
    const here = (columns.ok?.[at] ?? 0) + (columns.failed?.[at] ?? 0);
    count += here;
    sum += here * (columns.mean?.[at] ?? 0);
    max = Math.max(max, columns.max?.[at] ?? 0);
  }
  if (count === 0) return NOTHING;
  const known = { ...NOTHING, count, mean: sum / count, max };
  if (!heat) return known;
  const rows = new Array<number>(heat.rows).fill(0);
  for (let at = Math.ceil(begin / heat.step_s) * heat.rows; at < heat.counts.length; at++) {
    rows[at % heat.rows] += heat.counts[at];
  }
  const mapped = rows.reduce((all, row) => all + row, 0);
  const percentile = (share: number) => {
    let below = 0;
    const row = rows.findIndex((here) => {
      below += here;
      return below >= share * mapped;
    });
    // The middle of the row, by ratio.
    return mapped === 0 ? Number.NaN : Math.min(max, heat.low_ms * heat.ratio ** (row + 0.5));
  };
  const [p50, p90, p95, p99, p99_9, p99_99] = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999].map(percentile);
  return { ...known, p50, p90, p95, p99, p99_9, p99_99 };
}
