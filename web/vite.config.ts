import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// One page with everything inside, `--mode compare` for that of comparisons: it is opened from a disk, often without a network.
export default defineConfig(({ mode }) => ({
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  build: {
    target: "es2022",
    // The folder holds a file that keeps it in git.
    emptyOutDir: false,
    rollupOptions: { input: mode === "production" ? "report.html" : `${mode}.html` },
  },
}));
