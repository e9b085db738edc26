/**
 * Whether somebody shows trays here. On Linux that is a program of the desktop, which some desktops do not have; a window that closed into a tray that
 * nobody shows would be lost.
 */
import { execFile } from "node:child_process";

type Run = (command: string, args: readonly string[]) => Promise<string>;

const watcher = "org.kde.StatusNotifierWatcher";
const bus = "org.freedesktop.DBus";
const path = "/org/freedesktop/DBus";
/** The same question in the words of whichever tool is there. */
const questions: [string, string[]][] = [
  ["gdbus", ["call", "--session", "-d", bus, "-o", path, "-m", `${bus}.NameHasOwner`, watcher]],
  ["busctl", ["--user", "call", bus, path, bus, "NameHasOwner", "s", watcher]],
  ["dbus-send", ["--session", "--print-reply", `--dest=${bus}`, path, `${bus}.NameHasOwner`, `string:${watcher}`]],
];

/** False only when it is known: who cannot be asked may be a panel that takes icons in the old way, and a second start brings the window back. */
export async function showsTrays(platform = process.platform, run: Run = runTool): Promise<boolean> {
  if (platform !== "linux") return true;
  for (const [command, args] of questions) {
    const answer = await run(command, args).catch(() => "");
    if (/\btrue\b/.test(answer)) return true;
    if (/\bfalse\b/.test(answer)) return false;
  }
  return true;
}

function runTool(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 2_000 }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}
