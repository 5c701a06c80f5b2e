import "uplot/dist/uPlot.min.css";
import "./style.css";
import "./compare.css";
import { keepAddress } from "./address";
import { h } from "./dom";
import { type Compared, longest } from "./model/comparison";
import { decode } from "./model/decode";
import { State } from "./state";
import { comparePage } from "./views/compare-page";

function start(root: HTMLElement): void {
  const text = document.getElementById("squall-data")?.textContent ?? "";
  const data = decode<Compared>(text);
  const state = new State(longest(data), location.hash);
  const ids = data.comparison.others.map((other) => other.run.id);
  document.title = `${ids.join(", ")} against ${data.comparison.base.id} – Squall comparison`;
  root.append(...comparePage(data, state));
  keepAddress(state);
  window.addEventListener("hashchange", () => state.visit(location.hash));
}

const root = document.getElementById("report") as HTMLElement;
try {
  start(root);
} catch (error) {
  root.append(h("p", { class: "verdict failed" }, `This comparison cannot be shown: ${error}`));
  throw error;
}
