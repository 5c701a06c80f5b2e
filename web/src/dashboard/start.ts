import { h } from "../dom";
import type { StartOrder, TestOfServer } from "../model/server";
import { Refused, start } from "./api";
import { Message } from "./message";
import type { Session } from "./session";

/** A field of the form: what it is called there, by the server, and how it is filled. */
interface Field {
  path: keyof StartOrder;
  box: HTMLInputElement;
  error: HTMLElement;
  element: HTMLElement;
}

/** Starts the test that the command line names, with another load if wanted. */
export function starter(session: Session): HTMLElement {
  const element = h("section", { class: "start", "aria-label": "Start a run" });
  let known = "";
  const draw = () => {
    const { server } = session;
    element.hidden = !server?.can_start || !server.test || session.goes();
    const test = JSON.stringify([server?.test, session.run === null]);
    if (element.hidden || !server?.test || test === known) return;
    known = test;
    element.replaceChildren(...form(server.test, session.run !== null));
  };
  session.on(["server", "run"], draw);
  draw();
  return element;
}

function form(test: TestOfServer, again: boolean): HTMLElement[] {
  const message = new Message();
  const { users, rate, duration } = test.load;
  const fields = [
    field("users", "Users", { inputmode: "numeric" }, users),
    field("rate", "Iterations/s", { inputmode: "decimal" }, rate),
    field("duration", "Duration", {}, duration),
    field("host", "Host", {}, test.host),
  ];
  const stages = test.stages.map(({ name, kind, skip }) => ({
    name,
    kind,
    usual: !skip,
    box: h("input", { type: "checkbox", checked: !skip }),
  }));
  const skipError = h("span", { class: "field-error" });
  const go = h("button", { type: "submit", class: "quiet primary" }, again ? "Start again" : "Start");
  const send = () =>
    message.tell(async () => {
      for (const one of fields) one.error.textContent = "";
      skipError.textContent = "";
      const order = orderOf(fields, stages);
      if (order === null) return "✗ not started: see above";
      try {
        await start(order);
        return "✓ starting";
      } catch (error) {
        const rest = error instanceof Refused ? error.fields.filter((one) => !place(one, fields, skipError)) : null;
        // Everything that was wrong stands at its field.
        if (error instanceof Refused && error.fields.length > 0 && rest?.length === 0)
          return "✗ not started: see above";
        throw rest?.[0] ? new Refused(`${rest[0].path}: ${rest[0].message}`, rest[0].hint ?? null) : error;
      }
    });
  const whole = h(
    "form",
    { novalidate: true },
    h("div", { class: "fields" }, ...fields.map((one) => one.element)),
    stages.length > 1 &&
      h(
        "fieldset",
        {},
        h("legend", {}, "Stages to run"),
        ...stages.map(({ name, kind, box }) => h("label", {}, box, ` ${name} `, h("small", {}, kind))),
        skipError,
      ),
    h("p", { class: "actions" }, go),
    message.element,
  );
  whole.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  const title = h("h2", {}, again ? "Start again" : "Start the run");
  const note = h("p", { class: "note" }, `${test.file}. A field that is left empty is as in the test.`);
  return [title, note, whole];
}

function field(
  path: keyof StartOrder,
  name: string,
  attributes: Record<string, string | number>,
  usual: string | number | null | undefined,
): Field {
  const error = h("span", { class: "field-error", id: `start-${path}-error`, role: "status" });
  const box = h("input", { ...attributes, id: `start-${path}`, placeholder: usual ?? "as in the test" });
  box.setAttribute("aria-describedby", error.id);
  return { path, box, error, element: h("label", { class: "field" }, name, box, error) };
}

/** Shows an error at its field; tells whether there is one. */
function place(
  { path, message, hint }: { path: string; message: string; hint?: string | null },
  fields: Field[],
  skip: HTMLElement,
): boolean {
  const text = `✗ ${message}${hint ? ` (${hint})` : ""}`;
  const found = fields.find((one) => one.path === path);
  found?.box.setAttribute("aria-invalid", "true");
  const where = found?.error ?? (path.startsWith("skip") ? skip : undefined);
  if (where) where.textContent = text;
  return where !== undefined;
}

/** What the form says; `null` where a number is none, which is said at its field. */
function orderOf(
  fields: Field[],
  stages: { name: string; usual: boolean; box: HTMLInputElement }[],
): StartOrder | null {
  const order: StartOrder = {};
  let wrong = false;
  // A list replaces that of the test, also an empty one.
  if (stages.some(({ box, usual }) => box.checked !== usual)) {
    order.skip = stages.filter(({ box }) => !box.checked).map(({ name }) => name);
  }
  for (const { path, box } of fields) {
    box.removeAttribute("aria-invalid");
    const text = box.value.trim();
    if (text === "") continue;
    if (path === "users" || path === "rate") {
      order[path] = Number(text);
      if (!Number.isFinite(order[path])) wrong = place({ path, message: `\`${text}\` is no number` }, fields, box);
    } else if (path !== "skip") order[path] = text;
  }
  return wrong ? null : order;
}
