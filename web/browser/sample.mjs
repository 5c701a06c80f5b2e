// A run that never was, as large as asked for, and the page with it inside.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Numbers that look random and are the same every time. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const PERCENTILES = { mean: 1.1, p50: 1, p90: 1.7, p95: 2.1, p99: 3.4, max: 6, service_p50: 0.9, service_p99: 3 };
const PHASES = { waiting: 0.05, connecting: 0.04, writing: 0.01, first_byte: 0.9, reading: 0.1 };

function distribution(base) {
  const times = { count: 1000, min: base / 2, mean: base * 1.1, stdev: base / 3, p50: base };
  return {
    ...times,
    p90: base * 1.7,
    p95: base * 2.1,
    p99: base * 3.4,
    p99_9: base * 5,
    p99_99: base * 5.6,
    max: base * 6,
  };
}

function columnsOf(random, steps, base) {
  const columns = { started: [], ok: [], failed: [], in_flight: [], opened: [], bytes_sent: [], bytes_received: [] };
  for (const name of [...Object.keys(PERCENTILES), ...Object.keys(PHASES)]) columns[name] = [];
  for (let step = 0; step < steps; step++) {
    const load = 20 + (80 * step) / steps;
    const slow = base * (1 + Math.max(0, load - 70) / 6) * (0.9 + random() / 5);
    const finished = Math.round(load * (0.9 + random() / 5));
    const failed = Math.floor(random() * 3);
    const row = { started: finished, ok: finished - failed, failed, in_flight: Math.round(load / 10), opened: failed };
    Object.assign(row, { bytes_sent: finished * 120, bytes_received: finished * 2000 });
    for (const [name, share] of Object.entries(PERCENTILES)) row[name] = slow * share * (0.9 + random() / 5);
    for (const [name, share] of Object.entries(PHASES)) row[name] = slow * share;
    for (const [name, value] of Object.entries(row)) columns[name].push(Number(value.toPrecision(3)));
  }
  return columns;
}

function heatOf(random, seconds, base) {
  const [columns, rows] = [Math.min(240, seconds), 30];
  const counts = [];
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const off = row - 8 - (10 * column) / columns;
      counts.push(Math.round(400 * Math.exp((-off * off) / (off > 0 ? 18 : 6)) * random()));
    }
  }
  return { step_s: Math.ceil(seconds / columns), low_ms: base / 3, ratio: 1.15, rows, counts };
}

function processOf(process, more) {
  const used = { cpu_s: 30, cpu_percent: 50, cpu_max_percent: 97, memory_max_bytes: 4e7, descriptors_max: 90 };
  return {
    process,
    role: "agent",
    pid: 100 + process,
    threads: 1,
    descriptors_allowed: 1024,
    lost_at_s: null,
    ...used,
    ...more,
  };
}

function summaryOf(names, seconds) {
  const totals = { started: 7_201_004, ok: 7_180_000, failed: 21_000, interrupted: 4, dropped_iterations: 812 };
  Object.assign(totals, { bytes_sent: 9e8, bytes_received: 1.4e10 });
  const error = {
    class: "status",
    message: "status 503 is not expected",
    count: 900,
    first_at_s: 12.5,
    last_at_s: seconds - 3,
  };
  const series = names.map((name, at) => ({
    stage: "load",
    scenario: "shop",
    name,
    ...(at === 1 ? { transactions: ["checkout"] } : at === 2 ? { transactions: ["", "checkout"] } : {}),
    started: 360_000,
    ok: 359_100,
    failed: 900,
    interrupted: 0,
    rate_per_s: 100,
    bytes_sent: 4e7,
    bytes_received: 7e8,
    statuses: { 200: 359_100, 503: 900 },
    ...Object.fromEntries(
      ["response_time", "service_time", "waiting", "connecting", "securing", "writing", "first_byte", "reading"].map(
        (time) => [`${time}_ms`, distribution(5 + at)],
      ),
    ),
    ok_times: { response_time_ms: distribution(5 + at), service_time_ms: distribution(4 + at) },
    failed_times: { response_time_ms: distribution(9 + at), service_time_ms: distribution(8 + at) },
    errors: [{ ...error, example: `GET ${name}\n< 503 Service Unavailable\n<script>alert(1)</script>` }],
  }));
  const stage = {
    kind: "execute",
    status: "completed",
    error: null,
    totals,
    iterations_started: 60_000,
    iterations_failed: 40,
    users_max: 80,
  };
  return {
    schema_version: 1,
    run: {
      id: "20260101-120000-shop-0001",
      name: "shop",
      started_at: "2026-01-01T12:00:00Z",
      elapsed_s: seconds,
      seed: 7,
      squall_version: "0.1.0",
    },
    verdict: { status: "invalid", reasons: ["1.3 % of the iterations that were due were dropped: 812 of 60,812"] },
    totals,
    thresholds: [
      {
        rule: "p95(response_time) < 200ms",
        status: "failed",
        value: 312.5,
        limit: 200,
        margin: -112.5,
        unit: "ms",
        action: "fail",
        broken_at_s: 61,
        message: "312.5 ms is above 200 ms",
        source: "shop.py:12",
      },
      {
        rule: "failed.rate < 1%",
        status: "passed",
        value: 0.25,
        limit: 1,
        margin: 0.75,
        unit: "percent",
        action: "fail",
        broken_at_s: null,
        message: null,
        source: null,
      },
    ],
    measured: [{ stage: "load", from_s: seconds / 6, to_s: seconds }],
    stages: [
      { ...stage, name: "warm", started_at_s: 0, elapsed_s: seconds / 6 },
      { ...stage, name: "load", started_at_s: seconds / 6, elapsed_s: (seconds * 5) / 6 },
    ],
    series,
    transactions: [
      {
        stage: "load",
        scenario: "shop",
        name: "iteration",
        kind: "iteration",
        started: 60_000,
        ok: 59_960,
        failed: 40,
        interrupted: 0,
        time_ms: distribution(90),
      },
      {
        stage: "load",
        scenario: "shop",
        name: "checkout",
        kind: "transaction",
        started: 60_000,
        ok: 59_960,
        failed: 40,
        interrupted: 0,
        time_ms: distribution(60),
      },
    ],
    metrics: [{ stage: "load", scenario: "shop", name: "basket", not_finite: 0, ...distribution(3) }],
    custom: [{ stage: "load", name: "checkout", group: "all", metric: "revenue", type: "count", value: 1234.5 }],
    system: [
      {
        stage: "",
        group: "memory_bytes",
        count: 60,
        min: 3e7,
        mean: 4e7,
        stdev: 1e6,
        p50: 4e7,
        p95: 5e7,
        p99: 5e7,
        max: 5e7,
      },
    ],
    generator: {
      cpu_s: 900,
      cpu_percent: 25,
      max_rss_bytes: 6e7,
      threads: 2,
      thread_busy_max_percent: 61,
      schedule_error_ms: distribution(0.1),
      generator_delay_ms: distribution(0.05),
    },
    processes: [
      processOf(0, { role: "coordinator", share: "", threads: 0 }),
      processOf(1, { share: "1/2" }),
      processOf(2, { share: "2/2", lost_at_s: 61.5 }),
    ],
    host: {
      os: "Debian GNU/Linux 12 (bookworm)",
      kernel: "6.1.0",
      architecture: "x86_64",
      cpu: "A processor",
      cores: 4,
      usable_cores: 2,
      memory_bytes: 8e9,
      descriptors_allowed: 1024,
      local_ports: 28_232,
    },
    warnings: [],
    controls: [
      { at_s: seconds / 4, action: "users", by: "keyboard", stage: "load", scenario: "shop", from: 10, to: 20 },
      { at_s: seconds / 3, action: "pause", by: "dashboard" },
      { at_s: seconds / 3 + 5, action: "resume", by: "dashboard" },
      { at_s: seconds / 2, action: "mark", by: "api" },
      { at_s: (seconds * 3) / 4, action: "note", by: "dashboard", text: "build <12>" },
    ],
    reporters: [{ name: "json", accepted: 10, delivered: 10, dropped: 0, message: null }],
  };
}

function exemplarOf(name, more) {
  const times = { response_time_ms: 61, service_time_ms: 60, waiting_ms: 1, connecting_ms: null, securing_ms: null };
  Object.assign(times, { writing_ms: 0.01, first_byte_ms: 59, reading_ms: 1, bytes_sent: 120, bytes_received: 2000 });
  return {
    reasons: ["slowest_of_run", "slowest_of_series"],
    stage: "load",
    scenario: "shop",
    name,
    ok: true,
    started_at_s: 12.5,
    user: 3,
    iteration: 17,
    status: 200,
    trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
    ...times,
    failures: [],
    request: { head: `${name} HTTP/1.1\r\nAuthorization: [redacted]`, body: "" },
    answer: { head: "HTTP/1.1 200 OK", body: '{"page": "<script>alert(1)</script>"}' },
    ...more,
  };
}

function exemplarsOf(names) {
  const failure = { class: "status", message: "status 503 is not expected", detail: "<script>alert(1)</script>" };
  const failed = { ok: false, status: 503, reasons: ["first_failure"], failures: [failure], response_time_ms: 4 };
  return {
    schema_version: 1,
    exemplars: [
      ...names.map((name) => exemplarOf(name, {})),
      exemplarOf(names[0], { reasons: ["slowest_of_series"], response_time_ms: 50 }),
      ...names.map((name) => exemplarOf(name, failed)),
    ],
  };
}

/** A run of so many steps of some seconds, with so many series. */
export function sampleRun({ steps = 1800, step_s = 2, series = 20 } = {}) {
  const random = randomOf(7);
  const seconds = steps * step_s;
  const names = Array.from({ length: series }, (_, at) => `GET /page/${at}`);
  const one = (name, kind, base) => ({
    stage: "load",
    scenario: "shop",
    name,
    kind,
    columns: columnsOf(random, steps, base),
    heat: heatOf(random, seconds, base),
  });
  const column = (of) => Array.from({ length: steps }, (_, step) => Number(of(step).toPrecision(3)));
  const timeline = {
    step_s,
    length_s: column(() => step_s),
    unreadable: 0,
    left_out: 0,
    all: { ...one("", null, 12), stage: "", scenario: "" },
    series: [...names.map((name, at) => one(name, "operation", 5 + at)), one("iteration", "iteration", 90)],
    scenarios: [
      {
        stage: "load",
        scenario: "shop",
        users: column((step) => 10 + Math.floor(step / 30)),
        dropped: column((step) => Number(step % 90 === 0)),
      },
    ],
    statuses: {
      200: column(() => 1900 + 100 * random()),
      404: column(() => 20 * random()),
      503: column(() => 9 * random()),
    },
    failures: { status: column(() => 9 * random()), timeout: column((step) => Number(step % 40 === 0)) },
    generator: {
      threads: { 0: column(() => 40 + 9 * random()), 1: column(() => 35 + 9 * random()) },
      starved: { 0: column(() => 3 * random()), 1: column(() => 0) },
      interpreters: {},
      delays: {
        schedule_error: column(() => 0.1 + random() / 10),
        generator_delay: column(() => 0.05 + random() / 10),
      },
      processes: Object.fromEntries(
        [0, 1, 2].map((process) => [
          process,
          {
            cpu_percent: column(() => 10 + 40 * process + random()),
            memory_bytes: column((step) => 4e7 + 1e4 * step),
            descriptors: column(() => 20 + 30 * process),
          },
        ]),
      ),
      machine: {
        cpu_percent: column(() => 50 + 9 * random()),
        tcp_sockets: column(() => 100 + 9 * random()),
        free_memory_bytes: column(() => 4e9 + 1e7 * random()),
        resent_per_s: column((step) => Number(step % 50 === 0)),
      },
    },
  };
  const plan = { name: "shop", stages: [{ name: "load", headers: { authorization: "[redacted]" } }] };
  const exemplars = exemplarsOf(names.slice(0, 3));
  return { version: 1, summary: summaryOf(names, seconds), plan, exemplars, timeline };
}

/** A built page with its data inside. */
export function filled(name, data) {
  const template = readFileSync(new URL(`../dist/${name}`, import.meta.url), "utf8");
  return template.replace("@@SQUALL-DATA@@", () => gzipSync(JSON.stringify(data)).toString("base64"));
}

/** The built page with a run inside. */
export function pageWith(run) {
  return filled("report.html", run);
}
