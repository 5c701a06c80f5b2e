import { h } from "../dom";
import { clock } from "../model/format";
import type { Order } from "../model/server";
import type { State } from "../state";
import { control } from "./api";
import { levels } from "./level";
import { Message } from "./message";
import type { Session } from "./session";
import type { Keys } from "./shortcuts";

/** What can be done to a run that goes on: what its load allows. */
export function controls(session: Session, shown: () => State | null): { element: HTMLElement; keys: Keys } {
  const message = new Message();
  const tell = (order: Order, text: string) =>
    message.tell(async () => {
      await control(order);
      return text;
    });
  const place = h("div", { class: "levels" });
  const level = levels(place);
  const pause = () => {
    const paused = session.live?.paused ?? false;
    tell({ action: paused ? "resume" : "pause" }, paused ? "✓ resumed" : "✓ paused: no iteration starts");
  };
  const reset = () =>
    message.tell(async () => {
      const [mark] = await control({ action: "mark" });
      shown()?.countFrom(mark.at_s);
      return `✓ counted from ${clock(mark.at_s)} on`;
    });
  const undo = () => {
    shown()?.countFrom(null);
    message.say("✓ counted from the start");
  };
  const pauseButton = button("Pause", "p", pause);
  const undoButton = button("Undo reset", "u", undo);
  const stop = stopping(() => tell({ action: "stop" }, "✓ stopping: what is in flight gets its grace"));
  const note = noteField(message);
  const row = h(
    "div",
    { class: "actions" },
    pauseButton,
    button("Stop…", "s", stop.ask),
    button("Reset numbers", "m", reset),
    undoButton,
    note.element,
  );
  const element = h("section", { class: "steer", "aria-label": "Controls" }, place, row, message.element, stop.dialog);
  const draw = () => {
    element.hidden = !session.goes();
    element.inert = !session.connected;
    level.show(session.live?.loads ?? []);
    const paused = session.live?.paused ?? false;
    const [word] = pauseButton.childNodes;
    if (word.textContent !== (paused ? "Resume" : "Pause")) word.textContent = paused ? "Resume" : "Pause";
    undoButton.hidden = (shown()?.first ?? 0) === 0;
  };
  session.on(["live", "server", "connection"], draw);
  draw();
  const can = (does: () => void) => () => element.hidden || element.inert || does();
  const keys: Keys = [
    ["p", "pause or resume", can(pause)],
    ["+", "more users, or a higher rate", can(() => level.first()?.by(true))],
    ["-", "fewer users, or a lower rate", can(() => level.first()?.by(false))],
    ["m", "reset the numbers: count from now on", can(reset)],
    ["u", "undo that: count the whole run", can(undo)],
    ["n", "write a note", can(() => note.box.focus())],
    ["s", "stop, after a question", can(stop.ask)],
  ];
  return { element, keys };
}

function button(name: string, key: string, does: () => void): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: "quiet", "aria-keyshortcuts": key, title: `Key ${key}`, click: does },
    h("span", {}, name),
  );
}

/** Asks before the run is stopped. */
function stopping(stop: () => void): { dialog: HTMLDialogElement; ask: () => void } {
  const answer = (text: string, does: () => void) =>
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        click: () => {
          dialog.close();
          does();
        },
      },
      text,
    );
  const dialog = h(
    "dialog",
    { "aria-labelledby": "stop-title" },
    h("h2", { id: "stop-title" }, "Stop the run?"),
    h("p", {}, "No iteration starts any more, what is in flight gets its grace, and the run gets its verdict."),
    h(
      "p",
      { class: "actions" },
      answer("Stop the run", stop),
      answer("Let it go on", () => {}),
    ),
  );
  return { dialog, ask: () => dialog.open || dialog.showModal() };
}

function noteField(message: Message): { element: HTMLElement; box: HTMLInputElement } {
  const box = h("input", {
    type: "text",
    maxlength: 500,
    placeholder: "A note, drawn on the charts",
    "aria-label": "Note",
  });
  const add = () =>
    message.tell(async () => {
      const text = box.value.trim();
      if (text === "") return "";
      const [note] = await control({ action: "note", text });
      box.value = "";
      return `✓ noted at ${clock(note.at_s)}`;
    });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") add();
    if (event.key === "Escape") box.blur();
  });
  return { element: h("span", { class: "note-field" }, box, button("Add note", "n", add)), box };
}
