import { number } from "./format";
import type { Control } from "./run";

/** What a change of the run was, in words: `users 10 → 20`. */
export function words({ action, from, to, text }: Control): string {
  switch (action) {
    case "users":
    case "rate":
      return `${action} ${number(from)} → ${number(to)}${action === "rate" ? "/s" : ""}`;
    case "note":
      return `note: ${text ?? ""}`;
    default:
      return ACTIONS[action] ?? action;
  }
}

const ACTIONS: Record<string, string> = {
  pause: "paused",
  resume: "resumed",
  stop: "stopped",
  mark: "numbers reset",
};

/** The same, short enough to stand in a chart. */
export function short(control: Control): string {
  const text = words(control);
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

/** Where the run was paused, in seconds; a pause that nobody ended goes to the end. */
export function pauses(controls: Control[], end: number): [number, number][] {
  const found: [number, number][] = [];
  let since: number | null = null;
  for (const { action, at_s } of controls) {
    if (action === "pause") since ??= at_s;
    if (action === "resume" && since !== null) {
      found.push([since, at_s]);
      since = null;
    }
  }
  if (since !== null && since < end) found.push([since, end]);
  return found;
}

/** Changes at one moment that are the same for several scenarios are one line in a chart. */
export function moments(controls: Control[]): Control[] {
  const together = new Map<string, Control>();
  for (const one of controls) {
    const key = `${one.at_s} ${one.action}`;
    const known = together.get(key);
    if (known?.from == null || known.to == null) together.set(key, one);
    else together.set(key, { ...known, from: known.from + (one.from ?? 0), to: known.to + (one.to ?? 0) });
  }
  return [...together.values()];
}
