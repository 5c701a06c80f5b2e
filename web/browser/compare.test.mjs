// The page of a comparison in a real browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { browserPath, launch, onlyFiles, watchedPage } from "./chromium.mjs";
import { comparisonPage, sampleComparison } from "./comparison.mjs";

const skip = browserPath() ? false : "there is no Chromium; install it, or name one in CHROMIUM";
const BASE = "base 20260101-120000-before-0001";
const OTHER = "20260101-130000-after-0002";

describe("the comparison", { skip }, () => {
  let browser;
  let folder;
  let address;
  let page;
  let problems;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "squall-comparison-"));
    const file = join(folder, "comparison.html");
    writeFileSync(file, comparisonPage(sampleComparison()));
    address = pathToFileURL(file).href;
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await page?.context().close();
    await open("", "light");
  });

  async function open(hash, colorScheme) {
    page = await watchedPage(browser, onlyFiles, { colorScheme });
    problems = page.problems;
    page.on("dialog", (dialog) => problems.push(`dialog ${dialog.message()}`));
    await page.goto(address + hash);
    await page.waitForSelector("#findings");
  }

  const panel = (title) => page.locator(".panel", { has: page.getByRole("heading", { name: title, exact: true }) });
  const row = (group, metric) =>
    page.locator(".compared tbody").nth(group).locator("tr:not(.group)", { hasText: metric });

  async function draw(title) {
    await panel(title).scrollIntoViewIfNeeded();
    await panel(title).locator("canvas").waitFor();
  }

  it("says the verdict of each run, and asks nobody for anything", async () => {
    const verdicts = await page.locator(".verdict").allTextContents();
    assert.match(verdicts[0], /^✗Slowerslower: of 2 series 2 slower.*the targets differ.*only in the base: GET \/old$/);
    assert.match(verdicts[1], /^!Not comparablenot comparable: the plans differ/);
    assert.deepEqual(await page.locator("h2").allTextContents(), ["Findings", "Differences", "Over time"]);
    for (const title of ["Median", "95th percentile", "99th percentile", "Rate", "Failed"]) await draw(title);
    assert.match(await page.title(), /^20260101-130000-after-0002, .* against 20260101-120000-before-0001/);
    assert.deepEqual(problems, []);
  });

  it("lists every difference in numbers, in words, and drawn", async () => {
    assert.equal(await page.locator(".compared tbody").count(), 3);
    assert.deepEqual(await row(0, "p50").locator("th, td").allTextContents(), [
      "p50",
      "12.3 ms",
      "13.9 ms",
      "+13.0 %",
      "",
      "+6.4 % to +19.5 %",
      "0.004",
      "✗ slower",
    ]);
    assert.match(await row(0, "failed").textContent(), /failed1\.25 %0\.500 %-0\.75 points.*✓ fewer$/);
    assert.match(await row(0, "p99").textContent(), /too few operations$/);
    assert.match(await row(1, "p95").textContent(), /\+6\.4 % or more/);
    const drawn = row(0, "rate").locator("svg.forest");
    assert.equal(await drawn.getAttribute("aria-label"), "rate: +0.2 %, -0.9 % to +1.3 %: no evidence");
  });

  it("draws intervals where they are: beyond zero, around it, without an end", async () => {
    const places = await row(0, "p50")
      .locator("svg.forest")
      .evaluate((svg) => {
        const x = (of) => Number(svg.querySelector(of).getAttribute("x1"));
        const [line, low, high] = [...svg.querySelectorAll(".whisker")].map((one) => Number(one.getAttribute("x1")));
        return { zero: x(".zero"), line, low, high, filled: svg.querySelector(".point.open") === null };
      });
    assert.ok(places.zero < places.low && places.low < places.high && places.filled, JSON.stringify(places));
    const rate = row(0, "rate").locator("svg.forest");
    assert.equal(await rate.locator(".point.open").count(), 1);
    assert.equal(await row(1, "p95").locator("svg.forest .arrow").count(), 1);
    assert.equal(await row(0, "p99").locator("svg.forest .point").count(), 0);
  });

  it("draws the runs on top of each other, also where one is shorter", async () => {
    await draw("95th percentile");
    const legend = panel("95th percentile").locator(".legend button");
    assert.deepEqual((await legend.allTextContents()).slice(0, 2), [BASE, OTHER]);
    await panel("95th percentile").getByRole("button", { name: "Table" }).click();
    const rows = panel("95th percentile").locator(".behind tbody tr");
    assert.equal(await rows.count(), 120);
    const last = await rows.last().locator("td").allTextContents();
    assert.match(last[0], /ms$/);
    assert.deepEqual(last.slice(1), ["–", "–"]);
    await page.locator("#series").selectOption("load/shop/GET /page/1");
    assert.notDeepEqual(await rows.last().locator("td").allTextContents(), last);
    await page.waitForFunction(() => location.hash.includes("series="));
    assert.deepEqual(problems, []);
  });

  it("switches a run off in all charts, and zooms with the keyboard", async () => {
    await draw("Median");
    await panel("Median").getByRole("button", { name: OTHER }).click();
    await draw("Rate");
    assert.equal(await panel("Rate").getByRole("button", { name: OTHER }).getAttribute("aria-pressed"), "false");
    await panel("Rate").locator(".chart").focus();
    await page.keyboard.press("+");
    assert.equal(await page.locator("output.range").textContent(), "0:30 – 1:30");
  });

  it("follows the system into the dark, and prints", async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.context().close();
    await open("", "dark");
    assert.notEqual(await ground(), light);
    const pdf = await page.pdf({ format: "A4" });
    assert.ok(pdf.length > 30_000);
    assert.deepEqual(problems, []);
  });

  it("fits a narrow screen without scrolling the page sideways", async () => {
    await page.setViewportSize({ width: 420, height: 800 });
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(inner <= outer, `${inner} > ${outer}`);
  });

  it("shows its screenshots", { skip: !process.env.SQUALL_SCREENSHOTS }, async () => {
    for (const scheme of ["light", "dark"]) {
      await page.context().close();
      await open("", scheme);
      for (const title of ["Median", "95th percentile", "99th percentile", "Rate", "Failed"]) await draw(title);
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(200);
      await page.screenshot({ path: join(process.env.SQUALL_SCREENSHOTS, `comparison-${scheme}.png`), fullPage: true });
    }
  });
});
