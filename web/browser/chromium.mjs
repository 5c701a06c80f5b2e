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
