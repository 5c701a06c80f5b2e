// What the page of a comparison is made of; `crates/squall-html/src/comparison.rs` writes it, docs/comparing-runs.md describes it.
import { type Format, ms, percent, rate } from "./format";
import type { Column, Run, SeriesData, Summary, Timeline } from "./run";
import { ALL, duration, idOf } from "./series";

export type Verdict = "faster" | "slower" | "mixed" | "no_evidence" | "not_comparable";
export type Shown = "more" | "less" | "no_evidence" | "too_few";

export interface Difference {
  metric: string;
  shown: Shown;
  base: number | null;
  other: number | null;
  unit: "percent" | "points";
  change: number | null;
  /** `null`: no end on this side. */
  low: number | null;
  high: number | null;
  p: number | null;
  p_adjusted: number | null;
}

export interface ComparedSeries {
  kind: "overall" | "operation" | "transaction";
  stage: string;
  scenario: string;
  name: string;
  verdict: Verdict;
  sentence: string;
  base_seconds: number;
  other_seconds: number;
  differences: Difference[];
}

export interface RunLabel {
  id: string;
  name: string;
  started_at: string;
}

export interface ComparedRun {
  run: RunLabel;
  verdict: Verdict;
  sentence: string;
  obstacles: string[];
  notes: string[];
  series: ComparedSeries[];
  only_in_base: string[];
  only_in_other: string[];
}

export interface Comparison {
  schema_version: number;
  confidence: number;
  tests: number;
  base: RunLabel;
  others: ComparedRun[];
}

export interface Compared {
  version: number;
  comparison: Comparison;
  /** The base first. */
  runs: { summary: Summary; timeline: Timeline }[];
}

/** What the charts take the time from: the run that took longest. */
export function longest({ runs }: Compared): Run {
  const by = [...runs].sort((left, right) => duration(right.timeline) - duration(left.timeline));
  return { version: 1, plan: null, ...by[0] };
}

/** What of one run is drawn for a series; nothing where the run has not got it. */
export function seriesOf(timeline: Timeline, id: string): SeriesData | undefined {
  return id === ALL ? timeline.all : timeline.series.find((series) => idOf(series) === id);
}

/** Series that at least one of the runs has, all operations first. */
export function inAnyRun({ runs }: Compared): SeriesData[] {
  const known = new Map<string, SeriesData>();
  for (const { timeline } of runs) {
    for (const series of [timeline.all, ...timeline.series]) {
      if (!known.has(idOf(series))) known.set(idOf(series), series);
    }
  }
  return [...known.values()];
}

/** A column as long as the longest run has steps. */
export function stretched(column: Column, steps: number): Column {
  return column.length >= steps ? column : [...column, ...Array<null>(steps - column.length).fill(null)];
}

/** Which run a line is of; the base is always said to be it. */
export function runNames({ comparison }: Compared): string[] {
  return [`base ${comparison.base.id}`, ...comparison.others.map((other) => other.run.id)];
}

const TIMES = new Set(["p50", "p90", "p95", "p99", "mean"]);

/** How values of a metric are written. */
export function formatOf(metric: string): Format {
  if (TIMES.has(metric)) return ms;
  return metric === "rate" ? rate : percent;
}

/** A difference with its sign and unit, as the terminal has it. */
export function change(value: number | null, unit: Difference["unit"]): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const decimals = unit === "points" ? 2 : Math.abs(value) >= 999.95 ? 0 : 1;
  const rounded = value.toFixed(decimals);
  const sign = Number(rounded) < 0 ? "" : "+";
  const text = Number(rounded) === 0 ? rounded.replace("-", "") : rounded;
  return `${sign}${text} ${unit === "points" ? "points" : "%"}`;
}

export function interval({ change: known, low, high, unit }: Difference): string {
  if (known === null) return "–";
  if (low === null && high === null) return "anything";
  if (high === null) return `${change(low, unit)} or more`;
  if (low === null) return `${change(high, unit)} or less`;
  return `${change(low, unit)} to ${change(high, unit)}`;
}

export function probability(p: number | null): string {
  if (p === null) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

export interface Finding {
  sign: string;
  text: string;
  /** Good, bad, or only other. */
  tone: "good" | "bad" | "odd" | "none";
}

/** What is shown of a difference, in words. */
export function finding({ metric, shown }: Difference): Finding {
  if (shown === "too_few") return { sign: "–", text: "too few operations", tone: "none" };
  if (shown === "no_evidence") return { sign: "–", text: "no evidence", tone: "none" };
  const more = shown === "more";
  if (metric === "rate")
    return more ? { sign: "↑", text: "higher", tone: "odd" } : { sign: "↓", text: "lower", tone: "odd" };
  if (metric === "failed")
    return more ? { sign: "✗", text: "more", tone: "bad" } : { sign: "✓", text: "fewer", tone: "good" };
  return more ? { sign: "✗", text: "slower", tone: "bad" } : { sign: "✓", text: "faster", tone: "good" };
}

export const VERDICTS: Record<Verdict, Finding> = {
  faster: { sign: "✓", text: "Faster", tone: "good" },
  slower: { sign: "✗", text: "Slower", tone: "bad" },
  mixed: { sign: "!", text: "Faster and slower", tone: "odd" },
  no_evidence: { sign: "–", text: "No evidence of a difference", tone: "none" },
  not_comparable: { sign: "!", text: "Not comparable", tone: "odd" },
};
