import { h } from "../dom";
import { words } from "../model/controls";
import { number } from "../model/format";
import type { Load, Order } from "../model/server";
import { stepped } from "../model/step";
import { control } from "./api";
import { Message } from "./message";

const WORDS = { users: "Users", rate: "Iterations/s" };

/** One level that can be changed: of a scenario, or of all together. */
export class Level {
  readonly element: HTMLElement;
  readonly kind: Load["kind"];
  private readonly box: HTMLInputElement;
  private readonly apply: HTMLButtonElement;
  private readonly message = new Message();
  private now = 0;
  /** What was asked for and has not been reported yet. */
  private asked: number | null = null;

  /** `of`: whose level it is; without a stage and scenario it is shared by all that have one. */
  constructor(of: { kind: Load["kind"]; stage?: string; scenario?: string; name: string }) {
    const { kind, name } = of;
    this.kind = kind;
    const words = `${WORDS[kind]} ${name}`;
    const target = of.stage === undefined ? {} : { stage: of.stage, scenario: of.scenario ?? "" };
    const send = (value: number) => this.send({ ...target, action: kind, [kind]: value });
    this.box = h("input", { type: "number", min: 0, step: kind === "users" ? 1 : "any", "aria-label": words });
    this.apply = h("button", { type: "button", class: "quiet", hidden: true }, "Apply");
    const typed = () => {
      const value = this.box.valueAsNumber;
      if (Number.isFinite(value)) send(value);
      else this.message.refuse(`“${this.box.value}” is no number`);
    };
    this.box.addEventListener("input", () => {
      this.apply.hidden = false;
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") typed();
      if (event.key !== "Escape") return;
      this.show(this.now, true);
      this.box.blur();
    });
    this.apply.addEventListener("click", typed);
    this.by = (up) => send(stepped(this.asked ?? this.now, up));
    const button = (sign: string, what: string, up: boolean) =>
      h(
        "button",
        { type: "button", class: "quiet", "aria-label": `${what}: ${words}`, click: () => this.by(up) },
        sign,
      );
    const fields = [button("−", "Fewer", false), this.box, button("+", "More", true), this.apply];
    const label = h("span", { class: "level-name" }, h("strong", {}, WORDS[kind]), " ", name);
    this.element = h(
      "div",
      { class: "level", role: "group", "aria-label": words },
      label,
      ...fields,
      this.message.element,
    );
  }

  /** A step up or down, at once. */
  readonly by: (up: boolean) => void;

  /** Shows the level of now, unless somebody writes another one. */
  show(value: number, anyhow = false): void {
    this.now = value;
    if (this.asked !== null && Math.abs(value - this.asked) < 1e-6 * Math.max(1, value)) this.asked = null;
    if (!anyhow && (!this.apply.hidden || this.asked !== null)) return;
    this.apply.hidden = true;
    this.box.value = String(Number(value.toPrecision(6)));
  }

  private send(order: Order): void {
    const value = order[this.kind] ?? 0;
    this.asked = value;
    this.box.value = String(value);
    this.apply.hidden = true;
    this.message.tell(async () => {
      try {
        const done = await control(order);
        const from = done.reduce((sum, one) => sum + (one.from ?? 0), 0);
        const to = done.reduce((sum, one) => sum + (one.to ?? 0), 0);
        return done.length === 0 ? "" : `✓ ${words({ ...done[0], from, to })}`;
      } catch (error) {
        this.box.value = number(this.now).replaceAll(",", "");
        throw error;
      } finally {
        // What is reported from here on is what holds, also where a load profile goes on from there.
        setTimeout(() => {
          if (this.asked === value) this.asked = null;
        }, 2000);
      }
    });
  }
}

/** The levels that can be changed: each by itself, and together where several are of one kind. */
export function levels(place: HTMLElement): { show(loads: Load[]): void; first(): Level | null } {
  let known = "";
  let all: [Level, (loads: Load[]) => number][] = [];
  const make = (loads: Load[]) => {
    const several = new Set(loads.map((load) => load.stage)).size > 1;
    const own = loads.map((load, at): (typeof all)[0] => {
      const name = several ? `${load.stage} / ${load.scenario}` : load.scenario;
      return [new Level({ ...load, name: `of ${name}` }), (now) => now[at].value];
    });
    const kinds = (["users", "rate"] as const).filter((kind) => loads.filter((load) => load.kind === kind).length > 1);
    const totals = kinds.map((kind): (typeof all)[0] => {
      const total = (now: Load[]) => now.reduce((sum, load) => sum + (load.kind === kind ? load.value : 0), 0);
      return [new Level({ kind, name: "in all" }), total];
    });
    return [...totals, ...own];
  };
  return {
    show(loads) {
      const names = JSON.stringify(loads.map(({ value: _, ...name }) => name));
      if (names !== known) {
        all = make(loads);
        place.replaceChildren(...all.map(([level]) => level.element));
        known = names;
      }
      for (const [level, value] of all) level.show(value(loads));
    },
    first: () => all[0]?.[0] ?? null,
  };
}
