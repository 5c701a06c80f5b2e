import type { State } from "./state";

/** Pixels around the screen within which things are drawn. */
const NEAR = "300px";

/**
 * Draws a thing while it can be seen: returns what asks for a drawing. It is done at once where the thing is near the screen, and else
 * when it comes near, or is printed.
 */
export function whileSeen(state: State, element: Element, draw: () => void): () => void {
  let near = false;
  let due = false;
  const now = () => {
    if (!due) return;
    due = false;
    draw();
  };
  const watcher = new IntersectionObserver(
    (seen) => {
      near = seen[seen.length - 1].isIntersecting;
      if (near) now();
    },
    { rootMargin: NEAR },
  );
  watcher.observe(element);
  state.signal.addEventListener("abort", () => watcher.disconnect());
  window.addEventListener("beforeprint", now, { signal: state.signal });
  return () => {
    due = true;
    if (near) now();
  };
}
