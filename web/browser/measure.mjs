// How long the report of an hour of twenty series takes to open, and how smoothly it pans: `npm run measure [FILE]`.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./chromium.mjs";
import { pageWith, sampleRun } from "./sample.mjs";

const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), "squall-report-"));
const file = process.argv[2] ? resolve(process.argv[2]) : join(folder, "report.html");
if (!process.argv[2]) writeFileSync(file, pageWith(sampleRun({ steps: 720, step_s: 5, series: 20 })));

const browser = await launch();
const opens = [];
const frames = [];
for (let round = 0; round < ROUNDS; round++) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${pathToFileURL(file).href}#from=0&to=900`);
  // Two frames after the first charts are there, everything on the screen has been painted.
  opens.push(
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))),
    ),
  );
  await page.locator("#times").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.getElementById("times").scrollIntoView());
  await page.waitForTimeout(500);
  const over = page.locator("#times .u-over").first();
  frames.push(...(await over.evaluate(pan)));
  await page.close();
}
await browser.close();

const sorted = frames.toSorted((left, right) => left - right);
const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
const mean = frames.reduce((sum, value) => sum + value, 0) / frames.length;
console.log(`${(statSync(file).size / 1000).toFixed(0)} kB`);
console.log(`opens in ${opens.map((ms) => ms.toFixed(0)).join(", ")} ms`);
console.log(
  `pans at ${(1000 / mean).toFixed(1)} frames/s; a frame takes ${at(0.5)} ms (p50), ${at(0.95)} ms (p95), ${at(1)} ms (max)`,
);
rmSync(folder, { recursive: true, force: true });

/** Pans for two seconds as a finger on a touchpad does, and returns how long each frame took. Runs in the page. */
function pan(over) {
  return new Promise((done) => {
    const took = [];
    let last = performance.now();
    const start = last;
    const frame = () => {
      const now = performance.now();
      took.push(now - last);
      last = now;
      if (now - start > 2000) return done(took.slice(2));
      over.dispatchEvent(new WheelEvent("wheel", { deltaX: now - start < 1000 ? 6 : -6, cancelable: true }));
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}
