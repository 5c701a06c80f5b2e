import { h } from "../dom";
import type { Compared } from "../model/comparison";
import type { State } from "../state";
import { differences } from "./compare-differences";
import { findings } from "./compare-findings";
import { overTime } from "./compare-times";
import { bar, hints, theme } from "./page";

/** The whole page of a comparison. */
export function comparePage(data: Compared, state: State): HTMLElement[] {
  // First, so that on paper charts that are drawn for it are light.
  const button = theme(state);
  const parts = [findings(data), differences(data), overTime(data, state)].filter((part) => part !== null);
  const { base, others } = data.comparison;
  const names = new Set([base, ...others.map((other) => other.run)].map((run) => run.name));
  const title = [...names].join(" – ");
  const note = `${others.map((other) => other.run.id).join(", ")} against ${base.id}`;
  const head = [h("h1", {}, title), h("p", { class: "note" }, note)];
  return [h("header", {}, ...head, bar(state, parts, button)), h("main", {}, ...parts), h("footer", {}, hints())];
}
