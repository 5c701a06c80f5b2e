import type { State } from "./state";

/** Keeps the address at what is shown, and goes where it is changed to. */
export function follow(state: State): void {
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
