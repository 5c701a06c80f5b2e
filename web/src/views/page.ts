import { h } from "../dom";
import { clock } from "../model/format";
import type { State } from "../state";
import { actions } from "./actions";
import { answers } from "./answers";
import { changes } from "./changes";
import { exemplars } from "./exemplars";
import { generator } from "./generator";
import { hasContent, live } from "./live";
import { load } from "./load";
import { metrics } from "./metrics";
import { overview } from "./overview";
import { phases } from "./phases";
import { times } from "./times";
import { whatRan } from "./what-ran";

const PARTS = [overview, actions, times, load, phases, answers, exemplars, generator, metrics, changes, whatRan];

/** The whole page. A page for a run that goes on uses the same parts; those without anything to show wait unseen. */
export function page(state: State): HTMLElement[] {
  // First, so that on paper charts that are drawn for it are light.
  const button = theme(state);
  const parts = PARTS.map((make) => make(state)).filter((part) => part !== null);
  return [header(state, parts, button), h("main", {}, ...parts), h("footer", {}, hints())];
}

function header(state: State, parts: HTMLElement[], button: HTMLElement): HTMLElement {
  const title = live(state, ["run"], () => {
    const { run } = state.run.summary;
    return [h("h1", {}, run.name), h("p", { class: "note" }, `${run.started_at} · ${run.id}`)];
  });
  return h("header", {}, title, bar(state, parts, button));
}

/** The way to each part, what of the time is shown, and the theme. */
export function bar(state: State, parts: HTMLElement[], button: HTMLElement = theme(state)): HTMLElement {
  const links = parts.map((part): [HTMLElement, HTMLElement] => {
    const to = h("a", { href: `#${part.id}` }, part.querySelector("h2")?.textContent ?? part.id);
    // The address holds what is shown, so it cannot hold where one is on the page.
    to.addEventListener("click", (event) => {
      event.preventDefault();
      part.scrollIntoView();
    });
    return [part, to];
  });
  const reveal = () => {
    for (const [part, to] of links) part.hidden = to.hidden = !hasContent(part);
  };
  reveal();
  state.on(["run"], reveal);
  const nav = h("nav", { "aria-label": "Parts" }, ...links.map(([, to]) => to));
  return h("div", { class: "bar" }, nav, rangeBar(state), button);
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
  return h("div", { class: "range-bar" }, text, state.live ? follow(state) : null, whole, countedFrom(state));
}

/** Where numbers begin: at the start of the run, or where somebody reset them. Not there in a run without such marks. */
function countedFrom(state: State): HTMLElement {
  const box = h("select", { id: "counted" });
  const label = h("label", {}, "Count from ", box);
  const draw = () => {
    const marks = (state.run.summary.controls ?? []).filter((one) => one.action === "mark").map((one) => one.at_s);
    label.hidden = marks.length === 0;
    if (box.childElementCount !== marks.length + 1) {
      const options = [0, ...marks].map((at) => h("option", { value: at }, at === 0 ? "the start" : clock(at)));
      box.replaceChildren(...options);
    }
    box.value = String(state.first);
  };
  draw();
  box.addEventListener("change", () => state.countFrom(Number(box.value) || null));
  state.on(["run"], draw);
  return label;
}

const FOLLOWED = [
  ["60", "last minute"],
  ["300", "last 5 minutes"],
  ["900", "last 15 minutes"],
  ["all", "all so far"],
];
const FREE = "free";

/** Which end of a run that goes on stays in sight. */
function follow(state: State): HTMLElement {
  const free = h("option", { value: FREE, hidden: true }, "a part");
  const options = FOLLOWED.map(([value, name]) => h("option", { value }, name));
  const box = h("select", { id: "follow", "aria-label": "Follow" }, ...options, free);
  const draw = () => {
    const last = state.last === null ? FREE : String(state.last);
    const known = options.some((option) => option.value === last);
    box.value = state.isWhole() ? "all" : known ? last : FREE;
  };
  draw();
  box.addEventListener("change", () => state.follow(box.value === "all" ? null : Number(box.value)));
  state.on(["run", "range"], draw);
  return box;
}

/** What somebody chose, of light and dark. */
let chosen: string | null = null;

/** Light or dark as the system says, until somebody chooses; always light on paper. */
export function theme(state: State): HTMLElement {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = h("button", { type: "button", class: "quiet", id: "theme" });
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
  const { signal } = state;
  dark.addEventListener("change", () => show(usual()), { signal });
  window.addEventListener("beforeprint", () => show("light"), { signal });
  window.addEventListener("afterprint", () => show(usual()), { signal });
  return button;
}

/** How charts are used. */
export function hints(): HTMLElement {
  const text =
    "Drag across a chart to zoom, double-click for the whole run. With a chart focused: ← → read values, Shift+← → pan, + − zoom, 0 the whole run. The address in the browser holds what is shown.";
  return h("p", { class: "note" }, text);
}
