/** Newest version of the data that the pages read. */
const VERSION = 1;

/** Refuses data of another version, rather than to show it wrong. */
export function checked<Data extends { version: number }>(data: Data): Data {
  if (data.version === VERSION) return data;
  throw new Error(`the data has version ${data.version}, this page reads ${VERSION}`);
}
