/**
 * `node --import …/loop-delay.ts`: on SIGWINCH writes to the file that CELLAR_BENCH_LOOP names how long the process's event loop was blocked at most
 * since the last time. (Not SIGUSR2: a library that main uses takes it for an end, and sends it again.) What it waited in a block for a processor, which
 * others had, is no doing of its own and is told apart where the system says it (Linux). Loaded from outside, so that the product has nothing of it.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

export type LoopBlock = {
  /** Without waiting for a processor: at work, or waiting for a disk. */
  blockedMs: number;
  withWaitingMs: number;
  atWorkMs: number;
};

const path = process.env["CELLAR_BENCH_LOOP"] ?? "";
const everyMs = 5;
const none: LoopBlock = { blockedMs: 0, withWaitingMs: 0, atWorkMs: 0 };
let worst = none;
let then = look();

function look(): { at: number; worked: number; waited: number } {
  const { user, system } = process.threadCpuUsage();
  return { at: performance.now(), worked: (user + system) / 1000, waited: waitedForProcessor() };
}

/** Milliseconds, by the main thread, so far. */
function waitedForProcessor(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

setInterval(() => {
  const now = look();
  const passed = now.at - then.at;
  worst = {
    blockedMs: Math.max(worst.blockedMs, passed - everyMs - (now.waited - then.waited)),
    withWaitingMs: Math.max(worst.withWaitingMs, passed - everyMs),
    atWorkMs: Math.max(worst.atWorkMs, Math.min(now.worked - then.worked, passed)),
  };
  then = now;
}, everyMs).unref();
process.on("SIGWINCH", () => {
  writeFileSync(`${path}.new`, JSON.stringify(worst));
  renameSync(`${path}.new`, path);
  worst = none;
});
