import { svg } from "../dom";

/** One interval around its middle; `null` is no end on that side, or no middle. */
export interface Whisker {
  middle: number | null;
  low: number | null;
  high: number | null;
}

/** What all rows of a forest share: they are read against each other. */
export interface Scale {
  /** Left and right end, the same distance from zero. */
  reach: number;
  /** Where lines are. */
  marks: number[];
}

const WIDTH = 220;
const HEIGHT = 22;
// Room for an arrow, and for half of a number.
const EDGE = 24;
const MIDDLE = HEIGHT / 2;

/** Steps between marks: 1, 2 or 5 times a power of ten. */
function step(reach: number): number {
  const rough = reach / 2;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? rough;
}

/** A scale that shows all that has an end; what is far wider than the others runs out of it. */
export function scaleOf(whiskers: Whisker[]): Scale {
  const ends = whiskers.flatMap(({ middle, low, high }) => [middle, low, high]);
  const sizes = ends.filter((end): end is number => end !== null && Number.isFinite(end)).map(Math.abs);
  sizes.sort((left, right) => left - right);
  const usual = sizes[Math.floor(sizes.length * 0.75)] ?? 0;
  const reach = Math.max(Math.min(sizes[sizes.length - 1] ?? 0, usual * 4), 1e-9) * 1.08;
  const by = step(reach);
  return { reach, marks: [-2, -1, 0, 1, 2].map((at) => at * by).filter((mark) => Math.abs(mark) <= reach) };
}

function place(value: number, { reach }: Scale): number {
  const at = (value / reach + 1) / 2;
  return EDGE + Math.min(Math.max(at, 0), 1) * (WIDTH - 2 * EDGE);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function line(x1: number, x2: number, y1: number, y2: number, name: string): SVGElement {
  return svg("line", { x1: round(x1), x2: round(x2), y1, y2, class: name });
}

/** An end of an interval: a bar where it ends, an arrow where it goes on beyond the scale. */
function end(value: number | null, to: -1 | 1, scale: Scale): [number, SVGElement] {
  const beyond = value === null || Math.abs(value) > scale.reach;
  const x =
    beyond && (value === null || Math.sign(value) === to) ? place(to * scale.reach, scale) : place(value ?? 0, scale);
  if (!beyond) return [x, line(x, x, MIDDLE - 4, MIDDLE + 4, "whisker")];
  const points = `${round(x + to * 6)},${MIDDLE} ${round(x)},${MIDDLE - 4} ${round(x)},${MIDDLE + 4}`;
  return [x, svg("polygon", { points, class: "arrow" })];
}

/** Draws an interval around zero. What it shows is said by `label`, and by the shape: filled where a difference is shown. */
export function whisker(one: Whisker, scale: Scale, tone: string, label: string): SVGElement {
  const shown = tone !== "none";
  const marks = scale.marks.map((mark) => {
    const x = place(mark, scale);
    return line(x, x, 0, HEIGHT, mark === 0 ? "zero" : "mark");
  });
  const drawing: SVGElement[] = [];
  if (one.middle !== null) {
    const [low, left] = end(one.low, -1, scale);
    const [high, right] = end(one.high, 1, scale);
    const x = round(place(one.middle, scale));
    const shape = shown
      ? svg("polygon", {
          points: `${x - 6},${MIDDLE} ${x},${MIDDLE - 6} ${x + 6},${MIDDLE} ${x},${MIDDLE + 6}`,
          class: "point",
        })
      : svg("circle", { cx: x, cy: MIDDLE, r: 4, class: "point open" });
    drawing.push(line(low, high, MIDDLE, MIDDLE, "whisker"), left, right, shape);
  }
  return svg(
    "svg",
    {
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: `forest ${tone}`,
      role: "img",
      "aria-label": label,
    },
    ...marks,
    ...drawing,
  );
}

/** The numbers above a column of intervals. */
export function axis(scale: Scale, format: (value: number) => string): SVGElement {
  const texts = scale.marks.map((mark) => {
    const text = svg("text", { x: round(place(mark, scale)), y: 12, "text-anchor": "middle" });
    text.textContent = format(mark);
    return text;
  });
  return svg(
    "svg",
    { width: WIDTH, height: 16, viewBox: `0 0 ${WIDTH} 16`, class: "forest axis", "aria-hidden": "true" },
    ...texts,
  );
}
