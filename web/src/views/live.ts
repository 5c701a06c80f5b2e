import { h } from "../dom";
import type { Change, State } from "../state";

/** A place whose contents are made anew when something changes. */
export function live(state: State, changes: Change[], make: () => (Node | null)[]): HTMLElement {
  const place = h("div", {});
  const draw = () => place.replaceChildren(...make().filter((node) => node !== null));
  draw();
  state.on(changes, draw);
  return place;
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
