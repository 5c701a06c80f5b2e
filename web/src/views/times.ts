import { heatMap } from "../charts/heat-map";
import { color } from "../charts/look";
import { type Line, TimeChart } from "../charts/time-chart";
import { h } from "../dom";
import { ms } from "../model/format";
import { find, idOf, labels, operations, timed } from "../model/series";
import type { State } from "../state";
import { part } from "./live";

const BANDS = ["p50", "p90", "p95", "p99", "max"];
const DASHES = [[], [10, 4], [6, 3], [3, 3], [1, 3]];

/** Response times over time: of one series in bands and by size, of all series side by side. */
export function times(state: State): HTMLElement | null {
  const bands = new TimeChart(state, {
    title: "Percentiles of the response time",
    note: "Within each step of time; of merged histograms, never averaged.",
    format: ms,
    kind: "bands",
    lines: () => percentiles(state),
  });
  const service = new TimeChart(state, {
    title: "Response time and service time",
    note: "The response time counts from the moment when the request was due, the service time from when it was sent. Where they part, requests wait.",
    format: ms,
    lines: () => bothTimes(state),
  });
  const each = new TimeChart(state, {
    title: "95th percentile of each action",
    note: "Response time.",
    format: ms,
    lines: () => eachAction(state),
  });
  return part("times", "Times", picker(state), bands.element, heatMap(state).element, service.element, each.element);
}

/** Chooses the series that the charts of one series show. */
function picker(state: State): HTMLElement {
  const box = h("select", { id: "series" });
  let shown = "";
  const fill = () => {
    const names = [...labels(timed(state.run.timeline))];
    // A list that is made anew closes under who chooses from it.
    if (JSON.stringify(names) !== shown) {
      box.replaceChildren(...names.map(([value, text]) => h("option", { value }, text)));
      shown = JSON.stringify(names);
    }
    box.value = state.series;
  };
  fill();
  state.on(["run", "series"], fill);
  box.addEventListener("change", () => state.setSeries(box.value));
  return h("div", { class: "controls" }, h("label", {}, "Charts of ", box));
}

function percentiles(state: State): Line[] {
  const { columns } = find(state.run.timeline, state.series);
  const there = BANDS.filter((name) => columns[name]);
  return there.map((name, at) => ({
    label: name,
    values: columns[name],
    look: { color: color(`band-${BANDS.indexOf(name)}`), dash: DASHES[at] },
  }));
}

function bothTimes(state: State): Line[] {
  const { columns } = find(state.run.timeline, state.series);
  const names = { p50: "response p50", service_p50: "service p50", p99: "response p99", service_p99: "service p99" };
  const there = Object.entries(names).filter(([name]) => columns[name]);
  return there.map(([name, label]) => ({ label, values: columns[name] }));
}

function eachAction(state: State): Line[] {
  const all = operations(state.run.timeline).filter((series) => series.columns.p95);
  const names = labels(all);
  return all.map((series) => ({ id: idOf(series), label: names.get(idOf(series)) ?? "", values: series.columns.p95 }));
}
