// The dashboard in a real browser: of a real run, and of a server that does what a real one cannot be made to do.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { browserPath, launch, watchedPage } from "./chromium.mjs";
import { fakeServer } from "./fake-server.mjs";
import { Programs, squallPath } from "./squall.mjs";

const noBrowser = browserPath() ? false : "there is no Chromium; install it, or name one in CHROMIUM";
const skip =
  noBrowser || (squallPath() ? false : "there is no squall with a dashboard; build it, or name one in SQUALL");

const PLAN = `
version: 1
name: shop
stages:
  warm:
    execute:
      scenarios:
        visitors: {load: {closed: {users: 2, duration: 1s}}, flow: [{http: {url: /}}, {pause: 20ms}]}
  buy:
    after: [warm]
    execute:
      scenarios:
        buyers: {load: {closed: {users: 2, duration: 1m}}, flow: [{http: {url: /}}, {pause: 20ms}]}
`;

let browser;
before(async () => {
  if (!noBrowser) browser = await launch();
});
after(() => browser?.close());

/** Opens a page that may ask its own server alone. */
async function open(address, { hash = "", ...look } = {}) {
  const { origin } = new URL(address);
  const page = await watchedPage(browser, (url) => url.startsWith(origin), look);
  await page.goto(address + hash);
  return page;
}

const pill = (page) => page.locator(".pill");
const card = (page, name) => page.locator(".strip .card", { hasText: name }).locator("strong");
const button = (page, name) => page.getByRole("button", { name, exact: true });
const panel = (page, title) => page.locator(".panel", { has: page.getByRole("heading", { name: title, exact: true }) });

/** Waits until an element says something. */
async function says(locator, expected) {
  const limit = Date.now() + 15_000;
  let text = "";
  do {
    text = await locator.first().textContent({ timeout: 15_000 });
    if (expected.test(text)) return text;
    await new Promise((done) => setTimeout(done, 50));
  } while (Date.now() < limit);
  return assert.match(text, expected);
}

async function changes(page) {
  await page.locator("#changes").scrollIntoViewIfNeeded();
  await page.waitForTimeout(300);
  return page.locator("#changes tbody tr").allInnerTexts();
}

describe("the dashboard of a run", { skip }, () => {
  const programs = new Programs();
  let run;
  let page;

  before(async () => {
    const target = await programs.target();
    const load = ["-u", "4", "--pause", "20ms", "-d", "5m", "--threshold", "p95(response_time) < 10s"];
    run = await programs.dashboard("http", `${target}/`, ...load, "--progress", "none", "--ui=127.0.0.1:0");
    page = await open(run.address);
  });
  after(() => programs.stop());

  it("shows what the report shows, and more each second", async () => {
    await says(pill(page), /^running$/);
    await says(card(page, "Operations"), /^[1-9]/);
    await says(page.locator(".rules"), /p95\(response_time\) < 10s ✓ holds/);
    assert.equal(new URL(page.url()).search, "", "the token is not in the address");
    const headings = await page.locator("h2:visible").allTextContents();
    for (const part of ["Overview", "Times", "Load", "Phases", "Generator", "What ran"])
      assert.ok(headings.includes(part), part);
    const end = async () => (await page.locator("output.range").textContent()).split(" – ")[1];
    const before = await end();
    await panel(page, "Percentiles of the response time").scrollIntoViewIfNeeded();
    await panel(page, "Percentiles of the response time").locator("canvas").waitFor();
    await page.waitForFunction((known) => !document.querySelector("output.range").textContent.endsWith(known), before);
    assert.deepEqual(page.problems, []);
  });

  it("changes the users, by field, button and key", async () => {
    const box = page.getByRole("spinbutton", { name: "Users of http" });
    await box.fill("9");
    await box.press("Enter");
    await says(page.locator(".level .message"), /✓ users 4 → 9/);
    await says(card(page, "Users"), /^9$/);
    await page.getByRole("button", { name: "More: Users of http" }).click();
    await says(card(page, "Users"), /^10$/);
    await page.locator("h1").click();
    await page.keyboard.press("-");
    await says(card(page, "Users"), /^9$/);
    const rows = await changes(page);
    assert.match(rows[0], /^0:\d\d(\.\d)?\s+users\s+http\s+http\s+4\s+9\s+dashboard/);
    assert.equal(rows.length, 3);
  });

  it("pauses and goes on", async () => {
    await button(page, "Pause").click();
    await says(pill(page), /^paused$/);
    await says(card(page, "Iterations"), /^0\/s$/);
    await page.keyboard.press("p");
    await says(pill(page), /^running$/);
    await says(card(page, "Iterations"), /^[1-9]/);
  });

  it("draws a note, and reads it where it was made", async () => {
    await page.keyboard.press("n");
    await page.keyboard.type("deployed build 12");
    await page.keyboard.press("Enter");
    await says(page.locator(".steer > .message"), /✓ noted at/);
    const noted = (await changes(page)).at(-1);
    assert.match(noted, /note.*dashboard\s+deployed build 12$/s);
    // A part that stands still.
    const [minutes, seconds] = noted.split(/\s/)[0].split(":").map(Number);
    const moment = 60 * minutes + seconds;
    await page.waitForTimeout(1500);
    await page.evaluate(
      (hash) => {
        location.hash = hash;
      },
      `#from=${moment - 4}&to=${moment + 1}`,
    );
    const rates = panel(page, "Operations of each action");
    await rates.scrollIntoViewIfNeeded();
    await rates.locator("canvas").waitFor();
    await page.waitForTimeout(300);
    const over = await rates.locator(".u-over").boundingBox();
    let text = "";
    // Where it is depends on how many seconds the page knows by now.
    for (let x = over.width / 2; x < over.width && !text.includes("note"); x += 4) {
      await page.mouse.move(over.x + x, over.y + 60);
      text = await rates.locator("output").textContent();
    }
    assert.match(text, /note: deployed build 12 \(dashboard\)/);
    await button(page, "Show the whole run").click();
  });

  it("counts anew, and the whole run again", async () => {
    const total = () => page.locator("#overview .card", { hasText: "Operations" }).locator("strong");
    const number = async () => Number((await total().textContent()).replaceAll(",", ""));
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(1200);
    const whole = await number();
    await button(page, "Reset numbers").click();
    await says(page.locator(".counted"), /are counted from/);
    assert.ok((await number()) < whole);
    assert.doesNotMatch(await page.locator("output.range").textContent(), /^0:00/);
    await button(page, "Undo reset").click();
    assert.ok((await number()) >= whole);
    assert.match(await page.locator("output.range").textContent(), /^0:00/);
  });

  it("shows the whole history to who comes late", async () => {
    const late = await open(run.address);
    await says(pill(late), /^running$/);
    const rates = panel(late, "Operations of each action");
    await rates.scrollIntoViewIfNeeded();
    await rates.locator("canvas").waitFor();
    await rates.getByRole("button", { name: "Table" }).click();
    const rows = await rates.locator(".behind tbody tr").allInnerTexts();
    assert.match(rows[0], /^0:00\s+[1-9]/);
    assert.ok(rows.length > 8);
    assert.equal((await changes(late)).length, (await changes(page)).length);
    assert.deepEqual(late.problems, []);
    await late.context().close();
  });

  it("keeps a part in sight, or the end of the run", async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator("#follow").selectOption("60");
    await page.waitForFunction(() => location.hash.includes("last=60"));
    await page.locator("#follow").selectOption("all");
    await page.evaluate(() => {
      location.hash = "#from=2&to=6";
    });
    await says(page.locator("output.range"), /^0:02 – 0:06$/);
    await page.waitForTimeout(1500);
    assert.equal(await page.locator("output.range").textContent(), "0:02 – 0:06");
    await button(page, "Show the whole run").click();
  });

  it("says why something is not possible", async () => {
    await button(page, "Pause").click();
    await says(pill(page), /^paused$/);
    const other = await open(run.address);
    await says(pill(other), /^paused$/);
    await button(page, "Resume").click();
    await says(pill(page), /^running$/);
    const box = page.getByRole("spinbutton", { name: "Users of http" });
    await box.fill("100000000");
    await box.press("Enter");
    await says(page.locator(".level .message.refused"), /✗ .*100000000.*hint: /);
    await box.press("Escape");
    await other.context().close();
    page.problems = page.problems.filter((text) => !/409|400/.test(text));
    assert.deepEqual(page.problems, []);
  });

  it("stops after a question, and shows the verdict and then the stored run", async () => {
    await page.keyboard.press("s");
    await button(page, "Let it go on").click();
    assert.equal(await page.locator("dialog:modal").count(), 0);
    await page.keyboard.press("s");
    await button(page, "Stop the run").click();
    await run.ended;
    await says(page.locator(".gone"), /^Disconnected: the run has ended/);
    await says(page.locator(".verdict"), /^(✓Passed|✗Failed|!Invalid)/);
    assert.equal(await page.locator(".steer").isVisible(), false);
  });
});

describe("the dashboard of a test and of stored runs", { skip }, () => {
  const programs = new Programs();
  let host;

  before(async () => {
    host = await programs.target();
    writeFileSync(join(programs.folder, "plan.yaml"), PLAN);
  });
  after(() => programs.stop());

  it("starts the test with another load, without a stage, and again", async () => {
    const { address } = await programs.dashboard("ui", "--test", "plan.yaml", "--host", host);
    const page = await open(address);
    const form = page.locator(".start");
    await says(pill(page), /^no run$/);
    await form.getByLabel("Host").fill("no address");
    await button(page, "Start").click();
    await says(form, /✗ /);
    page.problems = page.problems.filter((text) => !/400/.test(text));
    await form.getByLabel("Host").fill("");
    await form.getByLabel("Users").fill("3");
    await form.getByLabel("Duration").fill("3s");
    await form.getByLabel("warm").uncheck();
    await button(page, "Start").click();
    await says(pill(page), /^running$/);
    await says(card(page, "Users"), /^3$/);
    assert.equal(await form.isVisible(), false);
    await says(pill(page), /^ended: /);
    const stages = await page.locator("#actions table").first().locator("tbody tr").allInnerTexts();
    assert.match(stages[0], /^warm\s+execute\s+(left_out|skipped)/);
    assert.match(stages[1], /^buy\s+execute\s+completed/);
    const first = await page.locator("main, header").first().textContent();
    await button(page, "Start again").click();
    await says(pill(page), /^running$/);
    await page.waitForFunction((known) => document.querySelector("header").textContent !== known, first);
    await page.keyboard.press("s");
    await button(page, "Stop the run").click();
    await says(pill(page), /^ended: /);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it("shows what is stored, and one of it to begin with", async () => {
    const { address } = await programs.dashboard("ui", "last");
    const page = await open(address);
    await says(page.locator("h1"), /^shop$/);
    assert.match(page.url(), /#run=/);
    assert.equal(await page.getByRole("link", { name: "Live" }).isVisible(), false);
    await page.getByRole("link", { name: "Stored runs" }).click();
    await says(page.locator(".runs caption"), /^2 of 2 runs$/);
    const report = await page.getByRole("link", { name: "report" }).first().getAttribute("href");
    const { status, text } = await page.evaluate(async (url) => {
      const answer = await fetch(url);
      return { status: answer.status, text: await answer.text() };
    }, report);
    assert.equal(status, 200);
    assert.match(text, /<title>Squall report<\/title>/);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
});

describe("the dashboard of a server", { skip: noBrowser }, () => {
  let server;
  let page;

  async function serve(options, looks) {
    server = await fakeServer(options);
    page = await open(server.address, looks);
    await page.waitForSelector("#overview");
    server.tick();
  }

  afterEach(async () => {
    await page?.context().close();
    await server?.stop();
  });

  it("that goes away is said to be gone, and is found again", async () => {
    await serve();
    await says(pill(page), /^running$/);
    await server.stop();
    await says(pill(page), /^disconnected$/);
    assert.match(await page.locator(".gone").textContent(), /the page goes on trying/);
    assert.equal(await page.locator(".steer").evaluate((element) => element.inert), true);
    server = await fakeServer({ port: Number(new URL(server.address).port) });
    await says(pill(page), /^running$/);
    assert.equal(await page.locator(".gone").isVisible(), false);
  });

  it("that refuses is quoted with its hint", async () => {
    await serve();
    server.refuse = { error: "scenario `shop` has no users to change", hint: "its load has rate" };
    await page.getByRole("button", { name: "More: Users of shop" }).click();
    await says(
      page.locator(".level .message.refused"),
      /✗ scenario `shop` has no users to changehint: its load has rate/,
    );
    assert.deepEqual(server.asked, [{ action: "users", users: 30, stage: "load", scenario: "shop" }]);
  });

  it("starts a run with what the form says, and says at each field what is wrong with it", async () => {
    await serve({ state: "ended" });
    await says(pill(page), /^ended: ! invalid$/);
    const form = page.locator(".start");
    await form.getByLabel("Users").fill("many");
    await button(page, "Start again").click();
    await says(form.locator("#start-users-error"), /`many` is no number/);
    assert.deepEqual(server.started, []);
    server.refuse = { error: "wrong", errors: [{ path: "duration", message: "`soon` is no time", hint: "30s, 5m" }] };
    await form.getByLabel("Users").fill("20");
    await form.getByLabel("Duration").fill("soon");
    await form.getByLabel("warm").uncheck();
    await button(page, "Start again").click();
    await says(form.locator("#start-duration-error"), /✗ `soon` is no time \(30s, 5m\)/);
    server.refuse = null;
    await form.getByLabel("Duration").fill("1m");
    await form.getByLabel("Duration").press("Enter");
    await says(pill(page), /^running$/);
    assert.deepEqual(server.started.at(-1), { users: 20, duration: "1m", skip: ["warm"] });
    assert.equal(await form.isVisible(), false);
  });

  it("lists its stored runs, finds them, and opens one with a link of its own", async () => {
    await serve();
    await page.getByRole("link", { name: "Stored runs" }).click();
    const names = () => page.locator(".runs tbody tr td:nth-child(2)").allTextContents();
    await says(page.locator(".runs caption"), /^3 of 3 runs$/);
    assert.deepEqual(await names(), ["shop", "search", "<b>odd</b>"]);
    await page.getByLabel("Search").fill("branch=main");
    assert.deepEqual(await names(), ["search"]);
    await page.getByRole("link", { name: "search" }).click();
    await says(page.locator("h1"), /^search$/);
    await page.getByLabel("Charts of").selectOption("load/shop/GET /page/1");
    await page.waitForFunction(() => /^#run=1-search&series=load/.test(location.hash));
    const link = page.url();
    await page.context().close();
    page = await open(link);
    await says(page.locator("h1"), /^search$/);
    assert.equal(await page.locator("#series").inputValue(), "load/shop/GET /page/1");
    await page.getByRole("link", { name: "Live" }).click();
    await says(page.locator("h1"), /^shop$/);
    await page.goBack();
    await says(page.locator("h1"), /^search$/);
    assert.deepEqual(page.problems, []);
  });

  it("shows words of the run as words", async () => {
    await serve();
    server.controls.push({ at_s: 5, by: "api", action: "note", text: "<img src=x onerror=alert(1)>" });
    server.tick();
    await says(page.locator("#changes"), /<img src=x onerror=alert\(1\)>/);
    assert.deepEqual(page.problems, []);
  });

  it("keeps what the reader does while it changes", async () => {
    await serve();
    const failure = page.locator(".failures details").first();
    await failure.scrollIntoViewIfNeeded();
    await failure.locator("summary").click();
    await page.locator("#actions .scroll").last().scrollIntoViewIfNeeded();
    const name = page.locator(".tree").getByRole("button", { name: "GET /page/1" });
    await name.focus();
    for (let second = 0; second < 3; second++) {
      server.tick();
      await page.waitForTimeout(50);
    }
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "GET /page/1");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#series").inputValue(), "load/shop/GET /page/1");
    assert.equal(await failure.evaluate((element) => element.open), true);
  });

  it("fits a phone and can be read in the dark", async () => {
    await serve({}, { width: 390, colorScheme: "dark" });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    const unnamed = await page.evaluate(() => {
      const all = [...document.querySelectorAll("button, input, select, a")];
      const named = (one) => one.textContent.trim() || one.ariaLabel || one.labels?.[0]?.textContent;
      return all.filter((one) => !named(one)).map((one) => one.outerHTML);
    });
    assert.deepEqual(unnamed, []);
    await page.keyboard.press("?");
    await says(page.locator("dialog:modal"), /pause or resume/);
    assert.deepEqual(page.problems, []);
  });
});
