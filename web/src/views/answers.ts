import { table } from "../charts/table";
import { type Line, optional } from "../charts/time-chart";
import { h } from "../dom";
import { clock, count, rate, share } from "../model/format";
import type { Column, Failure } from "../model/run";
import { happens, perSecond } from "../model/series";
import type { State } from "../state";
import { linkTo } from "./exemplars";
import { fold, live, part } from "./live";

/** Answers by status, and failures: over time, in groups, with an example of each. */
export function answers(state: State): HTMLElement | null {
  const chart = (title: string, note: string, columns: () => Record<string, Column>) => {
    const lines = (): Line[] =>
      Object.entries(columns())
        .filter(([, column]) => happens(column))
        .map(([name, column]) => ({
          id: `${title} ${name}`,
          label: name,
          values: perSecond(state.run.timeline, column),
        }));
    return optional(state, { title, note, format: rate, kind: "stack", lines });
  };
  return part(
    "answers",
    "Answers and failures",
    chart(
      "Answers by status",
      "All operations. From the bottom up as in the legend.",
      () => state.run.timeline.statuses,
    ),
    fold(state, "Statuses of each action", () => statuses(state)),
    chart(
      "Failures by class",
      "All operations, iterations and transactions; one operation may fail in several ways. From the bottom up as in the legend.",
      () => state.run.timeline.failures,
    ),
    live(state, ["run"], () => [failures(state)]),
  );
}

function statuses(state: State): HTMLElement | null {
  const { series } = state.run.summary;
  const all = [...new Set(series.flatMap((one) => Object.keys(one.statuses)))].sort();
  if (all.length === 0) return null;
  const rows = series.map((one) => [one.name, ...all.map((status) => count(one.statuses[status] ?? 0))]);
  return table(["action", ...all], rows, "Statuses of each action");
}

interface Group extends Failure {
  stage: string;
  scenario: string;
  place: string;
  of: number;
}

function failures(state: State): HTMLElement {
  const { series, transactions } = state.run.summary;
  const groups: Group[] = [...series, ...transactions].flatMap((one) =>
    (one.errors ?? []).map((error) => {
      const { stage, scenario, name, started } = one;
      return { ...error, stage, scenario, place: name, of: started };
    }),
  );
  if (groups.length === 0) return h("p", {}, "Nothing failed.");
  groups.sort((left, right) => (right.count || 0) - (left.count || 0));
  const rows = groups.map((group) => [
    group.place,
    group.class,
    message(group),
    count(group.count),
    group.of > 0 ? share(group.count / group.of) : "–",
    clock(group.first_at_s),
    clock(group.last_at_s),
    linkTo(state, group) ?? "",
  ]);
  const headings = ["action", "class", "what happened", "count", "of started", "first", "last", "one of them"];
  return h(
    "div",
    { class: "failures" },
    table(headings, rows, "Failures by class and message, the most frequent first"),
  );
}

function message(group: Group): Node {
  if (group.example === "") return h("span", {}, group.message);
  return h("details", {}, h("summary", {}, group.message), h("pre", {}, group.example));
}
