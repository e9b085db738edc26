/** A Chromium to drive: `CELLAR_CHROMIUM`, else one installed on the machine, else the headless one inside an npm package. */

import { type Browser, chromium } from "playwright-core";
import { onPath } from "#test/requirements.ts";

/** Its background services would look up hosts on the network; a test has none. */
const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
  "--disable-gpu",
];

export async function launchChromium(): Promise<Browser> {
  const installed =
    process.env["CELLAR_CHROMIUM"] ||
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map(onPath).find((path) => path !== null);
  // Chromium's own sandbox refuses to run as root, which is what a CI container usually is.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  if (installed) return chromium.launch({ executablePath: installed, args: [...quiet, ...asRoot] });
  const packaged = (await import("@sparticuz/chromium")).default;
  return chromium.launch({ executablePath: await packaged.executablePath(), args: [...packaged.args, ...quiet] });
}
