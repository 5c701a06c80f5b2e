import "uplot/dist/uPlot.min.css";
import "./style.css";
import { follow } from "./address";
import { h } from "./dom";
import { decode } from "./model/decode";
import { State } from "./state";
import { page } from "./views/page";

function start(root: HTMLElement): void {
  const text = document.getElementById("squall-data")?.textContent ?? "";
  const state = new State(decode(text), location.hash);
  document.title = `${state.run.summary.run.name} – ${state.run.summary.verdict.status} – Squall report`;
  root.append(...page(state));
  follow(state);
}

const root = document.getElementById("report") as HTMLElement;
try {
  start(root);
} catch (error) {
  root.append(h("p", { class: "verdict failed" }, `This report cannot be shown: ${error}`));
  throw error;
}
