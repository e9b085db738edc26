/** A Chromium to drive: `CELLAR_CHROMIUM`, else one installed on the machine, else the headless one inside an npm package. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
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

/** Electron's ports have a `close` event ("Electron adds one feature to `MessagePort` that isn't present on the web"); this one's is not switched on by itself. */
const portsSayThatTheyClose = "--enable-blink-features=MessagePortCloseEvent";

/** A page that is led elsewhere finds nobody there. */
const noHosts = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost";

export async function launchChromium(): Promise<Browser> {
  const { path, args } = await chromiumCommand();
  return chromium.launch({ executablePath: path, args });
}

/** A Chromium of its own process that several may drive at once, at an address of the Chrome DevTools Protocol. */
export async function serveChromium(profile: string): Promise<{ process: ChildProcess; url: string }> {
  const { path, args } = await chromiumCommand();
  const more = [
    "--headless",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    "--disable-popup-blocking",
    noHosts,
    portsSayThatTheyClose,
  ];
  const child = spawn(path, [...args, ...more, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  const lines = createInterface({ input: child.stderr! });
  for await (const line of lines) {
    const url = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stderr!.resume();
    return { process: child, url };
  }
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  throw new Error(`Chromium ended with ${code}`);
}

async function chromiumCommand(): Promise<{ path: string; args: string[] }> {
  const installed =
    process.env["CELLAR_CHROMIUM"] ||
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map(onPath).find((path) => path !== null);
  // Chromium's own sandbox refuses to run as root, which is what a CI container usually is.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  if (installed) return { path: installed, args: [...quiet, ...asRoot] };
  const packaged = (await import("@sparticuz/chromium")).default;
  return { path: await packaged.executablePath(), args: [...packaged.args, ...quiet] };
}
