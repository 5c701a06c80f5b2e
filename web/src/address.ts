import type { State } from "./state";

/** Keeps the address at what a state shows, while it is the one that is shown. */
export function keepAddress(state: State, isShown = () => true): void {
  let waiting = 0;
  const write = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (state.signal.aborted || !isShown()) return;
      history.replaceState(null, "", state.link() || location.pathname + location.search);
    }, 100);
  };
  let before = state.link();
  state.on(["range", "series", "hidden"], () => {
    const now = state.link();
    // What only grows needs no other link.
    if (now !== before) write();
    before = now;
  });
}

/** The same for a page that shows nothing else: also goes where the address is changed to. */
export function follow(state: State): void {
  keepAddress(state);
  window.addEventListener("hashchange", () => state.visit(location.hash));
}
