// What the dashboard's server says and takes; docs/dashboard-api.md describes it.

export interface TestOfServer {
  file: string;
  stages: { name: string; kind: string; skip?: boolean }[];
  host?: string | null;
  load: { users?: number | null; rate?: number | null; duration?: string | null };
}

export interface ServerState {
  version: number;
  mode: "run" | "stored";
  run: { id: string; name: string; state: "waiting" | "running" | "stopping" | "ended" } | null;
  test: TestOfServer | null;
  can_start: boolean;
}

/** A load that goes on and can be changed. */
export interface Load {
  stage: string;
  scenario: string;
  kind: "users" | "rate";
  value: number;
}

export interface LiveThreshold {
  rule: string;
  state: "holds" | "broken" | "warns" | "no_data";
  value: number | null;
  limit: number;
  unit: string;
}

/** A run at this moment: rates and percentiles of the last seconds, counts since the start. */
export interface Live {
  elapsed_s: number;
  planned_s: number | null;
  paused: boolean;
  stopping: boolean;
  rate: number;
  asked_rate: number | null;
  iteration_rate: number;
  users: number;
  in_flight: number;
  ok?: number;
  failed?: number;
  dropped?: number;
  response_ms?: [number, number, number] | null;
  loads: Load[];
  thresholds: LiveThreshold[];
  generator: { cpu_percent: number; busiest_thread_percent: number };
}

export interface Entry {
  id: string;
  started_at: string;
  name: string;
  file: string | null;
  verdict: "passed" | "failed" | "invalid" | "running" | "unfinished" | "unreadable";
  elapsed_s: number | null;
  rate_per_s: number | null;
  p99_ms: number | null;
  started: number | null;
  failed: number | null;
  commit: { id: string; dirty?: boolean } | null;
  tags: Record<string, string>;
}

export interface Order {
  action: "users" | "rate" | "pause" | "resume" | "stop" | "mark" | "note";
  users?: number;
  rate?: number;
  stage?: string;
  scenario?: string;
  text?: string;
}

export interface StartOrder {
  users?: number;
  rate?: number;
  duration?: string;
  host?: string;
  skip?: string[];
}
