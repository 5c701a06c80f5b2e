import { gunzipSync } from "fflate";
import type { Run } from "./run";

/** Newest version of the data that this page reads. */
const VERSION = 1;

/** Reads the data within the page: base64 of gzip of JSON. */
export function decode(text: string): Run {
  const packed = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const run = JSON.parse(new TextDecoder().decode(gunzipSync(packed))) as Run;
  if (run.version !== VERSION) {
    throw new Error(`the data has version ${run.version}, this page reads ${VERSION}`);
  }
  return run;
}
