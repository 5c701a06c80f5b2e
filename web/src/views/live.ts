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
  const scrolled = watchScroll(place);
  const ask = whileSeen(state, place, () => {
    if (isBusy(place)) return setTimeout(ask, 300);
    const restore = remember(place, scrolled);
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

/** Where somebody presses something, or has selected words. To ask the document each time would make it lay itself out. */
let [pressed, selected]: (Node | null)[] = [null, null];
document.addEventListener("pointerdown", (event) => {
  pressed = event.target as Node;
});
for (const end of ["pointerup", "pointercancel", "dragend"]) {
  document.addEventListener(end, () => {
    pressed = null;
  });
}
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  selected = selection === null || selection.isCollapsed ? null : selection.anchorNode;
});

function isBusy(place: HTMLElement): boolean {
  return place.contains(pressed) || place.contains(selected);
}

const OPEN = "details";
const SCROLLED = ".scroll, pre";
const FOCUSED = "button, summary, select, input, a, [tabindex]";

/** How far the things of a place are scrolled, by their number; to ask them would make the page lay itself out each time. */
type Scrolled = Map<number, [left: number, top: number]>;

function watchScroll(place: HTMLElement): Scrolled {
  const scrolled: Scrolled = new Map();
  const note = ({ target }: Event) => {
    const at = [...place.querySelectorAll(SCROLLED)].indexOf(target as Element);
    if (at >= 0) scrolled.set(at, [(target as Element).scrollLeft, (target as Element).scrollTop]);
  };
  // It does not bubble.
  place.addEventListener("scroll", note, { capture: true, passive: true });
  return scrolled;
}

/** Notes what the reader did to a place, and returns what does it again. */
function remember(place: HTMLElement, scrolled: Scrolled): () => void {
  const all = <E extends Element>(selector: string) => [...place.querySelectorAll<E>(selector)];
  const opened = all<HTMLDetailsElement>(OPEN).map((one) => one.open);
  const focused = all<HTMLElement>(FOCUSED).indexOf(document.activeElement as HTMLElement);
  return () => {
    all<HTMLDetailsElement>(OPEN).forEach((one, at) => {
      one.open = opened[at] ?? false;
    });
    for (const [at, place] of scrolled) all(SCROLLED)[at]?.scrollTo(...place);
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
