import { gunzipSync } from "fflate";
import type { Run } from "./run";

/** Newest version of the data that the pages read. */
const VERSION = 1;

/** Reads the data within a page: base64 of gzip of JSON. */
export function decode<Data extends { version: number } = Run>(text: string): Data {
  const packed = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const data = JSON.parse(new TextDecoder().decode(gunzipSync(packed))) as Data;
  if (data.version !== VERSION) {
    throw new Error(`the data has version ${data.version}, this page reads ${VERSION}`);
  }
  return data;
}
