// The report in a real browser. `npm run test:browser` runs it with node's own test runner.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { browserPath, launch, onlyFiles, watchedPage } from "./chromium.mjs";
import { pageWith, sampleRun } from "./sample.mjs";

const skip = browserPath() ? false : "there is no Chromium; install it, or name one in CHROMIUM";

describe("the report", { skip }, () => {
  let browser;
  let folder;
  let address;
  let page;
  let problems;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "squall-report-"));
    const file = join(folder, "report.html");
    writeFileSync(file, pageWith(sampleRun({ steps: 120, step_s: 1, series: 3 })));
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
    await page.waitForSelector("#overview");
  }

  const panel = (title) => page.locator(".panel", { has: page.getByRole("heading", { name: title, exact: true }) });
  const range = () => page.locator("output.range").textContent();

  async function drag(title, from, to) {
    await panel(title).scrollIntoViewIfNeeded();
    const over = panel(title).locator(".u-over");
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    await page.mouse.move(box.x + box.width * from, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, box.y + 60, { steps: 5 });
    await page.mouse.up();
  }

  /** Every pixel of a chart, as one number. */
  async function drawing(title) {
    await panel(title).scrollIntoViewIfNeeded();
    const canvas = panel(title).locator("canvas");
    await canvas.scrollIntoViewIfNeeded();
    await page.waitForTimeout(150);
    return canvas.evaluate((element) => {
      const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
      return data.reduce((hash, value) => (hash * 31 + value) >>> 0, 7);
    });
  }

  it("shows everything, says nothing on the console and asks nobody for anything", async () => {
    for (const part of await page.locator(".part").all()) await part.scrollIntoViewIfNeeded();
    const headings = await page.getByRole("heading", { level: 2 }).allTextContents();
    assert.deepEqual(headings, [
      "Overview",
      "Stages and actions",
      "Times",
      "Load",
      "Phases",
      "Answers and failures",
      "Exemplars",
      "Generator",
      "Metrics of the test",
      "Changes and notes",
      "What ran",
    ]);
    assert.match(await page.locator(".verdict").textContent(), /!Invalid.*812 of 60,812/);
    assert.match(
      await page.locator(".thresholds").textContent(),
      /✗ failed313 ms200 ms-113 msfailat 1:01312.5 ms is above 200 ms; shop.py:12/,
    );
    for (const one of await page.locator(".panel").all()) await one.scrollIntoViewIfNeeded();
    await page.waitForFunction(
      () => document.querySelectorAll(".panel canvas").length === document.querySelectorAll(".panel").length,
    );
    assert.deepEqual(problems, []);
  });

  it("zooms all charts together, also from a link, and back", async () => {
    const before = await drawing("I/O threads");
    await drag("Percentiles of the response time", 0.25, 0.5);
    assert.match(await range(), /^0:(29|30|31)(\.\d)? – (0:59(\.\d)?|1:00(\.\d)?)$/);
    assert.notEqual(await drawing("I/O threads"), before);
    await page.waitForFunction(() => location.hash.includes("from="));
    const { hash } = new URL(page.url());
    const shown = await range();
    await page.getByRole("button", { name: "Show the whole run" }).click();
    assert.equal(await drawing("I/O threads"), before);
    await page.context().close();
    await open(hash, "light");
    assert.equal(await range(), shown);
    assert.deepEqual(problems, []);
  });

  it("opens a link to a series and a part of the run", async () => {
    await page.context().close();
    await open("#series=load/shop/GET+/page/1&from=10&to=40", "light");
    assert.equal(await page.locator("#series").inputValue(), "load/shop/GET /page/1");
    assert.equal(await range(), "0:10 – 0:40");
    assert.deepEqual(problems, []);
  });

  it("switches a series off in every chart that has it, and on again", async () => {
    const [times, rates] = ["95th percentile of each action", "Operations of each action"];
    const before = [await drawing(times), await drawing(rates)];
    const button = panel(times).getByRole("button", { name: "GET /page/1" });
    await button.click();
    assert.equal(await panel(rates).getByRole("button", { name: "GET /page/1" }).getAttribute("aria-pressed"), "false");
    const without = [await drawing(times), await drawing(rates)];
    assert.ok(without[0] !== before[0] && without[1] !== before[1]);
    await button.click();
    assert.deepEqual([await drawing(times), await drawing(rates)], before);
  });

  it("shows the table behind a chart, of the range that is shown", async () => {
    const title = "Percentiles of the response time";
    const button = panel(title).getByRole("button", { name: "Table" });
    await button.click();
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    const rows = panel(title).locator(".behind tbody tr");
    assert.equal(await rows.count(), 120);
    await drag(title, 0.25, 0.5);
    await page.waitForTimeout(100);
    assert.ok((await rows.count()) <= 33);
    assert.deepEqual(await panel(title).locator(".behind thead th").allTextContents(), [
      "from",
      "p50",
      "p90",
      "p95",
      "p99",
      "max",
    ]);
  });

  it("reads and moves with the keyboard alone", async () => {
    const chart = panel("Percentiles of the response time").locator(".chart");
    await chart.scrollIntoViewIfNeeded();
    await chart.locator("canvas").waitFor();
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await panel("Percentiles of the response time").locator("output").textContent(), "at 0:01");
    assert.match(await panel("Percentiles of the response time").locator(".value").first().textContent(), /ms$/);
    await page.keyboard.press("+");
    assert.equal(await range(), "0:30 – 1:30");
    await page.keyboard.press("Shift+ArrowRight");
    assert.equal(await range(), "0:42 – 1:42");
    await page.keyboard.press("0");
    assert.equal(await range(), "0:00 – 2:00");
  });

  it("draws what was changed while the run went, and lists it", async () => {
    await panel("Percentiles of the response time").scrollIntoViewIfNeeded();
    const over = panel("Percentiles of the response time").locator(".u-over");
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    const reading = async (share) => {
      await page.mouse.move(box.x + box.width * share, box.y + 60);
      return panel("Percentiles of the response time").locator("output").textContent();
    };
    assert.equal(await reading(0.25), "at 0:30 · 0:30 users 10 → 20 (keyboard)");
    assert.equal(await reading(0.5), "at 1:00 · 1:00 numbers reset (api)");
    assert.equal(await reading(0.75), "at 1:30 · 1:30 note: build <12> (dashboard)");
    assert.equal(await reading(0.6), "at 1:12");
    const rows = await page.locator("#changes tbody tr").allInnerTexts();
    assert.deepEqual(
      rows.map((row) =>
        row
          .split("\t")
          .filter((cell) => cell !== "")
          .join(" "),
      ),
      [
        "0:30 users load shop 10 20 keyboard",
        "0:40 pause dashboard",
        "0:45 resume dashboard",
        "1:00 mark api",
        "1:30 note dashboard build <12>",
      ],
    );
  });

  it("counts from where numbers were reset", async () => {
    await page.getByLabel("Count from").selectOption("1:00");
    assert.equal(await range(), "1:00 – 2:00");
    assert.match(await page.locator(".counted").textContent(), /are counted from 1:00 on/);
    const time = page.locator("#overview .card", { hasText: /^Time/ }).locator("strong");
    assert.equal(await time.textContent(), "60 s");
    await page.getByLabel("Count from").selectOption("the start");
    assert.equal(await range(), "0:00 – 2:00");
    assert.equal(await time.textContent(), "2:00 min");
    assert.deepEqual(problems, []);
  });

  it("finds the knee, and names a row of the tree to look at", async () => {
    await panel("Response time against load").scrollIntoViewIfNeeded();
    await panel("Response time against load").locator("canvas").waitFor();
    assert.match(await panel("Response time against load").locator(".legend").textContent(), /^Knee at \d+(\.\d+)?\/s/);
    await page.locator(".tree").getByRole("button", { name: "GET /page/2" }).click();
    assert.equal(await page.locator("#series").inputValue(), "load/shop/GET /page/2");
  });

  it("puts what is in one transaction alone below it", async () => {
    const rows = await page.locator(".tree th.name[scope=row]").allTextContents();
    assert.deepEqual(rows, [
      "iteration",
      "checkout (transaction)",
      "GET /page/1",
      "GET /page/0",
      "GET /page/2 (in none, checkout)",
    ]);
    const inside = page.locator(".tree th.name", { hasText: "GET /page/1" });
    assert.match(await inside.getAttribute("class"), /level-3/);
  });

  it("opens an exemplar from the failures, and with the keyboard alone", async () => {
    await page.locator("#answers").getByRole("button", { name: "exemplar" }).first().click();
    const opened = page.locator("#exemplars details.exemplar[open]");
    assert.equal(await opened.count(), 1);
    // What is in it is made a little after it was opened.
    await opened.locator("pre").nth(1).waitFor();
    assert.match(await opened.textContent(), /failed: status 503 is not expected/);
    assert.match(await opened.locator("pre").nth(1).textContent(), /Authorization: \[redacted\]/);
    await page.keyboard.press("Enter");
    assert.equal(await opened.count(), 0);
    await page.locator("#exemplars details.exemplar summary").first().focus();
    await page.keyboard.press("Enter");
    await opened.locator("pre").first().waitFor();
    assert.match(await opened.textContent(), /trace4bf92f3577b34da6a3ce929d0e0e4736/);
    assert.deepEqual(problems, []);
  });

  it("says what the processes used and what the machine was", async () => {
    const text = await page.locator("#generator").textContent();
    assert.match(text, /coordinator100none0/);
    assert.match(text, /agent 21022\/2.*at 1:01\.5/);
    assert.match(await page.locator("#what-ran").textContent(), /cores2 of 4 usable/);
  });

  it("follows the system into the dark, and can be told otherwise", async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: "Dark" }).click();
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.context().close();
    await open("", "dark");
    assert.equal(await ground(), dark);
    assert.deepEqual(problems, []);
  });

  it("has text that can be read in both themes", async () => {
    for (const name of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: name });
      const ratios = await page.evaluate(contrasts);
      for (const [what, ratio] of Object.entries(ratios))
        assert.ok(ratio >= (what.startsWith("line") ? 3 : 4.5), `${name}: ${what} ${ratio}`);
    }
  });

  it("prints all charts", async () => {
    const pdf = await page.pdf({ format: "A4" });
    assert.ok(pdf.length > 50_000);
    assert.equal(await page.locator(".panel canvas").count(), await page.locator(".panel").count());
    assert.deepEqual(problems, []);
  });
});

/** Contrast of each colour of the theme to the ground, as WCAG 2 defines it. Runs in the page. */
function contrasts() {
  const style = getComputedStyle(document.documentElement);
  const luminance = (name) => {
    const short = style.getPropertyValue(`--${name}`).trim().slice(1);
    const text = short.length === 3 ? short.replace(/./g, "$&$&") : short;
    const parts = [0, 2, 4].map((at) => Number.parseInt(text.slice(at, at + 2), 16) / 255);
    const [red, green, blue] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = luminance("ground");
  const names = [
    "text",
    "faint",
    "accent",
    "good",
    "bad",
    "odd",
    ...Array.from({ length: 10 }, (_, at) => `line-${at}`),
  ];
  return Object.fromEntries(
    names.map((name) => {
      const pair = [luminance(name) + 0.05, ground + 0.05].sort((left, right) => right - left);
      return [name, pair[0] / pair[1]];
    }),
  );
}
