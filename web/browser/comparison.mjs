// A comparison that never was, and the page with it inside.
import { filled, sampleRun } from "./sample.mjs";

const METRICS = ["p50", "p90", "p95", "p99", "mean", "rate", "failed"];

function difference(metric, at) {
  const unit = metric === "failed" ? "points" : "percent";
  const one = { metric, unit, p: 0.0004, p_adjusted: 0.004 };
  if (metric === "p99") {
    return {
      ...one,
      shown: "too_few",
      base: null,
      other: null,
      change: null,
      low: null,
      high: null,
      p: null,
      p_adjusted: null,
    };
  }
  if (metric === "rate") {
    return {
      ...one,
      shown: "no_evidence",
      base: 100,
      other: 100.2,
      change: 0.2,
      low: -0.9,
      high: 1.3,
      p: 0.7,
      p_adjusted: 1,
    };
  }
  if (metric === "failed") {
    return { ...one, shown: "less", base: 1.25, other: 0.5, change: -0.75, low: -1.1, high: -0.4 };
  }
  // The last percentile of the second series has no upper end.
  const high = at === 1 && metric === "p95" ? null : 19.5;
  return { ...one, shown: "more", base: 12.3, other: 13.9, change: 13, low: 6.4, high };
}

function series(name, at) {
  return {
    kind: at === 0 ? "overall" : "operation",
    stage: at === 0 ? "" : "load",
    scenario: at === 0 ? "" : "shop",
    name,
    verdict: "slower",
    sentence:
      "slower: p50 +13.0 % (+6.4 % to +19.5 %), also p90, p95, mean; fails less often: -0.75 points (-1.10 points to -0.40 points)",
    base_seconds: 118,
    other_seconds: 58,
    differences: METRICS.map((metric) => difference(metric, at)),
  };
}

/** Two runs of different length, the second one slower, and a third that is not comparable. */
export function sampleComparison() {
  const ids = ["20260101-120000-before-0001", "20260101-130000-after-0002", "20260101-140000-other-0003"];
  const label = (at) => ({
    id: ids[at],
    name: at === 0 ? "before" : "after",
    started_at: `2026-01-01T1${at + 2}:00:00Z`,
  });
  const runs = [120, 60, 30].map((steps, at) => {
    const { summary, timeline } = sampleRun({ steps, step_s: 1, series: 2 });
    summary.run = { ...summary.run, id: ids[at], name: label(at).name };
    summary.stages = [];
    for (const one of [timeline.all, ...timeline.series]) {
      one.heat = undefined;
      for (const name of ["p50", "p95", "p99"])
        one.columns[name] = one.columns[name].map((value) => value * (1 + at / 4));
    }
    return { summary, timeline };
  });
  const compared = {
    run: label(1),
    verdict: "slower",
    sentence: "slower: of 2 series 2 slower",
    obstacles: [],
    notes: ["the targets differ: `http://a` and `http://b`", "<script>alert(1)</script>"],
    series: ["all operations", "GET /page/0", "GET /page/1"].map(series),
    only_in_base: ["GET /old"],
    only_in_other: [],
  };
  const obstacle = "the plans differ: `stages.load.users` is `5` and `6`";
  const refused = {
    ...compared,
    run: label(2),
    verdict: "not_comparable",
    sentence: `not comparable: ${obstacle}`,
    obstacles: [obstacle],
    notes: [],
    series: [],
    only_in_base: [],
  };
  const comparison = { schema_version: 1, confidence: 0.95, tests: 18, base: label(0), others: [compared, refused] };
  return { version: 1, comparison, runs };
}

/** The built page with a comparison inside. */
export function comparisonPage(data) {
  return filled("compare.html", data);
}
