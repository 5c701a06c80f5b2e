import type { Column, Kind, SeriesData, Timeline } from "./run";

/** Stands for all operations together. */
export const ALL = "all";

interface Key {
  stage: string;
  scenario: string;
  name: string;
  kind: Kind | null;
}

/** Names a series in links, and finds what the summary and the timeline say of the same one. */
export function idOf(key: Key): string {
  if (key.kind === null) return ALL;
  const kind = key.kind === "operation" ? "" : `${key.kind}:`;
  return `${kind}${key.stage}/${key.scenario}/${key.name}`;
}

/** All series that have times, all operations first. */
export function timed(timeline: Timeline): SeriesData[] {
  return [timeline.all, ...timeline.series.filter((series) => series.kind !== "metric")];
}

export function operations(timeline: Timeline): SeriesData[] {
  return timeline.series.filter((series) => series.kind === "operation");
}

export function find(timeline: Timeline, id: string): SeriesData {
  return timeline.series.find((series) => idOf(series) === id) ?? timeline.all;
}

/** A name that is as short as it may be to stay clear: the scenario and the stage only where there are several. */
export function labels(all: SeriesData[]): Map<string, string> {
  const several = (of: (series: SeriesData) => string) => new Set(all.filter((s) => s.kind !== null).map(of)).size > 1;
  const stages = several((series) => series.stage);
  const scenarios = several((series) => series.scenario);
  const label = (series: SeriesData) => {
    if (series.kind === null) return "all operations";
    const parts = [stages ? series.stage : "", scenarios ? series.scenario : "", series.name];
    return parts.filter((part) => part !== "").join(" / ");
  };
  return new Map(all.map((series) => [idOf(series), label(series)]));
}

/** Start of each step in seconds, and the end of the last one, so that a chart shows it. */
export function starts(timeline: Timeline): number[] {
  return timeline.length_s.map((_, step) => step * timeline.step_s);
}

/** Seconds from the start of the run to the end of its last step. */
export function duration(timeline: Timeline): number {
  const steps = timeline.length_s.length;
  const last = timeline.length_s[steps - 1] ?? 0;
  return steps === 0 ? 1 : Math.max((steps - 1) * timeline.step_s + last, 1);
}

/** Share of a step below which it says nothing of a rate: the last one may have begun just before the end. */
const TOO_SHORT = 0.1;

/** Divides counts by the seconds that were measured. */
export function perSecond(timeline: Timeline, ...counts: (Column | undefined)[]): Column {
  return timeline.length_s.map((length, step) => {
    if (!length || length < TOO_SHORT * timeline.step_s) return null;
    return counts.reduce((sum, column) => sum + (column?.[step] ?? 0), 0) / length;
  });
}

/** Adds columns up; steps in which all are missing stay missing. */
export function sum(columns: Column[]): Column {
  const steps = Math.max(0, ...columns.map((column) => column.length));
  return Array.from({ length: steps }, (_, step) => {
    const there = columns.map((column) => column[step]).filter((value) => value != null);
    return there.length === 0 ? null : there.reduce((total, value) => total + value, 0);
  });
}

/** Tells whether something is above zero. */
export function happens(column: Column | undefined): column is Column {
  return column?.some((value) => value !== null && value !== 0) ?? false;
}
