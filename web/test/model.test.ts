import { readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decode } from "../src/model/decode";
import { bytes, clock, count, elapsed, ms, number, share } from "../src/model/format";
import { knee } from "../src/model/knee";
import { read, write } from "../src/model/link";
import type { Timeline } from "../src/model/run";
import { duration, find, idOf, labels, operations, perSecond, sum, timed } from "../src/model/series";

const timeline: Timeline = JSON.parse(readFileSync(new URL("./timeline.json", import.meta.url), "utf8"));

describe("what Rust writes", () => {
  it("has a column for each step, and the names that the views read", () => {
    const steps = timeline.length_s.length;
    expect(steps).toBe(6);
    for (const series of timed(timeline)) {
      for (const column of Object.values(series.columns)) expect(column).toHaveLength(steps);
      expect(Object.keys(series.columns)).toEqual(
        expect.arrayContaining(["ok", "mean", "p50", "p90", "p95", "p99", "max"]),
      );
      const heat = series.heat;
      expect(heat?.counts.reduce((total, value) => total + value, 0)).toBe(
        sum([series.columns.ok, series.columns.failed ?? []]).reduce<number>((total, value) => total + (value ?? 0), 0),
      );
    }
    const phases = ["waiting", "writing", "first_byte", "reading"];
    expect(Object.keys(timeline.all.columns)).toEqual(
      expect.arrayContaining([...phases, "service_p50", "service_p99", "in_flight"]),
    );
    expect(Object.keys(timeline.generator.delays)).toEqual(["generator_delay", "schedule_error"]);
    expect(timeline.scenarios[0].users).toHaveLength(steps);
  });

  it("adds up: all operations are the sum of the series", () => {
    expect(sum(operations(timeline).map((series) => series.columns.ok))).toEqual(timeline.all.columns.ok);
  });

  it("ends when the run did", () => {
    expect(duration(timeline)).toBe(11.5);
  });
});

describe("the data in the page", () => {
  const pack = (run: unknown) => gzipSync(JSON.stringify(run)).toString("base64");

  it("is read from base64 of gzip of JSON", () => {
    expect(decode(`\n${pack({ version: 1, plan: "é" })} `)).toEqual({ version: 1, plan: "é" });
  });

  it("of another version is refused", () => {
    expect(() => decode(pack({ version: 2 }))).toThrow("the data has version 2, this page reads 1");
  });

  it("has its place in the page once, and the page is small", () => {
    const page = new URL("../dist/report.html", import.meta.url);
    expect(readFileSync(page, "utf8").split("@@SQUALL-DATA@@")).toHaveLength(2);
    expect(statSync(page).size).toBeLessThan(125_000);
  });

  it("is not in the dashboard, which is small too and lets no script run but its own", () => {
    const page = new URL("../dist/dashboard.html", import.meta.url);
    const text = readFileSync(page, "utf8");
    expect(text).not.toContain("@@SQUALL-DATA@@");
    expect(text).toMatch(/script-src 'sha256-[^']+';/);
    expect(statSync(page).size).toBeLessThan(150_000);
  });
});

describe("series", () => {
  it("are found by their id, and what is not there is all operations", () => {
    const first = timeline.series[0];
    expect(idOf(first)).toBe("load/shop/GET /page/0");
    expect(find(timeline, idOf(first))).toBe(first);
    expect(find(timeline, "iteration:load/shop/iteration").kind).toBe("iteration");
    expect(find(timeline, "nobody")).toBe(timeline.all);
  });

  it("have names as short as they can be", () => {
    const named = (series: Timeline["series"]) => [...labels(series).values()];
    expect(named(timed(timeline))).toEqual(["all operations", "GET /page/0", "GET /page/1", "iteration"]);
    const other = { ...timeline.series[0], scenario: "search" };
    expect(named([timeline.series[0], other])).toEqual(["shop / GET /page/0", "search / GET /page/0"]);
  });

  it("have no rate in a step that was hardly measured", () => {
    const short = { ...timeline, step_s: 1, length_s: [1, 0.5, 0.01, null] };
    expect(perSecond(short, [10, 10, 10, 10], [1, null, 1, 1])).toEqual([11, 20, null, null]);
  });
});

describe("numbers", () => {
  it("have three digits and a unit", () => {
    expect([0, 0.0004, 0.25, 12.345, 999.4, 1500, 125_000].map(ms)).toEqual([
      "0 ms",
      "0.400 µs",
      "250 µs",
      "12.3 ms",
      "999 ms",
      "1.50 s",
      "2:05",
    ]);
    expect([0, 999, 1500, 2.5e9].map(bytes)).toEqual(["0 B", "999 B", "1.50 kB", "2.50 GB"]);
    expect([1234567.4, null, undefined, Number.NaN].map(count)).toEqual(["1,234,567", "–", "–", "–"]);
    expect([0.1234, -5.5, 1e6].map(number)).toEqual(["0.123", "-5.50", "1,000,000"]);
    expect([0, 1e-9, 0.00123, 1].map(share)).toEqual(["0 %", "< 0.001 %", "0.123 %", "100 %"]);
    expect([0, 59.94, 3725].map(clock)).toEqual(["0:00", "0:59.9", "1:02:05"]);
    expect([12, 185, 7200].map(elapsed)).toEqual(["12 s", "3:05 min", "2:00:00 h"]);
  });
});

describe("links", () => {
  it("lead back to where they were made", () => {
    const places = [
      { series: "all", from: null, to: null, last: null, run: null, hidden: [] },
      {
        series: "load/shop/GET /a?b=c&d",
        from: 1.25,
        to: 60,
        last: 300,
        run: "20260101-120000-shop",
        hidden: ["load/shop/x", "ünïcode #1"],
      },
    ];
    for (const place of places) expect(read(write(place))).toEqual(place);
    expect(write(places[0])).toBe("");
  });

  it("that make no sense show the whole run", () => {
    for (const hash of ["#from=9&to=3", "#from=x", "#from=-1", "#last=0", "#", "#nothing"]) {
      expect(read(hash)).toEqual({ series: "all", from: null, to: null, last: null, run: null, hidden: [] });
    }
  });
});

describe("the knee", () => {
  const loads = Array.from({ length: 200 }, (_, at) => 10 + at);
  const wobble = (at: number) => 1 + 0.05 * Math.sin(at * 12.9898);

  it("is where times begin to grow", () => {
    const times = loads.map((load, at) => (20 + Math.max(0, load - 150) * 4) * wobble(at));
    const found = knee(loads, times);
    expect(found?.load).toBeGreaterThan(135);
    expect(found?.load).toBeLessThan(165);
  });

  it("is not found where there is none", () => {
    const flat = loads.map((_, at) => 20 * wobble(at));
    const steady = loads.map((load, at) => load * wobble(at));
    expect(knee(loads, flat)).toBeNull();
    expect(knee(loads, steady)).toBeNull();
    expect(
      knee(
        loads.map(() => 100),
        flat,
      ),
    ).toBeNull();
    expect(knee([1, 2], [3, 4])).toBeNull();
  });
});
