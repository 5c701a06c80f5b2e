/** Where the response time begins to grow with the load. */
export interface Knee {
  load: number;
  time: number;
}

const BINS = 24;
const FEWEST = 8;

/**
 * Finds the knee of times over loads, or `null` where there is none.
 *
 * Points are sorted by load and put into bins of equal number, each with its median. Two straight lines that meet in a bin are fitted by
 * least squares, for each bin that may be the knee; the best pair counts if the load varies, the second line is at least three times as
 * steep as the first, the time at the end is well above that at the knee, and the pair leaves less than half of what one line leaves.
 */
export function knee(loads: number[], times: number[]): Knee | null {
  const bins = medians(loads, times);
  if (bins.length < FEWEST) return null;
  const [first, last] = [bins[0], bins[bins.length - 1]];
  if (last.load < 1.3 * first.load) return null;
  const single = straight(bins);
  let best: { at: number; error: number; before: Line; after: Line } | null = null;
  for (let at = 2; at < bins.length - 2; at++) {
    const [before, after] = [straight(bins.slice(0, at + 1)), straight(bins.slice(at))];
    const error = before.error + after.error;
    if (best === null || error < best.error) best = { at, error, before, after };
  }
  if (best === null || best.error > 0.5 * single.error) return null;
  const spot = bins[best.at];
  const rises = best.after.slope > 0 && best.after.slope > 3 * Math.max(best.before.slope, 0);
  return rises && last.time > 1.3 * spot.time ? spot : null;
}

interface Line {
  slope: number;
  error: number;
}

function medians(loads: number[], times: number[]): Knee[] {
  const order = loads.map((_, at) => at).sort((left, right) => loads[left] - loads[right]);
  const bins = Math.min(BINS, Math.floor(order.length / 3));
  return Array.from({ length: bins }, (_, bin) => {
    const part = order.slice(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    return { load: median(part.map((at) => loads[at])), time: median(part.map((at) => times[at])) };
  });
}

function median(values: number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function straight(points: Knee[]): Line {
  const n = points.length;
  const mean = (of: (point: Knee) => number) => points.reduce((total, point) => total + of(point), 0) / n;
  const [load, time] = [mean((point) => point.load), mean((point) => point.time)];
  const across = mean((point) => (point.load - load) ** 2);
  const together = mean((point) => (point.load - load) * (point.time - time));
  const slope = across > 0 ? together / across : 0;
  const off = (point: Knee) => point.time - time - slope * (point.load - load);
  return { slope, error: points.reduce((total, point) => total + off(point) ** 2, 0) };
}
