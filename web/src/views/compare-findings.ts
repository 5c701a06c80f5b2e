import { h } from "../dom";
import { type Compared, type ComparedRun, VERDICTS } from "../model/comparison";
import { share } from "../model/format";
import { part } from "./live";

/** The verdict on each run in a plain sentence, with what speaks against it. */
export function findings(data: Compared): HTMLElement | null {
  const { base, others, confidence, tests } = data.comparison;
  const note = `The base is ${base.id} (${base.name}, ${base.started_at}). All findings together hold with ${share(confidence)} confidence, over ${tests} tests.`;
  return part("findings", "Findings", h("p", { class: "note" }, note), ...others.map(verdict));
}

const BOXES = { good: "passed", bad: "failed", odd: "invalid", none: "" };

function verdict(other: ComparedRun): HTMLElement {
  const { sign, text, tone } = VERDICTS[other.verdict];
  const only = (names: string[], where: string) => names.map((name) => `only in ${where}: ${name}`);
  const facts = [
    ...other.obstacles,
    ...other.notes,
    ...only(other.only_in_base, "the base"),
    ...only(other.only_in_other, "this run"),
  ];
  return h(
    "div",
    { class: `verdict ${BOXES[tone]}` },
    h("p", { class: "verdict-head" }, h("span", { class: "sign", "aria-hidden": "true" }, sign), text),
    h("p", { class: "sentence" }, other.sentence),
    h("p", { class: "note" }, `${other.run.id} (${other.run.name}, ${other.run.started_at})`),
    facts.length > 0 && h("ul", {}, ...facts.map((fact) => h("li", {}, fact))),
  );
}
