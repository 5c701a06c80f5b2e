import { h } from "../dom";

/** A chart's place: heading, what it says, the chart, its legend, and the table behind it. */
export interface Panel {
  element: HTMLElement;
  chart: HTMLElement;
  legend: HTMLElement;
  /** Shows what the chart holds as a table, or draws that table anew. */
  refreshTable(): void;
}

let panels = 0;

/** Makes the place of a chart; `table` is asked when somebody wants to read the numbers. */
export function panel(title: string, note: string, table: () => HTMLElement): Panel {
  const id = `panel-${panels++}`;
  const chart = h("div", { class: "chart", tabindex: 0, role: "group", "aria-labelledby": id });
  const legend = h("div", { class: "legend" });
  const behind = h("div", { class: "behind", hidden: true });
  const refreshTable = () => {
    if (!behind.hidden) behind.replaceChildren(table());
  };
  const button = h("button", { type: "button", class: "quiet", "aria-expanded": "false" }, "Table");
  button.addEventListener("click", () => {
    behind.hidden = !behind.hidden;
    button.setAttribute("aria-expanded", String(!behind.hidden));
    refreshTable();
  });
  const head = h("div", { class: "panel-head" }, h("h3", { id }, title), button);
  const element = h("section", { class: "panel", "aria-labelledby": id }, head, h("p", { class: "note" }, note));
  element.append(chart, legend, behind);
  return { element, chart, legend, refreshTable };
}
