import { existsSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scaleOf } from "../src/charts/forest";
import { change, type Difference, finding, interval, probability, stretched } from "../src/model/comparison";

const page = new URL("../dist/compare.html", import.meta.url);

function difference(more: Partial<Difference>): Difference {
  return {
    metric: "p95",
    shown: "no_evidence",
    base: 10,
    other: 11,
    unit: "percent",
    change: 10,
    low: -1,
    high: 22,
    p: 0.1,
    p_adjusted: 0.4,
    ...more,
  };
}

describe("a difference in words", () => {
  it("has a sign and a unit, and no minus before nothing", () => {
    expect([10.44, -0.04, -3, 1234.5].map((value) => change(value, "percent"))).toEqual([
      "+10.4 %",
      "+0.0 %",
      "-3.0 %",
      "+1235 %",
    ]);
    expect(change(0.3, "points")).toBe("+0.30 points");
    expect(change(null, "percent")).toBe("–");
  });

  it("may have an interval without an end", () => {
    expect(interval(difference({}))).toBe("-1.0 % to +22.0 %");
    expect(interval(difference({ high: null }))).toBe("-1.0 % or more");
    expect(interval(difference({ low: null }))).toBe("+22.0 % or less");
    expect(interval(difference({ low: null, high: null }))).toBe("anything");
    expect(interval(difference({ change: null }))).toBe("–");
  });

  it("is good or bad by what the metric is", () => {
    const found = (metric: string, shown: Difference["shown"]) => finding(difference({ metric, shown })).text;
    expect(found("p95", "more")).toBe("slower");
    expect(found("mean", "less")).toBe("faster");
    expect(found("rate", "less")).toBe("lower");
    expect(found("failed", "less")).toBe("fewer");
    expect(found("failed", "too_few")).toBe("too few operations");
    expect([0.0001, 0.0314, 1, null].map(probability)).toEqual(["< 0.001", "0.031", "1.000", "–"]);
  });
});

describe("the scale of intervals", () => {
  it("is the same to both sides, and one that is far wider than the others runs out of it", () => {
    const usual = Array.from({ length: 9 }, () => ({ middle: 4, low: -2, high: 10 }));
    const { reach, marks } = scaleOf([...usual, { middle: 500, low: 100, high: null }]);
    expect(reach).toBeGreaterThan(10);
    expect(reach).toBeLessThan(100);
    expect(marks).toContain(0);
    expect(marks.every((mark) => Math.abs(mark) <= reach)).toBe(true);
  });

  it("is there where nothing is known", () => {
    expect(scaleOf([{ middle: null, low: null, high: null }]).reach).toBeGreaterThan(0);
  });
});

it("makes a column as long as the longest run", () => {
  expect(stretched([1, 2], 4)).toEqual([1, 2, null, null]);
  expect(stretched([1, 2], 1)).toEqual([1, 2]);
});

describe.skipIf(!existsSync(page))("the page of a comparison", () => {
  it("is small", () => {
    expect(statSync(page).size).toBeLessThan(125_000);
  });
});
