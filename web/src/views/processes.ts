import { table } from "../charts/table";
import { h } from "../dom";
import { bytes, clock, count, elapsed, percent } from "../model/format";
import type { State } from "../state";

/** What a process of the generator is called. */
export function nameOf(state: State, process: number): string {
  if (process > 0) return `agent ${process}`;
  const own = state.run.summary.processes?.find((one) => one.process === 0);
  return own?.role === "coordinator" ? "coordinator" : "squall";
}

/** The processes that made the load, and what each of them used. */
export function processes(state: State): HTMLElement | null {
  const all = state.run.summary.processes ?? [];
  if (all.length === 0) return null;
  const headings = [
    "process",
    "pid",
    "share of the load",
    "I/O threads",
    "CPU time",
    "CPU on average",
    "CPU at most",
    "memory at most",
    "open files at most",
    "allowed",
    "lost",
  ];
  const rows = all.map((one) => [
    nameOf(state, one.process),
    one.pid == null ? "–" : String(one.pid),
    one.share || "none",
    count(one.threads),
    elapsed(one.cpu_s),
    percent(one.cpu_percent),
    percent(one.cpu_max_percent),
    bytes(one.memory_max_bytes),
    one.descriptors_max > 0 ? count(one.descriptors_max) : "–",
    one.descriptors_allowed > 0 ? count(one.descriptors_allowed) : "no limit",
    one.lost_at_s == null ? "no" : `at ${clock(one.lost_at_s)}`,
  ]);
  return table(headings, rows, "Processes that made the load; 100 % of CPU is one core");
}

/** The machine that made the load. */
export function host(state: State): HTMLElement | null {
  const { host } = state.run.summary;
  if (!host) return null;
  const cores = host.cores === host.usable_cores ? count(host.cores) : `${host.usable_cores} of ${host.cores} usable`;
  const rows = [
    ["system", host.os],
    ["kernel", host.kernel],
    ["processor", [host.cpu, host.architecture].filter((text) => text !== "").join(", ")],
    ["cores", cores],
    ["memory", host.memory_bytes == null ? "" : bytes(host.memory_bytes)],
    ["open files allowed", host.descriptors_allowed == null ? "no limit" : count(host.descriptors_allowed)],
    ["local ports for one address", host.local_ports == null ? "" : count(host.local_ports)],
  ].filter(([, value]) => value !== "");
  return h("div", { class: "facts" }, table(["machine", "value"], rows, "The machine of the generator"));
}
