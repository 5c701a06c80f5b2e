// A server that speaks the dashboard's protocol about a run that never was: for measurements, and for what a real run cannot be made to do.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { sampleRun } from "./sample.mjs";

const PAGE = new URL("../dist/dashboard.html", import.meta.url);

const ENTRY = {
  verdict: "passed",
  elapsed_s: 60,
  rate_per_s: 120,
  p99_ms: 21,
  started: 7200,
  failed: 3,
  commit: null,
  tags: {},
  file: null,
};
const STORED = [
  { ...ENTRY, id: "0-odd", name: "<b>odd</b>", started_at: "2026-01-01T10:00:00Z", verdict: "unreadable" },
  { ...ENTRY, id: "1-search", name: "search", started_at: "2026-01-01T11:00:00Z", tags: { branch: "main" } },
  {
    ...ENTRY,
    id: "2-shop",
    name: "shop",
    started_at: "2026-01-01T12:00:00Z",
    commit: { id: "0123456789abcdef", dirty: true },
  },
];

/** Starts it with a run of so many steps and series; `tick()` lets a second pass. */
export async function fakeServer({ steps = 60, series = 3, state = "running", port = 0 } = {}) {
  const whole = sampleRun({ steps: steps + 600, step_s: 1, series });
  const run = cut(whole, 0, steps);
  const listeners = new Set();
  const fake = { asked: [], started: [], refuse: null, state, steps, controls: [], paused: false };
  const stateOf = () => ({
    version: 1,
    mode: "run",
    run: { id: run.summary.run.id, name: "shop", state: fake.state },
    test: {
      file: "shop.py",
      stages: [
        { name: "warm", kind: "execute" },
        { name: "load", kind: "execute" },
      ],
      load: { users: 10, duration: "1m" },
    },
    can_start: true,
  });
  const summary = () => ({
    ...run.summary,
    run: { ...run.summary.run, elapsed_s: fake.steps },
    controls: fake.controls,
  });
  const live = () => ({
    elapsed_s: fake.steps,
    planned_s: 3600,
    paused: fake.paused,
    stopping: false,
    rate: 1234,
    asked_rate: 100,
    iteration_rate: 98.5,
    users: 20,
    in_flight: 7,
    response_ms: [10, 21, 34],
    loads: [{ stage: "load", scenario: "shop", kind: "users", value: 20 }],
    thresholds: [{ rule: "p95(response_time) < 200ms", state: "holds", value: 21, limit: 200, unit: "ms" }],
    generator: { cpu_percent: 31, busiest_thread_percent: 22 },
  });
  const say = (event, data) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  const tell = (text) => {
    for (const one of listeners) one.write(text);
  };
  const answer = (response, status, body) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const routes = {
    "GET /": (_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(readFileSync(PAGE));
    },
    "GET /api/v1/events": (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const now = { ...cut(whole, 0, fake.steps), summary: summary() };
      response.write(`retry: 200\n\n${say("state", stateOf())}${say("run", now)}`);
      listeners.add(response);
      response.on("close", () => listeners.delete(response));
    },
    "POST /api/v1/control": (body, response) => {
      fake.asked.push(body);
      if (fake.refuse) return answer(response, 409, fake.refuse);
      const made = { at_s: fake.steps, by: "dashboard", ...body };
      fake.controls.push(made);
      answer(response, 200, { controls: [made] });
    },
  };
  Object.assign(routes, {
    "POST /api/v1/start": (body, response) => {
      if (fake.refuse) return answer(response, 400, fake.refuse);
      fake.started.push(body);
      answer(response, 202, {});
      fake.state = "running";
      tell(say("state", stateOf()));
      tell(say("run", { ...cut(whole, 0, fake.steps), summary: summary() }));
    },
    "GET /api/v1/runs": (_, response) => answer(response, 200, { runs: STORED }),
    "GET /api/v1/runs/1-search": (_, response) => {
      answer(response, 200, {
        ...run,
        summary: { ...run.summary, run: { ...run.summary.run, id: "1-search", name: "search" } },
      });
    },
  });
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const route = routes[`${request.method} ${new URL(request.url, "http://x").pathname}`];
      const text = Buffer.concat(chunks).toString();
      if (route) route(text && JSON.parse(text), response);
      else answer(response, 404, { error: "there is no such thing" });
    });
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return Object.assign(fake, {
    address: `http://127.0.0.1:${server.address().port}/`,
    tick() {
      const from = fake.steps - 1;
      fake.steps += 1;
      const { timeline } = cut(whole, from, fake.steps);
      tell(say("second", { from, steps: fake.steps, timeline, summary: summary(), live: live() }));
    },
    change(state) {
      fake.state = state;
      tell(say("state", stateOf()));
    },
    stop() {
      for (const one of listeners) one.destroy();
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  });
}

/** The run with the steps of its columns from one to before another. */
function cut(run, from, to) {
  const part = (value, name) => {
    if (name === "heat") return cutHeat(value, from, to);
    if (Array.isArray(value))
      return typeof value[0] === "object" ? value.map((one) => part(one)) : value.slice(from, to);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, part(inner, key)]));
  };
  return { ...run, timeline: part(run.timeline) };
}

function cutHeat(heat, from, to) {
  const first = Math.floor(from / heat.step_s);
  const counts = heat.counts.slice(first * heat.rows, Math.ceil(to / heat.step_s) * heat.rows);
  return from === 0 ? { ...heat, counts } : { ...heat, from: first, counts };
}
