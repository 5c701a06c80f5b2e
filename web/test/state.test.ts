import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pieces } from "../src/charts/areas";
import { shade } from "../src/charts/heat-map";
import type { Run, Timeline } from "../src/model/run";
import { State } from "../src/state";

const timeline: Timeline = JSON.parse(readFileSync(new URL("./timeline.json", import.meta.url), "utf8"));
const run = { version: 1, plan: null, summary: {}, timeline } as unknown as Run;

describe("the range", () => {
  it("stays within the run and is told once", () => {
    const state = new State(run);
    const told: number[] = [];
    state.on(["range"], () => told.push(state.range.from));
    state.setRange(-5, 5);
    expect(state.range).toEqual({ from: 0, to: 10 });
    state.setRange(8, 18);
    expect(state.range).toEqual({ from: 1.5, to: 11.5 });
    state.setRange(8, 18);
    state.setRange(4, 4.2);
    expect(state.range).toEqual({ from: 4, to: 5 });
    state.showAll();
    expect(state.isWhole()).toBe(true);
    expect(told).toHaveLength(4);
  });

  it("of the whole run grows with a run that goes on, another stays", () => {
    const longer = { ...run, timeline: { ...timeline, length_s: [...timeline.length_s, 2] } };
    const whole = new State(run);
    whole.setRun(longer);
    expect(whole.range).toEqual({ from: 0, to: 14 });
    const part = new State(run, "#from=2&to=6");
    part.setRun(longer);
    expect(part.range).toEqual({ from: 2, to: 6 });
  });
});

describe("series", () => {
  it("are switched off and on, and shown alone", () => {
    const state = new State(run);
    state.toggle("a");
    expect([...state.hidden]).toEqual(["a"]);
    state.only("a", ["a", "b", "c"]);
    expect([...state.hidden].sort()).toEqual(["b", "c"]);
    state.only("a", ["a", "b", "c"]);
    expect([...state.hidden]).toEqual([]);
  });

  it("that a link names and the run does not have are all operations", () => {
    expect(new State(run, "#series=gone").series).toBe("all");
    expect(new State(run, "#series=load/shop/GET /page/1&hide=x").link()).toBe("#series=load/shop/GET+/page/1&hide=x");
  });
});

describe("charts", () => {
  it("leave gaps where there are no numbers", () => {
    expect(pieces([null, 1, 2, null, 3], 0, 4)).toEqual([
      [1, 2],
      [4, 4],
    ]);
    expect(pieces([1, 2, 3], 1, 1)).toEqual([[1, 1]]);
  });

  it("give more a darker shade, from the first to the last", () => {
    expect([1, 10, 100, 1000].map((value) => shade(value, 1000))).toEqual([0, 2, 5, 7]);
    expect(shade(1, 1)).toBe(7);
  });
});
