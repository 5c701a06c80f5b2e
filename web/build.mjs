// Builds each HTML file of this folder into one page in dist/, by itself: pages that share a bundle could not be single files.
import { readdirSync } from "node:fs";
import { build } from "vite";

for (const page of readdirSync(import.meta.dirname).filter((name) => name.endsWith(".html"))) {
  await build({ root: import.meta.dirname, logLevel: "warn", build: { rollupOptions: { input: page } } });
}
