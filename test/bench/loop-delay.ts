/**
 * `node --import …/loop-delay.ts`: on SIGUSR2 writes to the file that CELLAR_BENCH_LOOP names how long the process's event loop was blocked at most
 * since the last time, and how much of one block it was at work: the rest it waited for a processor, which others had. Loaded from outside, so that
 * the product has nothing of it.
 */
import { renameSync, writeFileSync } from "node:fs";

export type LoopBlock = { blockedMs: number; atWorkMs: number };

const path = process.env["CELLAR_BENCH_LOOP"] ?? "";
const everyMs = 5;
let worst: LoopBlock = { blockedMs: 0, atWorkMs: 0 };
let then = look();

function look(): { at: number; worked: number } {
  const { user, system } = process.threadCpuUsage();
  return { at: performance.now(), worked: (user + system) / 1000 };
}

setInterval(() => {
  const now = look();
  worst = {
    blockedMs: Math.max(worst.blockedMs, now.at - then.at - everyMs),
    atWorkMs: Math.max(worst.atWorkMs, Math.min(now.worked - then.worked, now.at - then.at)),
  };
  then = now;
}, everyMs).unref();
process.on("SIGUSR2", () => {
  writeFileSync(`${path}.new`, JSON.stringify(worst));
  renameSync(`${path}.new`, path);
  worst = { blockedMs: 0, atWorkMs: 0 };
});
