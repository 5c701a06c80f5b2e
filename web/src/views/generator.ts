import { table } from "../charts/table";
import { type ChartSpec, optional } from "../charts/time-chart";
import { h } from "../dom";
import { bytes, count, elapsed, ms, number, percent, rate } from "../model/format";
import type { Distribution, ProcessData } from "../model/run";
import { happens } from "../model/series";
import type { State } from "../state";
import { live, part } from "./live";
import { nameOf, processes } from "./processes";

const DELAYS: Record<string, string> = {
  schedule_error: "schedule error",
  generator_delay: "generator delay",
  python_wait: "python: wait",
  python_delay: "python: delay",
};

/** Whether the generator kept up: what the verdict looks at. */
export function generator(state: State): HTMLElement | null {
  const chart = (spec: ChartSpec) => optional(state, spec);
  const busy = (what: "threads" | "starved" | "interpreters", label: string) => () =>
    Object.entries(state.run.timeline.generator[what] ?? {}).map(([name, values]) => ({
      id: `${label} ${name}`,
      label: `${label} ${name}`,
      values,
    }));
  const ofProcess = (what: keyof ProcessData) => () =>
    Object.entries(state.run.timeline.generator.processes ?? {})
      .filter(([, columns]) => happens(columns[what]))
      .map(([process, columns]) => {
        const label = nameOf(state, Number(process));
        return { id: label, label, values: columns[what] };
      });
  const ofMachine = (labels: Record<string, string>) => () => {
    const columns = state.run.timeline.generator.machine ?? {};
    const there = Object.entries(labels).filter(([name]) => name in columns);
    return there.map(([name, label]) => ({ id: `machine ${name}`, label, values: columns[name] }));
  };
  return part(
    "generator",
    "Generator",
    chart({
      title: "I/O threads",
      note: "CPU time of each thread, as a share of a core. Near 100 % the generator is the limit: use more threads, or fewer users.",
      format: percent,
      lines: busy("threads", "thread"),
    }),
    chart({
      title: "I/O threads without a core",
      note: "Share of the time in which each thread had work and waited for a core. Where it is not small, other programs, or the target itself, take the cores of the generator.",
      format: percent,
      lines: () => busy("starved", "thread")().filter((line) => happens(line.values)),
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
    chart({
      title: "CPU of each process",
      note: "100 % is one core; several threads may use more. It is more than its I/O threads where Python runs, or results are written.",
      format: percent,
      lines: ofProcess("cpu_percent"),
    }),
    chart({
      title: "CPU of the machine",
      note: "Share of all cores, all programs together. Near 100 % something else may have slowed the generator; stolen time went to other virtual machines.",
      format: percent,
      lines: ofMachine({ cpu_percent: "at work", stolen_percent: "stolen" }),
    }),
    chart({
      title: "Memory of each process",
      note: "Resident. It grows with virtual users and with names of actions, and not with time: where it keeps growing, look at what the test keeps.",
      format: bytes,
      lines: ofProcess("memory_bytes"),
    }),
    chart({
      title: "Free memory of the machine",
      note: "What programs can still take without swapping. With less than 2 % of all, a run is invalid.",
      format: bytes,
      lines: ofMachine({ free_memory_bytes: "free" }),
    }),
    chart({
      title: "Open files of each process",
      note: "Each connection is one. The table of the processes has their limit; raise it with ulimit -n.",
      format: count,
      lines: ofProcess("descriptors"),
    }),
    chart({
      title: "TCP sockets of the machine",
      note: "Closed ones that still wait are counted, as they hold a local port. Where they come near the local ports of the machine, keep connections alive.",
      format: count,
      lines: ofMachine({ tcp_sockets: "sockets" }),
    }),
    chart({
      title: "TCP segments sent again",
      note: "All programs of the machine. Each costs the response 200 ms and more: the network, or the queues of the target, lost them.",
      format: rate,
      lines: () => ofMachine({ resent_per_s: "sent again" })().filter((line) => happens(line.values)),
    }),
    live(state, ["run"], () => [facts(state), processes(state), delays(state), system(state)]),
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
