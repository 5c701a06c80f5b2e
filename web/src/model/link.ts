import { ALL } from "./series";

/** What of the page a link repeats. */
export interface Place {
  /** The series that is looked at. */
  series: string;
  /** Seconds from the start of the run; `null`: the whole run. */
  from: number | null;
  to: number | null;
  /** Shows the last seconds of a run that goes on; `null`: not. */
  last: number | null;
  /** A stored run; `null`: the one that the page is about. */
  run: string | null;
  /** Series that are switched off. */
  hidden: string[];
}

/** Reads `#run=…&series=…&from=…&to=…&last=…&hide=…`; what is not understood is as if it was not there. */
export function read(hash: string): Place {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const moment = (name: string) => {
    const text = words.get(name);
    const value = text === null || text === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) && value >= 0 ? value : null;
  };
  const [from, to] = [moment("from"), moment("to")];
  const whole = from !== null && to !== null && from >= to;
  return {
    series: words.get("series") || ALL,
    from: whole ? null : from,
    to: whole ? null : to,
    last: moment("last") || null,
    run: words.get("run") || null,
    hidden: words.getAll("hide"),
  };
}

/** Writes what `read` reads; empty where nothing was chosen. */
export function write(place: Place): string {
  const words = new URLSearchParams();
  if (place.run !== null) words.set("run", place.run);
  if (place.series !== ALL) words.set("series", place.series);
  if (place.from !== null) words.set("from", String(place.from));
  if (place.to !== null) words.set("to", String(place.to));
  if (place.last !== null) words.set("last", String(place.last));
  for (const id of place.hidden) words.append("hide", id);
  const text = words.toString().replaceAll("%2F", "/");
  return text === "" ? "" : `#${text}`;
}
