import { table } from "../charts/table";
import { h } from "../dom";
import { count, ms, rate, share } from "../model/format";
import type { Distribution, Kind, OperationSummary, StageSummary, TransactionSummary } from "../model/run";
import { idOf } from "../model/series";
import { type Place, treeOf } from "../model/tree";
import type { State } from "../state";
import { checksTable } from "./apart";
import { live, part } from "./live";

type Outcome = "all" | "ok" | "failed";
type Time = "response_time_ms" | "service_time_ms";

interface Choice {
  outcome: Outcome;
  time: Time;
}

/** One row of the tree. */
interface Row {
  name: string;
  kind: Kind;
  stage: string;
  scenario: string;
  transactions?: string[];
  started: number;
  ok: number;
  failed: number;
  rate: number | null;
  times: Distribution | null;
}

const TIMES: [string, keyof Distribution][] = [
  ["mean", "mean"],
  ["p50", "p50"],
  ["p90", "p90"],
  ["p95", "p95"],
  ["p99", "p99"],
  ["p99.9", "p99_9"],
  ["p99.99", "p99_99"],
  ["max", "max"],
];

/** The tree of stages, scenarios, transactions and actions, with counts and times of each. */
export function actions(state: State): HTMLElement | null {
  const choice: Choice = { outcome: "all", time: "response_time_ms" };
  const tree = live(state, ["run", "series"], () => [gridOf(state, choice)]);
  const again = () => state.tell("series");
  const outcome = select(
    "Operations",
    [
      ["all", "all that finished"],
      ["ok", "that succeeded"],
      ["failed", "that failed"],
    ],
    (value) => {
      choice.outcome = value as Outcome;
      again();
    },
  );
  const time = select(
    "Time",
    [
      ["response_time_ms", "response time: what a user waits"],
      ["service_time_ms", "service time: what the target takes"],
    ],
    (value) => {
      choice.time = value as Time;
      again();
    },
  );
  const stages = live(state, ["run"], () => [stageTable(state.run.summary.stages ?? [])]);
  const checks = live(state, ["run"], () => [checksTable(state.run.summary)]);
  return part("actions", "Stages and actions", stages, h("div", { class: "controls" }, outcome, time), tree, checks);
}

function select(label: string, options: string[][], chosen: (value: string) => void): HTMLElement {
  const box = h("select", {}, ...options.map(([value, text]) => h("option", { value }, text)));
  box.addEventListener("change", () => chosen(box.value));
  return h("label", {}, `${label} `, box);
}

function stageTable(stages: StageSummary[]): HTMLElement {
  const headings = ["stage", "kind", "ended", "began", "took", "operations", "failed", "iterations", "failed", "users"];
  const rows = stages.map((stage) => [
    stage.name,
    stage.kind,
    stage.error ? `${stage.status}: ${stage.error}` : stage.status,
    ms(stage.started_at_s * 1000),
    ms(stage.elapsed_s * 1000),
    count(stage.totals.started),
    count(stage.totals.failed),
    count(stage.iterations_started),
    count(stage.iterations_failed),
    count(stage.users_max),
  ]);
  return table(headings, rows, "Stages in the order in which they ran");
}

function gridOf(state: State, choice: Choice): HTMLElement {
  const rows = rowsOf(state, choice);
  const headings = ["name", "started", "ok", "failed", "failed %", "rate", ...TIMES.map(([name]) => name)];
  const head = h(
    "tr",
    {},
    ...headings.map((text, at) => h("th", { scope: "col", class: at === 0 ? "name" : "" }, text)),
  );
  const bodies: HTMLElement[] = [];
  for (const [, inStage] of grouped(rows, (row) => row.stage)) {
    bodies.push(h("tbody", {}, heading("stage", inStage[0].stage, headings.length, 0)));
    for (const [, inScenario] of grouped(inStage, (row) => row.scenario)) {
      const own = treeOf(inScenario).map((place) => rowOf(state, place));
      bodies.push(h("tbody", {}, heading("scenario", inScenario[0].scenario, headings.length, 1), ...own));
    }
  }
  const caption = h(
    "caption",
    {},
    "Press a name to see its charts. Times of transactions and iterations go from their first to their last moment; what is in a transaction stands below it.",
  );
  const grid = h("table", { class: "tree" }, caption, h("thead", {}, head), ...bodies);
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Actions" }, grid);
}

function grouped(rows: Row[], by: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(by(row), [...(groups.get(by(row)) ?? []), row]);
  return groups;
}

function heading(what: string, name: string, columns: number, level: number): HTMLElement {
  return h(
    "tr",
    { class: `group level-${level}` },
    h("th", { scope: "rowgroup", colspan: columns, class: "name" }, `${what} ${name}`),
  );
}

function rowsOf(state: State, choice: Choice): Row[] {
  const { summary } = state.run;
  const seconds = new Map(summary.stages.map((stage) => [stage.name, stage.elapsed_s]));
  if (summary.whole_run)
    for (const { stage, from_s, to_s } of summary.measured ?? []) seconds.set(stage, to_s - from_s);
  const operation = (one: OperationSummary): Row => ({
    ...one,
    kind: "operation",
    rate: one.rate_per_s,
    times: (choice.outcome === "all" ? one : choice.outcome === "ok" ? one.ok_times : one.failed_times)[choice.time],
  });
  const transaction = (one: TransactionSummary): Row => {
    const took = seconds.get(one.stage) ?? 0;
    // They have one time, of all that finished.
    const times = choice.outcome === "all" && choice.time === "response_time_ms" ? one.time_ms : null;
    const rate = one.rate_per_s ?? (took > 0 ? (one.ok + one.failed) / took : null);
    return { ...one, kind: one.kind as Kind, rate, times };
  };
  return [...summary.transactions.map(transaction), ...summary.series.map(operation)];
}

function rowOf(state: State, { row, depth, places }: Place<Row>): HTMLElement {
  const id = idOf(row);
  const notes = [
    row.kind === "transaction" ? "transaction" : "",
    places.length > 0 ? `in ${places.map((place) => place || "none").join(", ")}` : "",
  ].filter((note) => note !== "");
  const kind = notes.length > 0 ? h("small", {}, ` (${notes.join("; ")})`) : null;
  const click = () => {
    state.setSeries(id);
    document.getElementById("times")?.scrollIntoView();
  };
  const pressed = String(state.series === id);
  const button = h("button", { type: "button", class: "link", "aria-pressed": pressed, click }, row.name);
  const finished = row.ok + row.failed;
  const some = (row.times?.count ?? 0) > 0 ? row.times : null;
  const cells = [
    count(row.started),
    count(row.ok),
    count(row.failed),
    finished > 0 ? share(row.failed / finished) : "–",
    rate(row.rate),
    ...TIMES.map(([, name]) => ms(some?.[name])),
  ];
  const name = h("th", { scope: "row", class: `name level-${2 + Math.min(depth, 3)}` }, button, kind);
  return h("tr", { class: row.failed > 0 ? "has-failed" : "" }, name, ...cells.map((text) => h("td", {}, text)));
}
