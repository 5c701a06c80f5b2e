import { h } from "../dom";
import { count } from "../model/format";

export type Cell = string | Node;

/** A table with a heading for each column; the first column names the row. */
export function table(headings: string[], rows: Cell[][], caption?: string): HTMLElement {
  const head = h(
    "tr",
    {},
    ...headings.map((text, at) => h("th", { scope: "col", class: at === 0 ? "name" : "" }, text)),
  );
  const body = rows.map((cells) => {
    const [name, ...rest] = cells;
    return h("tr", {}, h("th", { scope: "row", class: "name" }, name), ...rest.map((cell) => h("td", {}, cell)));
  });
  const about = caption ? h("caption", {}, caption) : null;
  const grid = h("table", {}, about, h("thead", {}, head), h("tbody", {}, ...body));
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": caption ?? headings.join(", ") }, grid);
}

/** Rows of a long table at most: a browser lays out all of them. */
const ROWS = 600;

/** A table of numbers, of which only the beginning is shown where it is long; the rest is a matter of zooming in. */
export function longTable(headings: string[], rows: number, row: (at: number) => string[]): HTMLElement {
  const shown = Math.min(rows, ROWS);
  const cells = Array.from({ length: shown }, (_, at) => row(at));
  const caption = shown < rows ? `The first ${count(shown)} of ${count(rows)} rows; zoom in to see others.` : undefined;
  return table(headings, cells, caption);
}
