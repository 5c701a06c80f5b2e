// How long the dashboard's page is busy with a second of a run of an hour with fifty series: `npm run measure:live`.
import { launch } from "./chromium.mjs";
import { fakeServer } from "./fake-server.mjs";

const SECONDS = 12;
const PLACES = ["overview", "actions", "times", "load", "phases", "answers", "generator"];

const server = await fakeServer({ steps: 3600, series: 50 });
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const devtools = await page.context().newCDPSession(page);
// Time of the thread itself: other programs of the machine do not count.
await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
await page.goto(server.address);
await page.waitForSelector("#overview");
await page.evaluate(() => {
  globalThis.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
  }).observe({ type: "longtask" });
});
for (const place of PLACES) {
  await page.evaluate((id) => document.getElementById(id).scrollIntoView(), place);
  await page.waitForTimeout(1500);
  await page.evaluate(() => {
    globalThis.longest = 0;
  });
  const before = await busy();
  for (let second = 0; second < SECONDS; second++) {
    server.tick();
    await page.waitForTimeout(400);
  }
  const after = await busy();
  const each = Object.keys(after).map((name) => `${name} ${((after[name] - before[name]) / SECONDS).toFixed(1)} ms`);
  const longest = await page.evaluate(() => globalThis.longest);
  console.log(
    `${place}: ${each.join(", ")} a second; ${longest ? `longest task ${longest.toFixed(0)} ms` : "no task of 50 ms"}`,
  );
}
await browser.close();
await server.stop();

/** Milliseconds of the main thread so far. */
async function busy() {
  const { metrics } = await devtools.send("Performance.getMetrics");
  const of = (name) => 1000 * metrics.find((metric) => metric.name === name).value;
  return {
    all: of("TaskDuration"),
    script: of("ScriptDuration"),
    layout: of("LayoutDuration") + of("RecalcStyleDuration"),
  };
}
