import { type Place, read, write } from "./model/link";
import type { Run } from "./model/run";
import { duration, find, idOf } from "./model/series";
import { since } from "./model/since";

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
  /** The run as it is shown: since a mark, its summary counts from there. */
  run: Run;
  range: Range;
  series: string;
  readonly hidden: Set<string>;
  /** Seconds at the end of the run that stay in sight while it grows; `null`: no such. */
  last: number | null;
  /** The run goes on: what it comes to is only so far. */
  going = false;
  private whole: Run;
  /** Seconds of the run, as far as it was when it was given: it grows in place. */
  private end: number;
  private mark: number | null = null;
  private readonly stored: string | null;
  private readonly listeners = new Map<Change, Set<() => void>>();
  private readonly closing = new AbortController();

  /** `live`: more of the run may come, so views keep places for what there is not yet. */
  constructor(
    run: Run,
    hash = "",
    readonly live = false,
  ) {
    this.whole = this.run = run;
    this.end = duration(run.timeline);
    const place = read(hash);
    this.stored = place.run;
    this.last = place.last;
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

  /** Ends when another run takes the page: for listeners of what outlives this one. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /** Says that this is shown no longer. */
  close(): void {
    this.closing.abort();
    this.listeners.clear();
  }

  /** Goes to where a link points. */
  visit(hash: string): void {
    const place = read(hash);
    this.hidden.clear();
    for (const id of place.hidden) this.hidden.add(id);
    this.series = idOf(find(this.run.timeline, place.series));
    this.last = place.last;
    this.range = this.within(place);
    for (const change of ["series", "hidden", "range"] as const) this.tell(change);
  }

  /** The link that leads here. */
  link(): string {
    const free = this.last === null && !this.isWhole();
    return write({
      run: this.stored,
      series: this.series,
      from: free ? this.range.from : null,
      to: free ? this.range.to : null,
      last: this.last,
      hidden: [...this.hidden],
    });
  }

  setRun(run: Run): void {
    const follows = this.last !== null || this.isWhole();
    this.whole = run;
    this.end = duration(run.timeline);
    this.run = this.mark === null ? run : { ...run, summary: since(run, this.mark) };
    if (follows) this.range = this.followed();
    this.tell("run");
    if (follows) this.tell("range");
  }

  /** Counts from a second of the run on; `null`: counts the whole run. */
  countFrom(second: number | null): void {
    this.mark = second;
    this.range = this.followed();
    this.setRun(this.whole);
    this.tell("range");
  }

  /** The second from which is counted; 0 is the whole run. */
  get first(): number {
    return this.mark ?? 0;
  }

  /** Keeps the last seconds in sight; `null`: all of the run. */
  follow(seconds: number | null): void {
    this.last = seconds;
    this.range = this.followed();
    this.tell("range");
  }

  /** Shows a part of the run; a part that sticks out is moved in, one that is too short is widened. */
  setRange(from: number, to: number): void {
    const { from: first, to: end } = this.full();
    const length = Math.min(Math.max(to - from, SHORTEST), end - first);
    const start = Math.min(Math.max(from, first), end - length);
    // As exact as a link, so that it leads to what was shown.
    const range = { from: hundredths(start), to: hundredths(start + length) };
    if (range.from === this.range.from && range.to === this.range.to) return;
    this.last = null;
    this.range = range;
    this.tell("range");
  }

  showAll(): void {
    this.last = null;
    const { from, to } = this.full();
    this.setRange(from, to);
  }

  isWhole(): boolean {
    const { from, to } = this.full();
    return this.last === null && this.range.from <= from && this.range.to >= to;
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
    const to = this.end;
    return { from: Math.min(this.first, Math.max(to - SHORTEST, 0)), to };
  }

  private followed(): Range {
    const { from, to } = this.full();
    return this.last === null ? { from, to } : { from: Math.max(from, to - this.last), to };
  }

  private within(place: Place): Range {
    if (this.last !== null) return this.followed();
    const full = this.full();
    const range = { from: place.from ?? full.from, to: Math.min(place.to ?? full.to, full.to) };
    return range.to - range.from >= SHORTEST ? range : full;
  }
}

/** Rounds to hundredths of a second. */
function hundredths(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
