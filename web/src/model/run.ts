// What a report is made of; `crates/squall-html/src/data.rs` writes it, docs/summary-json.md describes `Summary`.

/** Numbers, one for each step of time; `null` where there is none. */
export type Column = (number | null)[];

export type Kind = "operation" | "transaction" | "iteration" | "metric";

export interface Heat {
  step_s: number;
  low_ms: number;
  ratio: number;
  rows: number;
  counts: number[];
}

export interface SeriesData {
  stage: string;
  scenario: string;
  name: string;
  /** `null`: all operations together. */
  kind: Kind | null;
  columns: Record<string, Column>;
  heat?: Heat;
}

export interface ScenarioData {
  stage: string;
  scenario: string;
  users: Column;
  dropped: Column;
}

export interface Timeline {
  step_s: number;
  length_s: Column;
  unreadable: number;
  left_out: number;
  all: SeriesData;
  series: SeriesData[];
  scenarios: ScenarioData[];
  statuses: Record<string, Column>;
  failures: Record<string, Column>;
  generator: {
    threads: Record<string, Column>;
    /** How long each I/O thread had work and no core. */
    starved?: Record<string, Column>;
    interpreters: Record<string, Column>;
    delays: Record<string, Column>;
    /** By number: 0 started the run, agents count from 1. */
    processes?: Record<string, ProcessData>;
    /** `cpu_percent` and `stolen_percent` of all cores, `tcp_sockets`, `free_memory_bytes`, `resent_per_s`. */
    machine?: Record<string, Column>;
  };
}

export interface ProcessData {
  cpu_percent: Column;
  memory_bytes: Column;
  descriptors: Column;
}

export interface Distribution {
  count: number;
  min: number;
  mean: number;
  stdev: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p99_9: number;
  p99_99?: number;
  max: number;
}

export interface Totals {
  started: number;
  ok: number;
  failed: number;
  interrupted: number;
  dropped_iterations: number;
  bytes_sent: number;
  bytes_received: number;
}

export interface Failure {
  class: string;
  message: string;
  count: number;
  first_at_s: number;
  last_at_s: number;
  example: string;
}

export interface StageSummary {
  name: string;
  kind: string;
  status: string;
  error: string | null;
  started_at_s: number;
  elapsed_s: number;
  totals: Totals;
  iterations_started: number;
  iterations_failed: number;
  users_max: number;
}

/** A part of a stage's load. */
export interface PhaseSummary {
  stage: string;
  phase: "warm_up" | "measured" | "cool_down";
  from_s: number;
  to_s: number;
  totals: Totals;
  response_time_ms: Distribution;
  errors?: Failure[];
}

export interface CheckSummary {
  stage: string;
  scenario: string;
  operation: string;
  name: string;
  passed: number;
  failed: number;
  passed_percent: number;
}

export interface Threshold {
  rule: string;
  status: string;
  value: number | null;
  limit: number;
  margin: number | null;
  /** `ms`, `percent`, `per_s`, or empty. */
  unit: string;
  action: string;
  broken_at_s: number | null;
  message: string | null;
  source: string | null;
}

interface Named {
  stage: string;
  scenario: string;
  name: string;
}

export interface OperationSummary extends Named {
  /** Transactions that it was sent in; an empty name is outside of any. */
  transactions?: string[];
  started: number;
  ok: number;
  failed: number;
  interrupted: number;
  rate_per_s: number;
  bytes_sent: number;
  bytes_received: number;
  statuses: Record<string, number>;
  response_time_ms: Distribution;
  service_time_ms: Distribution;
  waiting_ms: Distribution;
  connecting_ms: Distribution;
  securing_ms: Distribution;
  writing_ms: Distribution;
  first_byte_ms: Distribution;
  reading_ms: Distribution;
  ok_times: { response_time_ms: Distribution; service_time_ms: Distribution };
  failed_times: { response_time_ms: Distribution; service_time_ms: Distribution };
  errors: Failure[];
}

export interface TransactionSummary extends Named {
  /** Transactions that it was in; an empty name is outside of any. */
  transactions?: string[];
  kind: string;
  started: number;
  ok: number;
  failed: number;
  interrupted: number;
  time_ms: Distribution;
  errors?: Failure[];
  /** Only where it is not counted over the whole stage. */
  rate_per_s?: number;
}

/** What somebody changed of a run that went on, a mark or a note. */
export interface Control {
  at_s: number;
  /** `users`, `rate`, `pause`, `resume`, `stop`, `mark` or `note`. */
  action: string;
  /** `keyboard`, `dashboard` or `api`. */
  by: string;
  stage?: string;
  scenario?: string;
  from?: number;
  to?: number;
  text?: string;
}

export interface MetricSummary extends Named, Distribution {
  not_finite?: number;
}

export interface ProcessSummary {
  process: number;
  /** `alone`, `coordinator` or `agent`. */
  role: string;
  pid: number | null;
  share: string;
  threads: number;
  cpu_s: number;
  cpu_percent: number;
  cpu_max_percent: number;
  memory_max_bytes: number;
  descriptors_max: number;
  descriptors_allowed: number;
  lost_at_s: number | null;
}

export interface HostSummary {
  os: string;
  kernel: string;
  architecture: string;
  cpu: string;
  cores: number;
  usable_cores: number;
  memory_bytes: number | null;
  descriptors_allowed: number | null;
  local_ports: number | null;
}

export interface Summary {
  schema_version: number;
  run: { id: string; name: string; started_at: string; elapsed_s: number; seed: number; squall_version: string };
  verdict: { status: "passed" | "failed" | "invalid"; reasons: (string | Record<string, unknown>)[] };
  totals: Totals;
  thresholds?: Threshold[];
  measured?: { stage: string; from_s: number; to_s: number }[];
  /** Warm-up, measured part and cool-down, where something is left out. */
  phases?: PhaseSummary[];
  /** Everything, where `totals` are of the measured part. */
  whole_run?: Totals;
  checks?: CheckSummary[];
  stages: StageSummary[];
  series: OperationSummary[];
  transactions: TransactionSummary[];
  metrics?: MetricSummary[];
  custom?: { stage: string; name: string; group: string; metric: string; type: string; value: number }[];
  system?: {
    stage: string;
    group: string;
    count: number;
    min: number;
    mean: number;
    p50: number;
    p95: number;
    max: number;
  }[];
  generator: {
    cpu_s: number;
    cpu_percent: number;
    max_rss_bytes: number;
    threads: number;
    thread_busy_max_percent: number;
    schedule_error_ms: Distribution;
    generator_delay_ms: Distribution;
    interpreters?: {
      processes: number;
      busy_max_percent: number;
      busy_mean_percent: number;
      wait_ms: Distribution;
      delay_ms: Distribution;
    };
    agents_lost?: number;
  };
  processes?: ProcessSummary[];
  host?: HostSummary;
  warnings: string[];
  reporters: { name: string; accepted: number; delivered: number; dropped: number; message: string | null }[];
  controls?: Control[];
  /** Of a summary that counts from a second on, which, and how far percentiles may be off, as a share; see `since.ts`. */
  since?: { from_s: number; within: number };
}

export interface ExemplarMessage {
  head: string;
  body: string;
  left_out?: string;
}

/** A single operation. */
export interface Exemplar extends Named {
  /** `slowest_of_run`, `slowest_of_series`, `first_failure`. */
  reasons: string[];
  ok: boolean;
  started_at_s: number;
  user: number;
  iteration: number;
  status: number;
  trace_id: string | null;
  response_time_ms: number;
  service_time_ms: number;
  waiting_ms: number;
  connecting_ms: number | null;
  securing_ms: number | null;
  writing_ms: number;
  first_byte_ms: number;
  reading_ms: number;
  bytes_sent: number;
  bytes_received: number;
  failures: { class: string; message: string; detail?: string }[];
  request: ExemplarMessage | null;
  answer: ExemplarMessage | null;
}

export interface Run {
  version: number;
  summary: Summary;
  plan: unknown;
  exemplars?: { exemplars: Exemplar[] } | null;
  timeline: Timeline;
}
