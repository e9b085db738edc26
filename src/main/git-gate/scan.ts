/**
 * Looks for credentials in everything that a push would make public: files of the whole new history, names, messages of commits and tags. It is
 * done in a worker, because a hundred megabytes take seconds, in which main has other things to do.
 */
import { once } from "node:events";
import { Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import { entryPath } from "#node/entries.ts";
import type { Secret } from "#node/secret.ts";
import type { GateLimits } from "./limits.ts";
import { PushRefused } from "./push-refused.ts";
import type { NewObject, Quarantine } from "./quarantine.ts";
import type { FromScan, ScanOrder, ToScan } from "./scan-worker.ts";

/** Throws {@link PushRefused} for the worst that was found; it names where, never what. */
export async function scanObjects(
  quarantine: Quarantine,
  objects: readonly NewObject[],
  { secrets, limits, signal }: { secrets: readonly Secret[]; limits: GateLimits; signal: AbortSignal },
): Promise<void> {
  const order: ScanOrder = {
    names: objects.map(({ id, path }) => [id, path]),
    secrets: secrets.map((secret) => secret.reveal()),
    layerBytes: limits.layerBytes,
  };
  // Nothing of ours in its environment or arguments; what it is told is only in memory.
  const worker = new Worker(entryPath("git-scan-worker"), { workerData: order, env: {}, argv: [] });
  const timer = setTimeout(() => void worker.terminate(), limits.scanMs);
  const abort = () => void worker.terminate();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const ended = once(worker, "exit").then(() => {
      throw new PushRefused("too_large", "it could not be looked through in time");
    });
    ended.catch(() => {});
    const broken = once(worker, "error").then(([error]) => Promise.reject(error as Error));
    broken.catch(() => {});
    const next = (): Promise<FromScan> =>
      Promise.race([once(worker, "message").then(([message]) => message as FromScan), ended, broken]);
    const post = (message: ToScan) => worker.postMessage(message);
    const sink = new Writable({
      highWaterMark: 1024 * 1024,
      write(chunk: Buffer, _encoding, done) {
        const taken = next();
        post({ type: "bytes", bytes: chunk });
        taken.then(() => done(), done);
      },
    });
    await quarantine.read(
      objects.map(({ id }) => id),
      sink,
    );
    await new Promise<void>((resolve, reject) => {
      sink.once("error", reject);
      sink.end(resolve);
    });
    const answer = next();
    post({ type: "end" });
    const verdict = await answer;
    if (verdict.type !== "verdict") throw new Error("the scan gave no verdict");
    const { refusal } = verdict;
    if (refusal !== null) throw new PushRefused(refusal.reason, refusal.message, refusal.canApprove);
    // Fail closed: what was not seen was not looked at.
    if (verdict.seen !== objects.length)
      throw new PushRefused("malformed", "not everything that was sent could be read");
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    await worker.terminate();
  }
}
