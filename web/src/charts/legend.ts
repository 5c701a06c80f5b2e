import { h, svg } from "../dom";
import type { Look } from "./look";

export interface Entry {
  id: string;
  label: string;
  look: Look;
  /** How it is drawn: a line, or an area. */
  area: boolean;
}

/** A legend of buttons that switch lines on and off and show the values under the cursor. */
export class Legend {
  private values: HTMLElement[] = [];
  private buttons: HTMLElement[] = [];

  constructor(
    private readonly place: HTMLElement,
    private readonly moment: (text: string) => void,
    private readonly toggle: (id: string, alone: boolean) => void,
  ) {}

  /** Shows these entries. */
  fill(entries: Entry[]): void {
    this.values = entries.map(() => h("span", { class: "value" }));
    this.buttons = entries.map((entry, at) =>
      h(
        "button",
        {
          type: "button",
          "data-id": entry.id,
          title: "Show or hide; with Shift: show it alone",
          click: (event) => this.toggle(entry.id, (event as MouseEvent).shiftKey),
        },
        swatch(entry) as unknown as HTMLElement,
        h("span", {}, entry.label),
        this.values[at],
      ),
    );
    this.place.replaceChildren(...this.buttons);
  }

  /** Marks what is hidden. */
  mark(entries: Entry[], hidden: (id: string) => boolean): void {
    entries.forEach((entry, at) => {
      this.buttons[at]?.setAttribute("aria-pressed", String(!hidden(entry.id)));
    });
  }

  /** Shows the values of a moment, or none. */
  show(moment: string, values: string[]): void {
    this.moment(moment);
    this.values.forEach((element, at) => {
      element.textContent = values[at] ?? "";
    });
  }
}

function swatch(entry: Entry): SVGElement {
  const shape = entry.area
    ? svg("rect", { x: 1, y: 1, width: 20, height: 9, fill: entry.look.color })
    : svg("path", {
        d: "M0 5.5H22",
        stroke: entry.look.color,
        "stroke-width": 2.5,
        "stroke-dasharray": entry.look.dash.join(" ") || "none",
      });
  return svg("svg", { width: 22, height: 11, "aria-hidden": "true" }, shape);
}
