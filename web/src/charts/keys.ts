import type { State } from "../state";

const STEP = 0.2;

/** Lets the keyboard move through time. `cursor` moves the reading by steps. */
export function keys(chart: HTMLElement, state: State, cursor: (by: number) => void): void {
  chart.addEventListener("keydown", (event) => {
    const { from, to } = state.range;
    const length = to - from;
    const middle = (from + to) / 2;
    const zoom = (by: number) => state.setRange(middle - (length * by) / 2, middle + (length * by) / 2);
    const pan = (by: number) => state.setRange(from + length * by, to + length * by);
    const actions: Record<string, () => void> = {
      ArrowLeft: () => (event.shiftKey ? pan(-STEP) : cursor(-1)),
      ArrowRight: () => (event.shiftKey ? pan(STEP) : cursor(1)),
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      "0": () => state.showAll(),
      Escape: () => state.showAll(),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
}

/** Lets the wheel pan sideways, and with Ctrl or Shift zoom around the pointer; a plain wheel scrolls the page. */
export function wheel(area: HTMLElement, state: State): void {
  const move = (event: WheelEvent) => {
    const { from, to } = state.range;
    const length = to - from;
    const box = area.getBoundingClientRect();
    if (event.ctrlKey || event.shiftKey) {
      const by = 1.0015 ** (event.deltaY || event.deltaX);
      const at = from + (length * (event.clientX - box.left)) / box.width;
      state.setRange(at - (at - from) * by, at + (to - at) * by);
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const by = (event.deltaX / box.width) * length;
      state.setRange(from + by, to + by);
    } else return;
    event.preventDefault();
  };
  area.addEventListener("wheel", move, { passive: false });
}
