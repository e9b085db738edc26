/** Text found in the output of terminals, in a thread of its own and for a bounded time. */
import { Worker } from "node:worker_threads";
import { entryPath } from "#node/entries.ts";
import { Failure } from "#shared/failure.ts";
import type { Found } from "./find.ts";
import type { SearchOrder } from "./worker.ts";

const patienceMs = 20_000;

export type SearchWish = { text: string; regex: boolean; limit: number };

/** Letter case matters only when the text has capitals. Throws `invalid_input` for what is not a regular expression. */
export function searchPattern({ text, regex }: SearchWish): RegExp {
  const flags = /\p{Lu}/u.test(text) ? "gu" : "giu";
  try {
    return new RegExp(regex ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), flags);
  } catch (error) {
    throw new Failure("invalid_input", `This is not a regular expression: ${(error as Error).message}`);
  }
}

/** Rejects with `cancelled`, or with `failed` when it takes too long. */
export async function search(order: SearchOrder, signal: AbortSignal): Promise<Found[]> {
  const worker = new Worker(entryPath("search-worker"), { workerData: order });
  worker.unref();
  const patience = AbortSignal.timeout(patienceMs);
  try {
    return await new Promise<Found[]>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Failure("failed", "The search ended without an answer")));
      signal.addEventListener("abort", () => reject(new Failure("cancelled", "The search was cancelled")));
      patience.addEventListener("abort", () =>
        reject(new Failure("failed", "The search took too long", { hint: "Use a simpler expression." })),
      );
    });
  } finally {
    void worker.terminate();
  }
}
