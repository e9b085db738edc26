/**
 * `node --import …/loop-delay.ts`: on SIGUSR2 writes how long the process's event loop was blocked at most since the last time, in ms, to the file
 * that CELLAR_BENCH_LOOP names. Loaded from outside, so that the product has nothing of it.
 */
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const path = process.env["CELLAR_BENCH_LOOP"] ?? "";
const resolution = 5;
const monitor = monitorEventLoopDelay({ resolution });
monitor.enable();
process.on("SIGUSR2", () => {
  const blocked = monitor.max / 1e6 - resolution;
  writeFileSync(`${path}.new`, `${Math.max(0, blocked)}\n`);
  renameSync(`${path}.new`, path);
  monitor.reset();
});
