import { h } from "../dom";
import { patch } from "../patch";
import { whileSeen } from "../seen";
import type { Change, State } from "../state";

/**
 * A place whose contents are made anew when something changes, while it is seen. What the reader did to it stays, and nothing changes
 * under a pressed button or a selection. What listens to events in it has to be made with `h`.
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
    keepFocus(place, () => fill(place, make));
  });
  // An empty place is never seen.
  state.on(changes, () => (place.hasChildNodes() ? ask() : fill(place, make)));
  return ask;
}

function fill(place: HTMLElement, make: () => (Node | null)[]): void {
  patch(
    place,
    make().filter((node) => node !== null),
  );
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

/** Puts the focus back where it was, if what had it was made anew: things that take it keep their number. */
function keepFocus(place: HTMLElement, work: () => void): void {
  const all = () => [...place.querySelectorAll<HTMLElement>("button, summary, a, [tabindex]")];
  const at = place.contains(document.activeElement) ? all().indexOf(document.activeElement as HTMLElement) : -1;
  work();
  if (at >= 0 && !place.contains(document.activeElement)) all()[at]?.focus({ preventScroll: true });
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
