import { table } from "../charts/table";
import { h } from "../dom";
import { count, elapsed } from "../model/format";
import type { State } from "../state";
import { fold, live, part } from "./live";
import { host } from "./processes";

/** What ran: the run, its plan without secrets, and its reporters. */
export function whatRan(state: State): HTMLElement | null {
  return part(
    "what-ran",
    "What ran",
    live(state, ["run"], () => [facts(state), host(state), reporters(state)]),
    fold(state, "The plan, without secrets", () => plan(state)),
  );
}

function facts(state: State): HTMLElement {
  const { run } = state.run.summary;
  const { step_s } = state.run.timeline;
  const rows = [
    ["name", run.name],
    ["run", run.id],
    ["started", run.started_at],
    ["took", elapsed(run.elapsed_s)],
    ["seed", String(run.seed)],
    ["Squall", run.squall_version],
    ["step of the charts", step_s === 1 ? "one second" : `${step_s} seconds`],
  ];
  return h("div", { class: "facts" }, table(["run", "value"], rows, "The run"));
}

function reporters(state: State): HTMLElement | null {
  const all = state.run.summary.reporters ?? [];
  if (all.length === 0) return null;
  const rows = all.map((one) => [
    one.name,
    count(one.accepted),
    count(one.delivered),
    count(one.dropped),
    one.message ?? "",
  ]);
  return table(["reporter", "accepted", "delivered", "dropped", "message"], rows, "Reporters");
}

function plan(state: State): HTMLElement | null {
  if (state.run.plan == null) return null;
  const text = JSON.stringify(state.run.plan, null, 2);
  return h("pre", {}, text);
}
