import type uPlot from "uplot";
import type { Column } from "../model/run";

/** Steps of a pixel from which on pixels are drawn rather than steps. */
const DENSE = 1.2;
/** Pixels that become one stroke then. */
const WIDE = 2;

/**
 * Makes the path of a line. Where there are more steps than pixels, every two pixels are one stroke from the least to the most that is in
 * them: nothing that could be seen is left out, and fifty lines of an hour take a fraction of the time.
 */
export const path: uPlot.Series.PathBuilder = (plot, at, first, last) => {
  const { left, top, width, height } = plot.bbox;
  const x = plot.data[0];
  const column = plot.data[at] as Column;
  const { min: x0 = 0, max: x1 = 1 } = plot.scales.x as { min: number; max: number };
  const { min: y0 = 0, max: y1 = 1 } = plot.scales.y as { min: number; max: number };
  const [perX, perY] = [width / (x1 - x0), height / (y1 - y0)];
  const stroke = new Path2D();
  const line = new Line(stroke, (value) => top + height - (value - y0) * perY);
  const dense = last - first > (DENSE * width) / devicePixelRatio;
  const bucket = WIDE * devicePixelRatio;
  let place = Number.NaN;
  for (let step = first; step <= last; step++) {
    const value = column[step];
    if (value == null) {
      line.end();
      place = Number.NaN;
      continue;
    }
    const pixel = left + (x[step] - x0) * perX;
    const here = dense ? Math.floor(pixel / bucket) : step;
    if (here === place) line.more(value);
    else line.next(dense ? here * bucket : pixel, value);
    place = here;
  }
  line.end();
  return { stroke, fill: null, clip: null, flags: 0 } as uPlot.Series.Paths;
};

/** A line that goes from place to place, and at each over all values that are there. */
class Line {
  private x = Number.NaN;
  private begun = false;
  private least = 0;
  private most = 0;
  private latest = 0;

  constructor(
    private readonly stroke: Path2D,
    private readonly y: (value: number) => number,
  ) {}

  next(x: number, value: number): void {
    this.flush();
    this.x = x;
    this.least = this.most = this.latest = value;
  }

  more(value: number): void {
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
    this.latest = value;
  }

  end(): void {
    this.flush();
    this.begun = false;
    this.x = Number.NaN;
  }

  private flush(): void {
    if (Number.isNaN(this.x)) return;
    const { x, least, most, latest } = this;
    // Towards where the line goes on.
    const [one, other] = latest === most ? [least, most] : [most, least];
    if (this.begun) this.stroke.lineTo(x, this.y(one));
    else this.stroke.moveTo(x, this.y(one));
    if (least !== most) this.stroke.lineTo(x, this.y(other));
    else if (!this.begun) this.stroke.lineTo(x, this.y(one));
    this.begun = true;
  }
}
