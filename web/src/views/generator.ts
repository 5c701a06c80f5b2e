import { table } from "../charts/table";
import { type ChartSpec, optional } from "../charts/time-chart";
import { h } from "../dom";
import { bytes, count, elapsed, ms, number, percent } from "../model/format";
import type { Distribution } from "../model/run";
import type { State } from "../state";
import { live, part } from "./live";

const DELAYS: Record<string, string> = {
  schedule_error: "schedule error",
  generator_delay: "generator delay",
  python_wait: "python: wait",
  python_delay: "python: delay",
};

/** Whether the generator kept up: what the verdict looks at. */
export function generator(state: State): HTMLElement | null {
  const chart = (spec: ChartSpec) => optional(state, spec);
  const busy = (what: "threads" | "interpreters", label: string) => () =>
    Object.entries(state.run.timeline.generator[what]).map(([name, values]) => ({
      id: `${label} ${name}`,
      label: `${label} ${name}`,
      values,
    }));
  return part(
    "generator",
    "Generator",
    chart({
      title: "I/O threads",
      note: "Share of the time that each was busy. Near 100 % the generator is the limit.",
      format: percent,
      lines: busy("threads", "thread"),
    }),
    chart({
      title: "Interpreters",
      note: "Share of the time that each event loop of Python was busy.",
      format: percent,
      lines: busy("interpreters", "process"),
    }),
    chart({
      title: "Delays of the generator",
      note: "99th percentiles. Where they are not small against the response times, the generator is in the numbers.",
      format: ms,
      lines: () =>
        Object.entries(state.run.timeline.generator.delays).map(([name, values]) => ({
          id: name,
          label: `${DELAYS[name] ?? name} p99`,
          values,
        })),
    }),
    live(state, ["run"], () => [facts(state), delays(state), system(state)]),
  );
}

function facts(state: State): HTMLElement {
  const { generator } = state.run.summary;
  const python = generator.interpreters;
  const rows = [
    ["CPU time", `${elapsed(generator.cpu_s)}, ${percent(generator.cpu_percent)} of a core`],
    ["most memory", bytes(generator.max_rss_bytes)],
    ["I/O threads", count(generator.threads)],
    ["busiest second of a thread", percent(generator.thread_busy_max_percent)],
  ];
  if (python) {
    rows.push(["interpreters", count(python.processes)]);
    rows.push(["busiest second of an interpreter", percent(python.busy_max_percent)]);
    rows.push(["interpreters busy on average", percent(python.busy_mean_percent)]);
  }
  if (generator.agents_lost) rows.push(["agents lost", count(generator.agents_lost)]);
  return h("div", { class: "facts" }, table(["generator", "value"], rows, "The generator over the whole run"));
}

function delays(state: State): HTMLElement | null {
  const { generator } = state.run.summary;
  const all: [string, Distribution | undefined][] = [
    ["schedule error", generator.schedule_error_ms],
    ["generator delay", generator.generator_delay_ms],
    ["python: wait", generator.interpreters?.wait_ms],
    ["python: delay", generator.interpreters?.delay_ms],
  ];
  const there = all.filter((pair): pair is [string, Distribution] => (pair[1]?.count ?? 0) > 0);
  if (there.length === 0) return null;
  const rows = there.map(([name, of]) => [
    name,
    count(of.count),
    ms(of.mean),
    ms(of.p50),
    ms(of.p95),
    ms(of.p99),
    ms(of.max),
  ]);
  return table(["delay", "count", "mean", "p50", "p95", "p99", "max"], rows, "Delays of the generator");
}

function system(state: State): HTMLElement | null {
  const samples = state.run.summary.system ?? [];
  if (samples.length === 0) return null;
  const rows = samples.map((one) => {
    const format = one.group.endsWith("_bytes") ? bytes : one.group.endsWith("_percent") ? percent : number;
    return [
      one.stage || "whole run",
      one.group,
      count(one.count),
      ...[one.min, one.mean, one.p50, one.p95, one.max].map(format),
    ];
  });
  return table(
    ["stage", "what", "samples", "min", "mean", "p50", "p95", "max"],
    rows,
    "Samples of the machine, one a second",
  );
}
