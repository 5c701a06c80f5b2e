import { gunzipSync } from "fflate";
import { checked } from "./checked";
import type { Run } from "./run";

/** Reads the data within a page: base64 of gzip of JSON. */
export function decode<Data extends { version: number } = Run>(text: string): Data {
  const packed = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  return checked(JSON.parse(new TextDecoder().decode(gunzipSync(packed))) as Data);
}
