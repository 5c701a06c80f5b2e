import { table } from "../charts/table";
import { clock, number, rate } from "../model/format";
import type { Control } from "../model/run";
import type { State } from "../state";
import { live, part } from "./live";

/** What somebody changed of the run while it went, with marks and notes. */
export function changes(state: State): HTMLElement | null {
  const grid = live(state, ["run"], () => {
    const all = state.run.summary.controls ?? [];
    return all.length === 0 ? [] : [table(HEADINGS, all.map(row), "What was changed while the run went, in order")];
  });
  grid.classList.add("changes");
  return part("changes", "Changes and notes", (state.live || !grid.hidden) && grid);
}

const HEADINGS = ["at", "what", "stage", "scenario", "from", "to", "by", "note"];

function row(one: Control): string[] {
  const level = (value: number | undefined) =>
    value === undefined ? "" : one.action === "rate" ? rate(value) : number(value);
  const where = [one.stage ?? "", one.scenario ?? ""];
  return [clock(one.at_s), one.action, ...where, level(one.from), level(one.to), one.by, one.text ?? ""];
}
