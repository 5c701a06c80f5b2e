import { type Place, read, write } from "./model/link";
import type { Run } from "./model/run";
import { duration, find, idOf } from "./model/series";

export type Change = "run" | "range" | "series" | "hidden" | "theme";

export interface Range {
  from: number;
  to: number;
}

/** Seconds that a chart shows at least. */
const SHORTEST = 1;

/**
 * What is shown, and who wants to know when that changes.
 *
 * Views read the run from here and draw anew on `run`: a page that is fed while the run goes only has to call `setRun`.
 */
export class State {
  run: Run;
  range: Range;
  series: string;
  readonly hidden: Set<string>;
  private readonly listeners = new Map<Change, Set<() => void>>();

  constructor(run: Run, hash = "") {
    this.run = run;
    const place = read(hash);
    this.series = idOf(find(run.timeline, place.series));
    this.hidden = new Set(place.hidden);
    this.range = this.within(place);
  }

  on(changes: Change[], listener: () => void): void {
    for (const change of changes) {
      const known = this.listeners.get(change) ?? new Set();
      this.listeners.set(change, known.add(listener));
    }
  }

  /** Goes to where a link points. */
  visit(hash: string): void {
    const place = read(hash);
    this.hidden.clear();
    for (const id of place.hidden) this.hidden.add(id);
    this.series = idOf(find(this.run.timeline, place.series));
    this.range = this.within(place);
    for (const change of ["series", "hidden", "range"] as const) this.tell(change);
  }

  /** The link that leads here. */
  link(): string {
    const whole = this.isWhole();
    return write({
      series: this.series,
      from: whole ? null : this.range.from,
      to: whole ? null : this.range.to,
      hidden: [...this.hidden],
    });
  }

  setRun(run: Run): void {
    const whole = this.isWhole();
    this.run = run;
    if (whole) this.range = this.full();
    this.tell("run");
    if (whole) this.tell("range");
  }

  /** Shows a part of the run; a part that sticks out is moved in, one that is too short is widened. */
  setRange(from: number, to: number): void {
    const end = duration(this.run.timeline);
    const length = Math.min(Math.max(to - from, SHORTEST), end);
    const start = Math.min(Math.max(from, 0), end - length);
    // As exact as a link, so that it leads to what was shown.
    const range = { from: hundredths(start), to: hundredths(start + length) };
    if (range.from === this.range.from && range.to === this.range.to) return;
    this.range = range;
    this.tell("range");
  }

  showAll(): void {
    this.setRange(0, duration(this.run.timeline));
  }

  isWhole(): boolean {
    return this.range.from <= 0 && this.range.to >= duration(this.run.timeline);
  }

  setSeries(id: string): void {
    this.series = id;
    this.tell("series");
  }

  toggle(id: string): void {
    if (!this.hidden.delete(id)) this.hidden.add(id);
    this.tell("hidden");
  }

  /** Shows one alone, or all again where it is the only one that is shown. */
  only(id: string, among: string[]): void {
    const shown = among.filter((other) => !this.hidden.has(other));
    const alone = shown.length === 1 && shown[0] === id;
    for (const other of among) {
      if (alone || other === id) this.hidden.delete(other);
      else this.hidden.add(other);
    }
    this.tell("hidden");
  }

  tell(change: Change): void {
    for (const listener of this.listeners.get(change) ?? []) listener();
  }

  private full(): Range {
    return { from: 0, to: duration(this.run.timeline) };
  }

  private within(place: Place): Range {
    const full = this.full();
    const range = { from: place.from ?? 0, to: Math.min(place.to ?? full.to, full.to) };
    return range.to - range.from >= SHORTEST ? range : full;
  }
}

/** Rounds to hundredths of a second. */
function hundredths(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
