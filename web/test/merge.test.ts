import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { merge, type Second } from "../src/model/merge";
import type { Heat, Run, Summary, Timeline } from "../src/model/run";
import { State } from "../src/state";

const text = readFileSync(new URL("./timeline.json", import.meta.url), "utf8");
const read = (): Timeline => JSON.parse(text);
const runOf = (timeline: Timeline) => ({ version: 1, plan: null, summary: {}, timeline }) as unknown as Run;

/** The steps of a timeline from one to before another, as a server sends them. */
function part(timeline: Timeline, from: number, to: number): Timeline {
  const cut = (value: unknown, name = ""): unknown => {
    if (name === "heat") return undefined;
    if (Array.isArray(value))
      return typeof value[0] === "object" && value[0] ? value.map((one) => cut(one)) : value.slice(from, to);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner, key)]));
  };
  return JSON.parse(JSON.stringify(cut(timeline)));
}

const second = (steps: number, timeline: Timeline): Second => ({
  steps,
  timeline,
  summary: { schema_version: 9 } as Summary,
});
const without = (timeline: Timeline) => part(timeline, 0, 99);

describe("a second more", () => {
  it("makes of parts what the whole would have been, also where steps come twice", () => {
    const whole = without(read());
    let run = runOf(without(part(read(), 0, 2)));
    for (const [from, to] of [
      [1, 3],
      [2, 4],
      [4, 6],
    ]) {
      run = merge(run, second(to, part(read(), from, to)));
    }
    expect(run.timeline).toEqual(whole);
    expect(run.summary.schema_version).toBe(9);
  });

  it("writes anew what was still open", () => {
    const run = runOf(without(read()));
    const news = part(read(), 5, 6);
    const { all } = merge(run, second(7, { ...news, all: { ...news.all, columns: { ok: [7, 8] } } })).timeline;
    expect(all.columns.ok.slice(4)).toEqual([read().all.columns.ok[4], 7, 8]);
  });

  it("takes what is new whole, fills up what is not mentioned, and lets go of series that are gone", () => {
    const run = runOf(without(read()));
    const nothing = [null, null, null, null, null, null];
    const { timeline } = merge(
      run,
      second(7, {
        ...part(read(), 6, 6),
        length_s: [2],
        series: [
          { stage: "late", scenario: "shop", name: "new", kind: "operation", columns: { ok: [...nothing, 3] } },
          { ...part(read(), 5, 6).series[0] },
        ],
        failures: { timeout: [...nothing, 1], other: [1] },
        statuses: {},
      }),
    );
    expect(timeline.length_s).toHaveLength(7);
    expect(timeline.series.map((one) => one.name)).toEqual(["new", "GET /page/0"]);
    expect(timeline.series[0].columns.ok).toEqual([...nothing, 3]);
    expect(timeline.series[1].columns.ok).toHaveLength(7);
    expect(timeline.failures).toMatchObject({ timeout: [...nothing, 1], other: [...nothing, 1] });
    for (const column of Object.values(timeline.statuses)) expect(column.slice(6)).toEqual([null]);
    expect(timeline.generator.delays.schedule_error).toHaveLength(7);
  });

  it("begins with nothing, and keeps a summary that does not come", () => {
    const empty = { ...read(), length_s: [], series: [], scenarios: [], statuses: {}, failures: {} };
    empty.all = { ...empty.all, columns: {} };
    const run = runOf(empty);
    const { timeline, summary } = merge(run, { steps: 1, timeline: { ...part(read(), 0, 1), series: [] } });
    expect(summary).toBe(run.summary);
    expect(timeline.series).toEqual([]);
    expect(timeline.length_s).toEqual([2]);
    const { series } = merge(run, second(2, part(read(), 0, 2))).timeline;
    expect(series[0].columns.ok).toEqual(read().series[0].columns.ok.slice(0, 2));
  });
});

describe("a map of response times", () => {
  const heat: Heat = { step_s: 1, low_ms: 1, ratio: 2, rows: 2, counts: [1, 2, 3, 4] };
  const withHeat = (news: unknown) => {
    const run = runOf(without(read()));
    run.timeline.all.heat = { ...heat, counts: [...heat.counts] };
    const delta = part(read(), 6, 6);
    return merge(run, second(6, { ...delta, all: { ...delta.all, heat: news as Heat } })).timeline.all.heat;
  };

  it("grows by columns", () => {
    expect(withHeat({ ...heat, from: 1, counts: [5, 6, 7, 8] })).toEqual({ ...heat, counts: [1, 2, 5, 6, 7, 8] });
    expect(withHeat({ ...heat, from: 3, counts: [9, 9] })).toEqual({ ...heat, counts: [1, 2, 3, 4, 0, 0, 9, 9] });
  });

  it("is replaced where it is another, and stays where it is not mentioned", () => {
    const other = { ...heat, rows: 1, counts: [10] };
    expect(withHeat({ ...other, from: 0 })).toEqual(other);
    expect(withHeat(other)).toEqual(other);
    const run = runOf(without(read()));
    run.timeline.all.heat = heat;
    expect(merge(run, second(6, part(read(), 6, 6))).timeline.all.heat).toEqual(heat);
  });
});

describe("what is shown", () => {
  const grow = (run: Run) => merge(run, second(7, { ...part(read(), 6, 6), length_s: [2] }));

  it("grows with the run, which grows in place, or stays where somebody looks", () => {
    const whole = new State(runOf(without(read())));
    const parted = new State(runOf(without(read())), "#from=2&to=6");
    whole.setRun(grow(whole.run));
    parted.setRun(grow(parted.run));
    expect(whole.range).toEqual({ from: 0, to: 14 });
    expect(parted.range).toEqual({ from: 2, to: 6 });
  });

  it("can be its last seconds", () => {
    const state = new State(runOf(without(read())), "#last=5");
    expect(state.range).toEqual({ from: 6.5, to: 11.5 });
    state.setRun(grow(state.run));
    expect(state.range).toEqual({ from: 9, to: 14 });
    expect(state.link()).toBe("#last=5");
    state.setRange(2, 4);
    expect([state.last, state.link()]).toEqual([null, "#from=2&to=4"]);
    state.follow(null);
    expect(state.isWhole()).toBe(true);
  });
});
