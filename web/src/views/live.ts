import { h } from "../dom";
import { whileSeen } from "../seen";
import type { Change, State } from "../state";

/**
 * A place whose contents are made anew when something changes, while it is seen. What the reader did to it stays: what is folded open,
 * how far it is scrolled, where the focus is; and nothing changes under a pressed button or a selection.
 */
export function live(state: State, changes: Change[], make: () => (Node | null)[]): HTMLElement {
  const place = h("div", {});
  fill(place, make);
  keep(state, changes, place, make);
  return place;
}

/** The same under a title that folds it away; made when it is opened. `null` where a finished run has nothing to show in it. */
export function fold(state: State, title: string, make: () => Node | null): HTMLElement | null {
  if (!state.live && make() === null) return null;
  const place = h("div", {});
  const ask = keep(state, ["run"], place, () => [make()]);
  ask();
  return h("details", {}, h("summary", {}, title), place);
}

function keep(state: State, changes: Change[], place: HTMLElement, make: () => (Node | null)[]): () => void {
  const ask = whileSeen(state, place, () => {
    if (isBusy(place)) return setTimeout(ask, 300);
    const restore = remember(place);
    fill(place, make);
    restore();
  });
  // An empty place is never seen.
  state.on(changes, () => (place.hasChildNodes() ? ask() : fill(place, make)));
  return ask;
}

function fill(place: HTMLElement, make: () => (Node | null)[]): void {
  place.replaceChildren(...make().filter((node) => node !== null));
  place.hidden = !place.hasChildNodes();
}

/** Tells whether somebody presses a button in a place, has chosen in a list, or has selected words in it. */
function isBusy(place: HTMLElement): boolean {
  const selection = document.getSelection();
  const selects = selection !== null && !selection.isCollapsed && selection.containsNode(place, true);
  return selects || place.matches(":active");
}

const OPEN = "details";
const SCROLLED = ".scroll, pre";
const FOCUSED = "button, summary, select, input, a, [tabindex]";

/** Notes what the reader did to a place, and returns what does it again. */
function remember(place: HTMLElement): () => void {
  const all = <E extends Element>(selector: string) => [...place.querySelectorAll<E>(selector)];
  const opened = all<HTMLDetailsElement>(OPEN).map((one) => one.open);
  const scrolled = all(SCROLLED).map((one) => [one.scrollLeft, one.scrollTop]);
  const focused = all<HTMLElement>(FOCUSED).indexOf(document.activeElement as HTMLElement);
  return () => {
    all<HTMLDetailsElement>(OPEN).forEach((one, at) => {
      one.open = opened[at] ?? false;
    });
    all(SCROLLED).forEach((one, at) => {
      const [left, top] = scrolled[at] ?? [0, 0];
      if (left || top) one.scrollTo(left, top);
    });
    if (focused >= 0) all<HTMLElement>(FOCUSED)[focused]?.focus({ preventScroll: true });
  };
}

/** A part of the page with its heading; `null` where it has nothing to show. */
export function part(id: string, title: string, ...content: (Node | null | false)[]): HTMLElement | null {
  const there = content.filter((node): node is Node => !!node);
  if (there.length === 0) return null;
  return h(
    "section",
    { id, class: "part", "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    ...there,
  );
}

/** Tells whether a part has something to show now. */
export function hasContent(part: HTMLElement): boolean {
  return [...part.children].some((child) => child.tagName !== "H2" && !(child as HTMLElement).hidden);
}
