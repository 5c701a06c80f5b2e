// The browser of this machine, or the reason why there is none.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** Path of a Chromium; `CHROMIUM` says another one. */
export function browserPath() {
  return process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
}

export function launch() {
  return chromium.launch({ executablePath: browserPath(), headless: true, args: FLAGS });
}

/** Opens a page that notes in `problems` whatever it complains about, and whom it asks but those allowed. */
export async function watchedPage(browser, isAllowed, { width = 1280, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  page.problems = [];
  page.on("console", (one) => ["error", "warning"].includes(one.type()) && page.problems.push(one.text()));
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("request", (one) => isAllowed(one.url()) || page.problems.push(`request to ${one.url()}`));
  return page;
}

/** Allows what is in the page itself. */
export const onlyFiles = (url) => /^(file|data):/.test(url);
