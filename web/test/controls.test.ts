import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fits } from "../src/dashboard/runs";
import { moments, pauses, short, words } from "../src/model/controls";
import type { Control, OperationSummary, Run, Timeline } from "../src/model/run";
import type { Entry } from "../src/model/server";
import { since } from "../src/model/since";
import { stepped } from "../src/model/step";
import { State } from "../src/state";

const timeline: Timeline = JSON.parse(readFileSync(new URL("./timeline.json", import.meta.url), "utf8"));
const at = (at_s: number, action: string, more: Partial<Control> = {}): Control => ({
  at_s,
  action,
  by: "api",
  ...more,
});

describe("changes", () => {
  it("are said in words", () => {
    expect(words(at(1, "users", { from: 10, to: 20 }))).toBe("users 10 → 20");
    expect(words(at(1, "rate", { from: 1.5, to: 20 }))).toBe("rate 1.50 → 20/s");
    expect(words(at(1, "mark"))).toBe("numbers reset");
    expect(words(at(1, "later_version"))).toBe("later_version");
    expect(short(at(1, "note", { text: "a long text that has no room" }))).toBe("note: a long text that …");
  });

  it("of several scenarios at once are one line", () => {
    const both = [at(1, "users", { from: 1, to: 2 }), at(1, "users", { from: 3, to: 6 }), at(2, "mark")];
    expect(moments(both).map(words)).toEqual(["users 4 → 8", "numbers reset"]);
  });

  it("that pause have an end, if only that of the run", () => {
    const all = [at(1, "pause"), at(3, "resume"), at(4, "resume"), at(5, "pause"), at(6, "stop")];
    expect(pauses(all, 9)).toEqual([
      [1, 3],
      [5, 9],
    ]);
    expect(pauses(all, 4)).toEqual([[1, 3]]);
  });
});

describe("a level", () => {
  it("goes in steps that suit it, up as well as down", () => {
    const up = [0, 1, 19, 20, 25, 190, 200, 2.5].map((value) => stepped(value, true));
    expect(up).toEqual([1, 2, 20, 30, 30, 200, 300, 3]);
    const down = [0, 0.5, 1, 20, 30, 25, 200, 300].map((value) => stepped(value, false));
    expect(down).toEqual([0, 0, 0, 19, 20, 20, 190, 200]);
  });
});

describe("numbers from a mark on", () => {
  const none = { count: 0 };
  const series = timeline.series.map((one) => ({ ...one, errors: [], started: 1, service_time_ms: { count: 9 } }));
  const error = { class: "status", message: "", count: 9, first_at_s: 1, last_at_s: 9, example: "" };
  const summary = {
    run: { elapsed_s: 11.5 },
    totals: { started: 999, interrupted: 3 },
    stages: [{ name: "load", started_at_s: 0, elapsed_s: 11.5 }],
    series: series
      .filter((one) => one.kind === "operation")
      .map((one) => ({ ...one, errors: [error, { ...error, first_at_s: 8 }] })),
    transactions: series.filter((one) => one.kind !== "operation"),
  };
  const run = { version: 1, plan: null, summary, timeline } as unknown as Run;

  it("are those of the steps that began since", () => {
    const { totals, series, since: from } = since(run, 4.5);
    const ok = (timeline.all.columns.ok as number[]).slice(3);
    expect(totals.ok).toBe(ok[0] + ok[1] + ok[2]);
    expect(totals.interrupted).toBe(3);
    expect(from?.from_s).toBe(6);
    const own = timeline.series[0].columns;
    const finished = [3, 4, 5].reduce((sum, step) => sum + (own.ok[step] ?? 0) + (own.failed?.[step] ?? 0), 0);
    expect(series[0].rate_per_s).toBeCloseTo(finished / 5.5, 9);
    expect(series[0].service_time_ms).toMatchObject(none);
    expect(series[0].errors.map((one) => one.count)).toEqual([Number.NaN, 9]);
  });

  it("have percentiles that are as exact as the map of response times", () => {
    // From the start on they can be compared with the summary of the steps.
    const times = (since(run, 0).series[0] as OperationSummary).response_time_ms;
    const { p50, mean, max, count } = times;
    const { ok, failed } = timeline.series[0].columns;
    const sum = [...ok, ...(failed ?? [])].reduce<number>((all, value) => all + (value ?? 0), 0);
    expect(count).toBe(sum);
    expect(max).toBe(Math.max(...(timeline.series[0].columns.max as number[])));
    const ratio = timeline.series[0].heat?.ratio ?? 1;
    const medians = timeline.series[0].columns.p50 as number[];
    expect(p50).toBeGreaterThan(Math.min(...medians) / ratio);
    expect(p50).toBeLessThan(Math.max(...medians) * ratio);
    expect(mean).toBeGreaterThan(0);
  });

  it("are shown until somebody undoes it", () => {
    const state = new State(run);
    state.countFrom(6);
    expect(state.run.summary.totals.started).not.toBe(999);
    expect(state.range).toEqual({ from: 6, to: 11.5 });
    expect(state.isWhole()).toBe(true);
    state.setRange(0, 8);
    expect(state.range).toEqual({ from: 6, to: 11.5 });
    state.countFrom(null);
    expect(state.run.summary.totals.started).toBe(999);
    expect(state.range).toEqual({ from: 0, to: 11.5 });
  });
});

describe("stored runs", () => {
  it("are found by words of all that names them", () => {
    const entry = {
      id: "2026-shop",
      name: "Shop",
      file: "tests/shop.py",
      verdict: "passed",
      commit: { id: "abcdef0123" },
      tags: { branch: "main" },
    } as unknown as Entry;
    const found = (words: string, verdict = "") => fits(entry, words, verdict);
    expect(["", "shop", "SHOP main", "branch=main", "abcdef", "shop.py"].map((words) => found(words))).not.toContain(
      false,
    );
    expect(found("shop other")).toBe(false);
    expect(found("shop", "failed")).toBe(false);
  });
});
