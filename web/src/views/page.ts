import { h } from "../dom";
import { clock } from "../model/format";
import type { State } from "../state";
import { actions } from "./actions";
import { answers } from "./answers";
import { exemplars } from "./exemplars";
import { generator } from "./generator";
import { live } from "./live";
import { load } from "./load";
import { metrics } from "./metrics";
import { overview } from "./overview";
import { phases } from "./phases";
import { times } from "./times";
import { whatRan } from "./what-ran";

const PARTS = [overview, actions, times, load, phases, answers, exemplars, generator, metrics, whatRan];

/** The whole page. A page for a run that goes on uses the same parts. */
export function page(state: State): HTMLElement[] {
  const parts = PARTS.map((make) => make(state)).filter((part) => part !== null);
  return [header(state, parts), h("main", {}, ...parts), h("footer", {}, hints())];
}

function header(state: State, parts: HTMLElement[]): HTMLElement {
  const links = parts.map((part) => {
    const to = h("a", { href: `#${part.id}` }, part.querySelector("h2")?.textContent ?? part.id);
    // The address holds what is shown, so it cannot hold where one is on the page.
    to.addEventListener("click", (event) => {
      event.preventDefault();
      part.scrollIntoView();
    });
    return to;
  });
  const title = live(state, ["run"], () => {
    const { run } = state.run.summary;
    return [h("h1", {}, run.name), h("p", { class: "note" }, `${run.started_at} · ${run.id}`)];
  });
  return h(
    "header",
    {},
    title,
    h("div", { class: "bar" }, h("nav", { "aria-label": "Parts" }, ...links), rangeBar(state), theme(state)),
  );
}

/** The part of the run that is shown, and the way back. */
function rangeBar(state: State): HTMLElement {
  const text = h("output", { class: "range" });
  const whole = h("button", { type: "button", class: "quiet", click: () => state.showAll() }, "Show the whole run");
  const draw = () => {
    text.textContent = `${clock(state.range.from)} – ${clock(state.range.to)}`;
    whole.disabled = state.isWhole();
  };
  draw();
  state.on(["run", "range"], draw);
  return h("div", { class: "range-bar" }, text, whole);
}

/** Light or dark as the system says, until somebody chooses; always light on paper. */
function theme(state: State): HTMLElement {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = h("button", { type: "button", class: "quiet", id: "theme" });
  let chosen: string | null = null;
  const show = (name: string) => {
    document.documentElement.dataset.theme = name;
    button.textContent = name === "dark" ? "Light" : "Dark";
    state.tell("theme");
  };
  const usual = () => chosen ?? (dark.matches ? "dark" : "light");
  show(usual());
  button.addEventListener("click", () => {
    chosen = usual() === "dark" ? "light" : "dark";
    show(chosen);
  });
  dark.addEventListener("change", () => show(usual()));
  window.addEventListener("beforeprint", () => show("light"));
  window.addEventListener("afterprint", () => show(usual()));
  return button;
}

function hints(): HTMLElement {
  const text =
    "Drag across a chart to zoom, double-click for the whole run. With a chart focused: ← → read values, Shift+← → pan, + − zoom, 0 the whole run. The address in the browser holds what is shown.";
  return h("p", { class: "note" }, text);
}
