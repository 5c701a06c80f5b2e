import type { Column, Heat, Run, Summary, Timeline } from "./run";

/** What a second adds to a run that goes on; `docs/dashboard-api.md` describes it. */
export interface Second {
  /** First step that the columns hold. */
  from: number;
  timeline: Timeline;
  summary: Summary;
}

type Tree = { [name: string]: unknown };

/**
 * Returns the run with a second more. Columns are changed in place: to copy thousands of steps each second would be wasted.
 *
 * What is new is filled up with `null` before, what is not mentioned after. The last step that was known may still have been open, so
 * the second may write it anew.
 */
export function merge(run: Run, second: Second): Run {
  const timeline = run.timeline as unknown as Tree;
  const steps = Math.max(run.timeline.length_s.length, second.from + second.timeline.length_s.length);
  join(timeline, second.timeline as unknown as Tree, second.from);
  pad(timeline, steps);
  return { ...run, summary: second.summary, timeline: run.timeline };
}

function join(into: Tree, news: Tree, from: number): void {
  for (const [name, value] of Object.entries(news)) {
    const known = into[name];
    if (name === "heat") into[name] = joinHeat(known as Heat | undefined, value as Delta);
    else if (isList(value)) into[name] = joinList(isList(known) ? known : [], value, from);
    else if (isColumn(value)) into[name] = overwrite(isColumn(known) ? known : [], value, from);
    else if (isTree(value)) {
      const place = isTree(known) ? known : {};
      into[name] = place;
      join(place, value, from);
    } else if (!Array.isArray(value) || known === undefined) into[name] = value;
  }
}

/** Things with names: those that are known grow, others are added where the second has them. */
function joinList(known: Tree[], news: Tree[], from: number): Tree[] {
  const places = new Map(known.map((one) => [keyOf(one), one]));
  const there = news.map((one) => {
    const place = places.get(keyOf(one)) ?? {};
    places.delete(keyOf(one));
    join(place, one, from);
    return place;
  });
  if (places.size === 0) return there;
  // Not all are mentioned: the order that is known stays.
  const old = new Set(known);
  return [...known, ...there.filter((one) => !old.has(one))];
}

function keyOf({ stage, scenario, name, kind }: Tree): string {
  return JSON.stringify([stage, scenario, name, kind]);
}

function overwrite(column: Column, news: Column, from: number): Column {
  while (column.length < from) column.push(null);
  for (let at = 0; at < news.length; at++) column[from + at] = news[at];
  return column;
}

type Delta = Heat & { from?: number };

/** A map is whole, or has only its columns from `from` on; another object each time, so that who draws it sees the change. */
function joinHeat(known: Heat | undefined, { from, ...news }: Delta): Heat {
  const same = known && (["step_s", "low_ms", "ratio", "rows"] as const).every((name) => known[name] === news[name]);
  if (from === undefined || from === 0 || !same) return news;
  const { counts } = known;
  const first = from * known.rows;
  for (let at = counts.length; at < first; at++) counts.push(0);
  for (let at = 0; at < news.counts.length; at++) counts[first + at] = news.counts[at];
  return { ...known };
}

function pad(tree: Tree, steps: number): void {
  for (const [name, value] of Object.entries(tree)) {
    if (name === "heat") continue;
    if (isList(value)) for (const one of value) pad(one, steps);
    else if (isColumn(value)) while (value.length < steps) value.push(null);
    else if (isTree(value)) pad(value, steps);
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is Tree[] {
  return Array.isArray(value) && value.length > 0 && isTree(value[0]);
}

/** An empty list may be one of things as well, and has nothing to write or to fill up. */
function isColumn(value: unknown): value is Column {
  return Array.isArray(value) && value.length > 0 && !isTree(value[0]);
}
