import { table } from "../charts/table";
import { h } from "../dom";
import { clock, count, ms, percent } from "../model/format";
import type { Summary } from "../model/run";

const NAMES = { warm_up: "warm-up", measured: "measured", cool_down: "cool-down" };

/** Each phase of each stage; of these only the measured ones are in the other numbers. */
export function phasesTable({ phases }: Summary): HTMLElement | null {
  if (!phases || phases.length === 0) return null;
  const rows = phases.map(({ stage, phase, from_s, to_s, totals, response_time_ms: times, errors }) => [
    `${stage}: ${NAMES[phase] ?? phase}`,
    `${clock(from_s)} to ${clock(to_s)}`,
    phase === "measured" ? "yes" : "no",
    ...[totals.started, totals.failed, totals.interrupted, totals.dropped_iterations].map(count),
    ...[times.p50, times.p99].map((time) => (times.count > 0 ? ms(time) : "")),
    errors?.[0] ? `${errors[0].class}: ${errors[0].message}` : "",
  ]);
  const headings = ["phase", "time", "counts", "operations", "failed", "interrupted", "dropped", "p50", "p99", "error"];
  const caption = "Warm-up and cool-down are in no other numbers of this report; charts shade them";
  return h("div", { class: "phases" }, h("h3", {}, "Phases"), table(headings, rows, caption));
}

/** Single checks of answers, and how often each held. */
export function checksTable({ checks }: Summary): HTMLElement | null {
  if (!checks || checks.length === 0) return null;
  const rows = checks.map(({ name, operation, stage, passed, failed, passed_percent }) => [
    name,
    operation,
    stage,
    count(passed),
    count(failed),
    percent(passed_percent),
  ]);
  const headings = ["check", "operation", "stage", "passed", "failed", "rate"];
  return h("div", { class: "checks" }, h("h3", {}, "Checks"), table(headings, rows, "Checks and how often they held"));
}
