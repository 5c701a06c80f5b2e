import type { Column, Heat, Run, Summary, Timeline } from "./run";

/** What a second adds to a run that goes on; `docs/dashboard-api.md` describes it. */
export interface Second {
  /** Steps that the run has now. Each column ends with the last of them, and holds as many as it has anew. */
  steps: number;
  timeline: Timeline;
  /** Not there where it is too much to make each second. */
  summary?: Summary;
}

type Tree = { [name: string]: unknown };

/**
 * Returns the run with a second more. Columns are changed in place: to copy thousands of steps each second would be wasted.
 *
 * The last step that was known may still have been open, so a second may write it anew. What is new comes whole; what is not mentioned
 * had nothing.
 */
export function merge(run: Run, { steps, timeline: news, summary }: Second): Run {
  const timeline = run.timeline as unknown as Tree;
  join(timeline, news as unknown as Tree, steps);
  pad(timeline, steps);
  return { ...run, summary: summary ?? run.summary, timeline: run.timeline };
}

function join(into: Tree, news: Tree, steps: number): void {
  for (const [name, value] of Object.entries(news)) {
    const known = into[name];
    if (name === "heat") into[name] = joinHeat(known as Heat | undefined, value as Delta);
    else if (isList(value)) into[name] = joinList(isList(known) ? known : [], value, steps);
    else if (isColumn(value)) into[name] = overwrite(isColumn(known) ? known : [], value, steps);
    else if (isTree(value)) {
      const place = isTree(known) ? known : {};
      into[name] = place;
      join(place, value, steps);
    } else if (!isColumn(known)) into[name] = value;
  }
}

/** Things with names: all that there are now, each grown out of what was known of it. */
function joinList(known: Tree[], news: Tree[], steps: number): Tree[] {
  const places = new Map(known.map((one) => [keyOf(one), one]));
  return news.map((one) => {
    const place = places.get(keyOf(one)) ?? {};
    join(place, one, steps);
    return place;
  });
}

function keyOf({ stage, scenario, name, kind }: Tree): string {
  return JSON.stringify([stage, scenario, name, kind]);
}

/** All columns end with the run. */
function overwrite(column: Column, news: Column, steps: number): Column {
  const from = steps - news.length;
  while (column.length < from) column.push(null);
  for (let at = 0; at < news.length; at++) column[from + at] = news[at];
  return column;
}

type Delta = Heat & { from?: number };

/** A map is whole, or has only its columns from `from` on; another object each time, so that who draws it sees the change. */
function joinHeat(known: Heat | undefined, { from, ...news }: Delta): Heat {
  const same = known && (["step_s", "low_ms", "ratio", "rows"] as const).every((name) => known[name] === news[name]);
  if (from === undefined || !same) return news;
  const { counts } = known;
  const first = from * known.rows;
  while (counts.length < first) counts.push(0);
  counts.length = first;
  for (const value of news.counts) counts.push(value);
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
