// The real program: a target, and a run with its dashboard.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
const PLACES = [join(ROOT, ".venv/bin/squall"), join(TARGET, "debug/squall"), join(TARGET, "release/squall")];
/** Milliseconds within which a program says where it listens. */
const PATIENCE = 20_000;

/** Path of a `squall` that has a dashboard; `SQUALL` says another one. */
export function squallPath() {
  const places = process.env.SQUALL ? [process.env.SQUALL] : PLACES;
  return places.find((place) => existsSync(place) && hasDashboard(place));
}

function hasDashboard(place) {
  try {
    return execFileSync(place, ["run", "--help"], { encoding: "utf8" }).includes("--ui");
  } catch {
    return false;
  }
}

/** Programs that end with the test, and a directory for what they store. */
export class Programs {
  folder = mkdtempSync(join(tmpdir(), "squall-dashboard-"));
  children = [];

  /** Starts one; `said` resolves with the match of what it writes. */
  start(args, expected) {
    const child = spawn(squallPath(), args, { cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    this.children.push(child);
    const ended = new Promise((done) => child.on("exit", done));
    let text = "";
    const said = new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`squall ${args.join(" ")} said only: ${text}`)), PATIENCE);
      const read = (data) => {
        text += data;
        const match = expected?.exec(text);
        if (!match) return;
        clearTimeout(late);
        done(match);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      ended.then((code) => {
        clearTimeout(late);
        fail(new Error(`squall ${args.join(" ")} ended with ${code}: ${text}`));
      });
    });
    said.catch(() => {});
    return { child, ended, said };
  }

  /** Starts the bundled target, and returns its address. */
  async target() {
    const ready = join(this.folder, "target");
    this.start(["target", "--http", "127.0.0.1:0", "--threads", "1", "--ready-file", ready]);
    for (let waited = 0; waited < PATIENCE; waited += 50) {
      if (existsSync(ready) && readFileSync(ready, "utf8").trim() !== "") return readFileSync(ready, "utf8").trim();
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error("the target did not start");
  }

  /** Starts something that serves a dashboard, and returns its address with the token. */
  async dashboard(...args) {
    const started = this.start(args, /(?:dashboard:|serving) (http:\S+)/);
    const [, address] = await started.said;
    return { ...started, address };
  }

  async stop() {
    for (const child of this.children) child.kill("SIGKILL");
    await Promise.all(
      this.children.map((child) => child.exitCode ?? child.signalCode ?? new Promise((done) => child.on("exit", done))),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }
}
