import type { State } from "./state";

/** Keeps the address at what is shown. */
export function keepAddress(state: State): void {
  let waiting = 0;
  const write = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (state.signal.aborted) return;
      history.replaceState(null, "", state.link() || location.pathname + location.search);
    }, 100);
  };
  state.on(["range", "series", "hidden"], write);
}
