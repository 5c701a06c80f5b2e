import type { Run } from "./run";

/** Newest version of the data that this page reads. */
const VERSION = 1;

/** Refuses data of another version, rather than to show it wrong. */
export function checked(run: Run): Run {
  if (run.version === VERSION) return run;
  throw new Error(`the data has version ${run.version}, this page reads ${VERSION}`);
}
