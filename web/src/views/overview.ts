import { table } from "../charts/table";
import { h } from "../dom";
import { bytes, clock, count, elapsed, type Format, ms, number, percent, rate, share } from "../model/format";
import type { Summary } from "../model/run";
import type { State } from "../state";
import { phasesTable } from "./apart";
import { live, part } from "./live";

const VERDICTS = {
  passed: { sign: "✓", text: "Passed" },
  failed: { sign: "✗", text: "Failed" },
  invalid: { sign: "!", text: "Invalid: the generator cannot vouch for these numbers" },
};

/** The verdict with its reasons, thresholds, warnings and totals. */
export function overview(state: State): HTMLElement | null {
  const make = () => {
    const { summary } = state.run;
    const { ok, failed } = summary.totals;
    const early = state.going && ok + failed === 0;
    return [
      early ? h("p", {}, "Nothing has finished yet.") : verdict(summary, state.going),
      counted(summary),
      thresholds(summary),
      totals(summary),
      phasesTable(summary),
      warnings(state),
    ];
  };
  return part("overview", "Overview", live(state, ["run"], make));
}

function verdict({ verdict: { status, reasons } }: Summary, going: boolean): HTMLElement {
  const { sign, text } = VERDICTS[status] ?? { sign: "?", text: status };
  const sofar = going ? "So far: " : "";
  const head = h(
    "p",
    { class: "verdict-head" },
    h("span", { class: "sign", "aria-hidden": "true" }, sign),
    sofar,
    text,
  );
  const list = reasons.length > 0 && h("ul", {}, ...reasons.map((reason) => h("li", {}, ...sentence(reason))));
  return h("div", { class: `verdict ${status}` }, head, list);
}

/** A reason, as text or as an object with a `message` and a `hint`. */
function sentence(reason: string | Record<string, unknown>): (string | Node)[] {
  if (typeof reason === "string") return [reason];
  const { message, hint } = reason;
  const text = typeof message === "string" ? message : JSON.stringify(reason);
  return typeof hint === "string" ? [text, h("span", { class: "hint" }, `hint: ${hint}`)] : [text];
}

const UNITS: Record<string, Format> = { ms, percent, per_s: rate };
const SIGNS: Record<string, string> = { passed: "✓", failed: "✗", warned: "!" };

/** Each rule with its value, limit and margin, and what is wrong where it was broken. */
function thresholds({ thresholds, measured }: Summary): HTMLElement | null {
  if (!thresholds || thresholds.length === 0) return null;
  const rows = thresholds.map((one) => {
    const format = UNITS[one.unit] ?? number;
    const broken = one.broken_at_s == null ? "" : `at ${clock(one.broken_at_s)}`;
    const result = h("span", { class: `result ${one.status}` }, `${SIGNS[one.status] ?? "?"} ${one.status}`);
    const said = [one.message, one.source].filter((text) => text).join("; ");
    return [one.rule, result, ...[one.value, one.limit, one.margin].map(format), one.action, broken, said];
  });
  const headings = ["rule", "result", "value", "limit", "margin", "action", "broken", "what is wrong"];
  const windows = (measured ?? []).map((one) => `stage ${one.stage} from ${clock(one.from_s)} to ${clock(one.to_s)}`);
  const note = windows.length > 0 && h("p", { class: "note" }, `Measured: ${windows.join(", ")}.`);
  return h(
    "div",
    { class: "thresholds" },
    h("h3", {}, "Thresholds"),
    table(headings, rows, "Rules and what came out"),
    note,
  );
}

/** Says from where numbers are counted, where that is not the start. */
function counted({ since }: Summary): HTMLElement | null {
  if (!since) return null;
  const text = `Totals, actions and failures are counted from ${clock(since.from_s)} on. Percentiles of the tree are read off the map of response times, to about ${number(since.within * 100)} %; what cannot be told of a part of the run is left empty. Verdict, thresholds and the generator's totals are of the whole run.`;
  return h("p", { class: "note counted" }, text);
}

function totals(summary: Summary): HTMLElement {
  const { run, totals, transactions, since } = summary;
  const seconds = since ? run.elapsed_s - since.from_s : measuredSeconds(summary);
  const span = since ? "that time" : summary.whole_run ? "the measured part" : "the whole run";
  const finished = totals.ok + totals.failed;
  const iterations = transactions.filter((one) => one.kind === "iteration");
  const add = (of: (one: (typeof iterations)[0]) => number) => iterations.reduce((sum, one) => sum + of(one), 0);
  const due = add((one) => one.started) + totals.dropped_iterations;
  const cards: [string, string, string][] = [
    ["Operations", count(totals.started), `${count(totals.ok)} ok`],
    ["Failed", count(totals.failed), finished > 0 ? `${share(totals.failed / finished)} of those that finished` : ""],
    ["Rate", rate(seconds > 0 ? finished / seconds : 0), `finished, over ${span}`],
    ["Interrupted", count(totals.interrupted), "in flight when the load ended"],
    ["Dropped", count(totals.dropped_iterations), due > 0 ? `of ${count(due)} iterations that were due` : "iterations"],
    ["Data", bytes(totals.bytes_received), `received; ${bytes(totals.bytes_sent)} sent`],
    ["Time", elapsed(seconds), ""],
  ];
  const card = ([name, value, more]: [string, string, string]) =>
    h("div", { class: "card" }, h("dt", {}, name), h("dd", {}, h("strong", {}, value), h("span", {}, more)));
  return h("dl", { class: "cards" }, ...cards.map(card));
}

/** Seconds in which something was measured; stages may run at the same time. */
export function measuredSeconds({ run, measured, whole_run, stages }: Summary): number {
  if (!whole_run) {
    // What reporters took at the end is no part of the load.
    const others = stages.filter((stage) => stage.kind !== "submit");
    const last = Math.max(0, ...others.map((stage) => stage.started_at_s + stage.elapsed_s));
    return last > 0 ? Math.min(last, run.elapsed_s) : run.elapsed_s;
  }
  let [sum, end] = [0, 0];
  for (const { from_s, to_s } of [...(measured ?? [])].sort((a, b) => a.from_s - b.from_s)) {
    sum += Math.max(0, to_s - Math.max(from_s, end));
    end = Math.max(end, to_s);
  }
  return sum;
}

function warnings(state: State): HTMLElement | null {
  const { unreadable, left_out } = state.run.timeline;
  const notes = [
    unreadable > 0 && `${count(unreadable)} stored seconds could not be read and are not in the charts`,
    left_out > 0 && `${count(left_out)} series in which less happened have no charts; the tables have them`,
  ].filter((note) => note !== false);
  const all = [...(state.run.summary.warnings ?? []), ...notes];
  if (all.length === 0) return null;
  return h("div", { class: "warnings" }, h("h3", {}, "Warnings"), h("ul", {}, ...all.map((text) => h("li", {}, text))));
}
