import { h } from "../dom";
import { clock, count, type Format, ms, number, percent, rate, share } from "../model/format";
import type { Live, LiveThreshold } from "../model/server";
import type { State } from "../state";
import type { Session } from "./session";

/** A generator that is busier than this may be the limit itself. */
const BUSY = 80;

const VERDICTS: Record<string, string> = { passed: "✓ passed", failed: "✗ failed", invalid: "! invalid" };

/** How the run is, in a word and a class of its looks. */
export function status(session: Session): [string, string] {
  const { server, live, connected, run } = session;
  if (!connected) return ["disconnected", "lost"];
  const state = server?.run?.state ?? "none";
  if (state === "ended") {
    const verdict = run?.summary.verdict.status ?? "";
    return [`ended: ${VERDICTS[verdict] ?? verdict}`, verdict];
  }
  if (state === "none") return ["no run", "waiting"];
  if (state === "stopping" || live?.stopping) return ["stopping", "stopping"];
  if (state === "running" && live?.paused) return ["paused", "paused"];
  return [state, state];
}

/** Fields by name: each has its value, and a few words beside it. */
const FIELDS = [
  "Operations",
  "Iterations",
  "Users",
  "In flight",
  "Failed",
  "Response p95",
  "Response p99",
  "Generator",
] as const;

type Fields = Partial<Record<(typeof FIELDS)[number], [string, string?]>>;

/** The run at this moment. `shown` is its page, whose counts begin at its mark. */
export function strip(session: Session, shown: () => State | null): HTMLElement {
  const pill = h("strong", { class: "pill", role: "status" });
  const time = h("span", { class: "time" });
  const bar = h("progress", { max: 1, "aria-label": "Time that has passed" });
  const boxes = new Map(FIELDS.map((name) => [name, field(name)]));
  const rules = h("ul", { class: "rules", "aria-label": "Thresholds" });
  const cards = h("dl", { class: "cards" }, ...[...boxes.values()].map((box) => box.element));
  const draw = () => {
    const [word, look] = status(session);
    set(pill, word);
    pill.className = `pill ${look}`;
    const elapsed = session.live?.elapsed_s ?? session.run?.summary.run.elapsed_s ?? 0;
    const planned = session.live?.planned_s ?? null;
    set(time, planned === null ? clock(Math.round(elapsed)) : `${clock(Math.round(elapsed))} of ${clock(planned)}`);
    time.hidden = session.run === null;
    bar.hidden = planned === null;
    bar.value = planned ? Math.min(1, elapsed / planned) : 0;
    const fields = fieldsOf(session, shown());
    for (const [name, box] of boxes) box.show(fields[name]);
    cards.hidden = Object.keys(fields).length === 0;
    const thresholds = session.live?.thresholds ?? [];
    rules.hidden = thresholds.length === 0;
    rules.replaceChildren(...thresholds.map(rule));
  };
  session.on(["connection", "server", "live", "run"], draw);
  draw();
  return h("section", { class: "strip", "aria-label": "Now" }, h("p", { class: "now" }, pill, time, bar), cards, rules);
}

function field(name: string) {
  const value = h("strong", {});
  const more = h("span", {});
  const element = h("div", { class: "card" }, h("dt", {}, name), h("dd", {}, value, more));
  const show = (content: [string, string?] | undefined) => {
    element.hidden = content === undefined;
    set(value, content?.[0] ?? "");
    set(more, content?.[1] ?? "");
  };
  return { element, show };
}

function fieldsOf({ live, run }: Session, shown: State | null): Fields {
  if (!live) return {};
  const totals = (shown?.run ?? run)?.summary.totals;
  const finished = totals ? totals.ok + totals.failed : 0;
  const busy = live.generator.busiest_thread_percent;
  const [, p95, p99] = live.response_ms ?? latest(run);
  const fields: Fields = {
    Operations: [rate(live.rate), "finished"],
    Iterations: [rate(live.iteration_rate), asked(live)],
    Users: [count(live.users)],
    "In flight": [count(live.in_flight), "operations"],
    "Response p95": [ms(p95), "last seconds"],
    "Response p99": [ms(p99), "last seconds"],
    Generator: [percent(busy), busy >= BUSY ? "! near its limit" : "busiest thread"],
  };
  if (totals) fields.Failed = [count(totals.failed), finished > 0 ? share(totals.failed / finished) : ""];
  return fields;
}

/** What was asked for; where users start iterations as well, not of all of them. */
function asked({ asked_rate, loads }: Live): string {
  if (asked_rate == null) return "started";
  const mixed = loads.some((load) => load.kind === "users");
  return mixed ? `started; rates ask for ${rate(asked_rate)}` : `of ${rate(asked_rate)} asked for`;
}

/** Percentiles of the last step, where the server does not say them. */
function latest(run: Session["run"]): (number | null | undefined)[] {
  const columns = run?.timeline.all.columns;
  return ["p50", "p95", "p99"].map((name) => columns?.[name]?.at(-1));
}

const UNITS: Record<string, Format> = { ms, percent, per_s: rate };
const STATES: Record<LiveThreshold["state"], [string, string]> = {
  holds: ["✓ holds", "passed"],
  broken: ["✗ broken", "failed"],
  warns: ["! warns", "warned"],
  no_data: ["… no data yet", "none"],
};

function rule(one: LiveThreshold): HTMLElement {
  const format = UNITS[one.unit] ?? number;
  const [text, look] = STATES[one.state] ?? [one.state, "none"];
  const value = one.value === null ? "" : ` now ${format(one.value)}`;
  return h("li", {}, h("code", {}, one.rule), " ", h("span", { class: `result ${look}` }, text), value);
}

/** Writes only what is new: a text that is written again is read out again. */
function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
