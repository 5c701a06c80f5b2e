import { type Cell, table } from "../charts/table";
import { h } from "../dom";
import { bytes, clock, count, ms } from "../model/format";
import type { Exemplar, ExemplarMessage, Failure } from "../model/run";
import type { State } from "../state";
import { live, part } from "./live";

/** Single operations: the slowest, and the first of each kind of failure, with what was sent and what came back. */
export function exemplars(state: State): HTMLElement | null {
  // Those of a run that goes on come at its end.
  if (!state.live && (state.run.exemplars?.exemplars ?? []).length === 0) return null;
  return part(
    "exemplars",
    "Exemplars",
    live(state, ["run"], () => {
      const all = state.run.exemplars?.exemplars ?? [];
      if (all.length === 0) return [];
      const of = (reason: string) => all.filter((one) => one.reasons.includes(reason));
      const run = of("slowest_of_run");
      const rest = of("slowest_of_series").filter((one) => !run.includes(one));
      return [
        h(
          "p",
          { class: "note" },
          "Single operations with all that is known of them, secrets removed. Open one to see its request and its answer.",
        ),
        group(state, all, "Slowest of the run", run),
        group(state, all, "First of each kind of failure", of("first_failure")),
        group(state, all, "Slowest of each action", rest, rest.length > 0 && (run.length > 0 || rest.length > 6)),
      ];
    }),
  );
}

/** A way from a group of failures to the operation that was kept of it. */
export function linkTo(
  state: State,
  failure: Failure & { place: string; stage: string; scenario: string },
): Node | null {
  const all = state.run.exemplars?.exemplars ?? [];
  const at = all.findIndex(
    (one) =>
      one.reasons.includes("first_failure") &&
      one.stage === failure.stage &&
      one.scenario === failure.scenario &&
      one.name === failure.place &&
      one.failures.some((known) => known.class === failure.class && known.message === failure.message),
  );
  if (at < 0) return null;
  return h("button", { type: "button", class: "link", click: () => open(at) }, "exemplar");
}

/** Opens an exemplar and goes there; one of the failures is under that heading, however slow it was. */
function open(at: number): void {
  const places = document.querySelectorAll<HTMLDetailsElement>(`[data-exemplar="${at}"]`);
  const place = [...places].find((one) => one.dataset.group === "First of each kind of failure") ?? places[0];
  if (!place) return;
  const around = place.parentElement?.closest("details");
  if (around) around.open = true;
  place.open = true;
  place.scrollIntoView({ block: "start" });
  place.querySelector("summary")?.focus();
}

function group(state: State, all: Exemplar[], title: string, some: Exemplar[], folded = false): HTMLElement | null {
  if (some.length === 0) return null;
  const items = some.map((one) => exemplar(state, one, all.indexOf(one), title));
  if (!folded) return h("div", { class: "exemplars" }, h("h3", {}, title), ...items);
  return h("details", { class: "exemplars" }, h("summary", {}, `${title} (${count(some.length)})`), ...items);
}

function exemplar({ signal }: State, one: Exemplar, at: number, title: string): HTMLElement {
  const outcome = one.ok
    ? "ok"
    : `failed: ${one.failures.map((failure) => failure.message).join("; ") || "by the test"}`;
  const told = [
    h("b", {}, ms(one.response_time_ms)),
    ` ${one.name} `,
    h("span", { class: one.ok ? "faint" : "bad" }, outcome),
    h("span", { class: "faint" }, ` · at ${clock(one.started_at_s)}${one.status > 0 ? ` · status ${one.status}` : ""}`),
  ];
  // What nobody opens is not made: bodies are long.
  const fill = () => {
    if (place.childElementCount === 1) place.append(...contents(one));
  };
  const place = h(
    "details",
    { class: "exemplar", "data-exemplar": at, "data-group": title, toggle: () => place.open && fill() },
    h("summary", {}, ...told),
  );
  // Paper cannot be opened.
  window.addEventListener("beforeprint", fill, { signal });
  return place;
}

function contents(one: Exemplar): Node[] {
  const details = one.failures.filter((failure) => failure.detail);
  return [
    h("div", { class: "facts" }, table(["what", "value"], facts(one), "The operation")),
    ...details.map((failure) => message(`Why it failed: ${failure.class}`, failure.detail ?? "", "")),
    text("Request", one.request, "Its bytes were not at hand: the test sent it itself, or judged it later."),
    text("Answer", one.answer, one.status > 0 ? "Its bytes were not at hand." : "There was none."),
  ];
}

function facts(one: Exemplar): Cell[][] {
  const phases: [string, number | null][] = [
    ["response time", one.response_time_ms],
    ["service time", one.service_time_ms],
    ["waiting for its turn", one.waiting_ms],
    ["connecting", one.connecting_ms],
    ["securing", one.securing_ms],
    ["writing", one.writing_ms],
    ["first byte", one.first_byte_ms],
    ["reading", one.reading_ms],
  ];
  return [
    ["stage, scenario", `${one.stage}, ${one.scenario}`],
    ["virtual user, iteration", `${one.user}, ${one.iteration}`],
    ...phases.filter(([, value]) => value != null).map(([name, value]) => [name, ms(value)]),
    ["sent, received", `${bytes(one.bytes_sent)}, ${bytes(one.bytes_received)}`],
    ...(one.trace_id ? [["trace", h("code", {}, one.trace_id)]] : []),
  ];
}

function text(title: string, of: ExemplarMessage | null, none: string): HTMLElement {
  if (!of) return h("div", {}, h("h4", {}, title), h("p", { class: "note" }, none));
  const whole = of.body === "" ? of.head : `${of.head}\n\n${of.body}`;
  return message(title, whole, of.left_out ? `Left out: ${of.left_out}.` : "");
}

function message(title: string, whole: string, note: string): HTMLElement {
  const shown = h("pre", { tabindex: 0 }, whole.replaceAll("\r\n", "\n"));
  return h("div", {}, h("h4", {}, title), shown, note !== "" && h("p", { class: "note" }, note));
}
