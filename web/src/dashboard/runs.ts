import { type Cell, table } from "../charts/table";
import { h } from "../dom";
import { count, elapsed, ms, rate } from "../model/format";
import { write } from "../model/link";
import { ALL } from "../model/series";
import type { Entry } from "../model/server";
import { reportOf, runs } from "./api";
import { Message } from "./message";

const SIGNS: Record<Entry["verdict"], string> = {
  passed: "✓",
  failed: "✗",
  invalid: "!",
  running: "▶",
  unfinished: "…",
  unreadable: "?",
};
const READABLE = ["passed", "failed", "invalid", "running"];
/** Rows at first, and more each time that somebody asks. */
const ROWS = 100;

/** The stored runs, the newest first. */
export function runList(): { element: HTMLElement; refresh: () => void } {
  const message = new Message();
  const search = h("input", { type: "search", placeholder: "Name, tag, commit, file", "aria-label": "Search" });
  const verdict = h(
    "select",
    { "aria-label": "Verdict" },
    ...["", ...Object.keys(SIGNS)].map((value) => h("option", { value }, value || "any verdict")),
  );
  const place = h("div", {});
  let all: Entry[] = [];
  let most = ROWS;
  const draw = () => {
    const found = all.filter((one) => fits(one, search.value, verdict.value));
    const more = h("button", { type: "button", class: "quiet" }, `Show more of ${count(found.length)}`);
    more.addEventListener("click", () => {
      most += ROWS;
      draw();
    });
    const text = all.length === 0 ? "No run is stored yet." : "No stored run is like that.";
    const grid = table(HEADINGS, found.slice(0, most).map(row), `${count(found.length)} of ${count(all.length)} runs`);
    place.replaceChildren(
      ...(found.length === 0 ? [h("p", {}, text)] : [grid, ...(found.length > most ? [more] : [])]),
    );
  };
  const narrow = () => {
    most = ROWS;
    draw();
  };
  search.addEventListener("input", narrow);
  verdict.addEventListener("change", narrow);
  const refresh = () =>
    message.tell(async () => {
      all = (await runs()).sort((left, right) => right.started_at.localeCompare(left.started_at));
      draw();
      return "";
    });
  const bar = h("div", { class: "controls" }, search, verdict, button("Read anew", refresh));
  const element = h("main", { class: "runs" }, h("h1", {}, "Stored runs"), bar, message.element, place);
  return { element, refresh };
}

/** Tells whether each word that is searched is somewhere in an entry. */
export function fits(entry: Entry, words: string, verdict: string): boolean {
  if (verdict !== "" && entry.verdict !== verdict) return false;
  const tags = Object.entries(entry.tags ?? {}).map(([name, value]) => `${name}=${value}`);
  const text = [entry.name, entry.id, entry.file ?? "", entry.commit?.id ?? "", ...tags].join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const HEADINGS = ["started", "name", "verdict", "rate", "p99", "failed", "took", "tags", "commit", "file", ""];

function row(entry: Entry): Cell[] {
  const link = write({ run: entry.id, series: ALL, from: null, to: null, last: null, hidden: [] });
  const readable = READABLE.includes(entry.verdict);
  const open = readable ? h("a", { href: link }, entry.name) : entry.name;
  const result = h("span", { class: `result ${entry.verdict}` }, `${SIGNS[entry.verdict] ?? ""} ${entry.verdict}`);
  const tags = Object.entries(entry.tags ?? {}).map(([name, value]) => `${name}=${value}`);
  const { id = "", dirty = false } = entry.commit ?? {};
  return [
    new Date(entry.started_at).toLocaleString("sv-SE"),
    open,
    result,
    rate(entry.rate_per_s),
    ms(entry.p99_ms),
    count(entry.failed),
    elapsed(entry.elapsed_s),
    tags.join(", "),
    h("span", { title: id }, id.slice(0, 8), dirty ? " + changes" : ""),
    entry.file ?? "",
    readable && entry.verdict !== "running"
      ? h("a", { href: reportOf(entry.id), download: `${entry.id}.html` }, "report")
      : "",
  ];
}

function button(name: string, does: () => void): HTMLElement {
  return h("button", { type: "button", class: "quiet", click: does }, name);
}
