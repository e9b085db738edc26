/** Starts a terminal host that outlives us. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { entryCommand } from "#node/entries.ts";
import { takeExclusiveLock } from "#node/exclusive-lock.ts";
import { installationFolder, isPacked, version } from "#node/installation.ts";
import { type CellarPaths, hostLockOf } from "#node/paths.ts";
import { protocolVersion } from "../protocol.ts";
import { ownCopy } from "./own-copy.ts";

/** The log starts over when it is larger; the one before is kept. */
const logLimitBytes = 4 * 1024 * 1024;

/** The host handles streams of short-lived buffers: with the usual nursery of 16 MB a flood would leave it three times that larger. */
const memoryFlags = ["--max-semi-space-size=2"];

export function hostLogPath(paths: CellarPaths): string {
  return join(paths.logs, "terminal-host.log");
}

/**
 * Two clients may do this at once: the host takes the home's lock before anything else, and the one that does not get it ends
 * itself, so that one remains and both clients find it.
 */
export async function startHost(paths: CellarPaths): Promise<ChildProcess> {
  const { command, args, env } = await hostCommand(paths);
  const log = openLog(hostLogPath(paths));
  try {
    const child = spawn(command, [...memoryFlags, ...args], {
      detached: true,
      stdio: ["ignore", log, log],
      // Its own directory would keep a removable disk or a deleted folder busy.
      cwd: paths.home,
      env: { ...hostEnvironment(), ...env, CELLAR_HOME: paths.home },
      windowsHide: true,
    });
    child.unref();
    // Reported by the connection that is not there in time.
    child.on("error", () => {});
    return child;
  } finally {
    closeSync(log);
  }
}

/** On Windows a running program's files cannot be replaced: a new version waits for the host there, so that it needs no copy. */
async function hostCommand(paths: CellarPaths): Promise<ReturnType<typeof entryCommand>> {
  const usual = entryCommand("terminal-host");
  if (!isPacked || process.platform === "win32") return usual;
  const original = {
    folder: installationFolder,
    version: version(),
    runtime: usual.command,
    takeRuntime: process.env["APPIMAGE"] !== undefined,
  };
  const { folder, runtime } = await ownCopy(original, join(paths.home, "host"), olderHostRuns(paths));
  return { ...usual, command: runtime, args: [join(folder, "out", "main", "terminal-host.js")] };
}

/** Its lock is looked at and not kept: the host that is started takes it. */
function olderHostRuns(paths: CellarPaths): boolean {
  for (let protocol = 1; protocol < protocolVersion; protocol++) {
    const lock = takeExclusiveLock(hostLockOf(paths, protocol));
    if (lock === null) return true;
    lock.release();
  }
  return false;
}

/** A host that is started from within a terminal is none of that terminal's processes: it outlives who started it. */
function hostEnvironment(): NodeJS.ProcessEnv {
  const { CELLAR_TERMINAL_ID: _, ...rest } = process.env;
  return { ...rest, CELLAR_IS_TERMINAL_HOST: "1" };
}

function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}
