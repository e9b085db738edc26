/** The log of a process: JSON lines in `logs/<name>.log`, kept below a size so that nobody has to clean up. */
import { chmodSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import pino from "pino";

export type Log = pino.Logger;

/** Bytes after which the log is set aside as `<path>.1` at the next start: enough for weeks of a quiet program. */
const setAsideBytes = 5 * 1024 * 1024;

/** Opens the log for appending. Lines are written at once, so that those before a crash are there. */
export function openLog(path: string): Log {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > setAsideBytes) renameSync(path, `${path}.1`);
  const destination = pino.destination({ dest: path, sync: true, append: true, mode: 0o600 });
  if (process.platform !== "win32") chmodSync(path, 0o600);
  return pino({ base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
