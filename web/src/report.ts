import "uplot/dist/uPlot.min.css";
import "./style.css";
import { h } from "./dom";
import { decode } from "./model/decode";
import { State } from "./state";
import { page } from "./views/page";

/** Keeps the address at what is shown, and goes where it is changed to. */
function follow(state: State): void {
  let waiting = 0;
  const write = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      history.replaceState(null, "", state.link() || location.pathname + location.search);
    }, 100);
  };
  state.on(["range", "series", "hidden"], write);
  window.addEventListener("hashchange", () => state.visit(location.hash));
}

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
