import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// Pages with everything inside: they are opened from a disk, often without a network. `build.mjs` makes each of them.
export default defineConfig({
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  build: {
    target: "es2022",
    // The folder holds a file that keeps it in git.
    emptyOutDir: false,
  },
});
