/** Electron's runtime: where it is, fetched when it can be, or in one sentence why there is none. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

export type Runtime = { path: string } | { missing: string };

/** The release server answers at once or, behind a firewall, never. */
const reachWithinMs = 3_000;
/** About 120 MB; a slower line than this is better served by the browser today. */
const fetchWithinMs = 5 * 60_000;

export async function electronRuntime(root: string): Promise<Runtime> {
  return hasDisplay() ? fetchedRuntime(root) : { missing: "There is no display for Electron." };
}

/** The same where nothing is to be shown. */
export async function fetchedRuntime(root: string): Promise<Runtime> {
  const folder = join(root, "node_modules/electron");
  const found = installed(folder);
  if (found !== null) return { path: found };
  if (!existsSync(join(folder, "install.js"))) return { missing: "Electron is not installed." };
  if (!(await releasesReachable()))
    return { missing: "Electron's runtime cannot be fetched (no way to its release server)." };
  console.log("Fetching Electron's runtime (once, about 120 MB) …");
  await fetchRuntime(folder);
  const fetched = installed(folder);
  return fetched === null ? { missing: "Electron's runtime could not be fetched." } : { path: fetched };
}

/** A window system to show windows on. */
export function hasDisplay(): boolean {
  if (process.platform === "darwin" || process.platform === "win32") return true;
  return Boolean(process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"]);
}

function installed(folder: string): string | null {
  try {
    const own = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
    const path = join(own ?? join(folder, "dist"), readFileSync(join(folder, "path.txt"), "utf8"));
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** With a mirror, a proxy or a cache of the person's own the server is none of our business: the fetch itself is the test. */
async function releasesReachable(): Promise<boolean> {
  const own = ["ELECTRON_MIRROR", "electron_config_cache", "HTTPS_PROXY", "https_proxy", "npm_config_electron_mirror"];
  if (own.some((name) => process.env[name])) return true;
  return new Promise((resolve) => {
    const socket = connect({ host: "github.com", port: 443, timeout: reachWithinMs });
    const answer = (reachable: boolean) => {
      clearTimeout(late);
      socket.destroy();
      resolve(reachable);
    };
    // Looking a name up has no limit of its own.
    const late = setTimeout(() => answer(false), reachWithinMs);
    socket
      .once("connect", () => answer(true))
      .once("error", () => answer(false))
      .once("timeout", () => answer(false));
  });
}

/** Its own messages are stacks; what came of it is seen from the files. */
async function fetchRuntime(folder: string): Promise<void> {
  const child = spawn(process.execPath, [join(folder, "install.js")], { stdio: "ignore", timeout: fetchWithinMs });
  await new Promise<void>((resolve) => {
    child.once("exit", () => resolve()).once("error", () => resolve());
  });
}
