import { checked } from "../model/checked";
import type { Control, Run } from "../model/run";
import type { Entry, Order, StartOrder } from "../model/server";

const BASE = "/api/v1";

/** Why the server did not do what it was asked, for the one who asked. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly hint: string | null,
    /** What is wrong with which field of a form. */
    readonly fields: { path: string; message: string; hint?: string | null }[] = [],
  ) {
    super(message);
  }
}

async function ask(path: string, body?: unknown): Promise<unknown> {
  // Says that a person at this page asks, and not a program.
  const headers: Record<string, string> = { "X-Squall-Client": "dashboard" };
  const request: RequestInit = { headers, cache: "no-store" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    Object.assign(request, { method: "POST", body: JSON.stringify(body) });
  }
  const answer = await fetch(BASE + path, request).catch(() => {
    throw new Refused("the server does not answer", "is Squall still running?");
  });
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, text);
  return text === "" ? {} : JSON.parse(text);
}

function refusal(status: number, text: string): Refused {
  try {
    const { error, hint, errors } = JSON.parse(text);
    const first = errors?.[0]?.message;
    return new Refused(error ?? first ?? text, hint ?? null, errors ?? []);
  } catch {
    return new Refused(text.trim() || `the server answered ${status}`, null);
  }
}

export async function runs(): Promise<Entry[]> {
  return ((await ask("/runs")) as { runs: Entry[] }).runs;
}

export async function run(id: string): Promise<Run> {
  return checked((await ask(`/runs/${encodeURIComponent(id)}`)) as Run);
}

/** Address of a run's report as a file. */
export function reportOf(id: string): string {
  return `${BASE}/runs/${encodeURIComponent(id)}/report.html`;
}

export async function control(order: Order): Promise<Control[]> {
  return ((await ask("/control", order)) as { controls: Control[] }).controls;
}

export async function start(order: StartOrder): Promise<void> {
  await ask("/start", order);
}

export const EVENTS = `${BASE}/events`;
