// Builds each HTML file of this folder into one page in dist/, by itself: pages that share a bundle could not be single files.
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { build } from "vite";

/** Lets a page run its own script and no other: its policy names the script by what it holds. */
const onlyItsScript = {
  name: "only-its-script",
  enforce: "post",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      for (const file of Object.values(bundle).filter(({ fileName }) => fileName.endsWith(".html"))) {
        const scripts = [...file.source.matchAll(/<script type="module"[^>]*>(.*?)<\/script>/gs)];
        const hashes = scripts.map(([, text]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
        file.source = file.source.replace("script-src 'unsafe-inline'", () => `script-src ${hashes.join(" ")}`);
      }
    },
  },
};

for (const input of readdirSync(import.meta.dirname).filter((name) => name.endsWith(".html"))) {
  const plugins = [onlyItsScript];
  await build({ root: import.meta.dirname, logLevel: "warn", plugins, build: { rollupOptions: { input } } });
}
