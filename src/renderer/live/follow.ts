/** Follows one `watch` procedure for as long as it is wanted: waits for the connection, and asks again when it ended or failed. */
import type { Problem } from "#shared/contract/base.ts";
import { problemFrom } from "../connection/index.ts";

export type WatchOf<Event> = (signal: AbortSignal) => Promise<AsyncIterable<Event>>;

/** Resolves when another attempt makes sense; rejects when `signal` is aborted. */
export type Reachable = (signal: AbortSignal) => Promise<void>;

/** Wait before asking again after a watch ended although the connection is there. */
const retryMs = 1_000;

export type Follower<Event> = {
  event(event: Event): void;
  /** What came before may not be true any more. `problem` when main said why. */
  lost(problem: Problem | null): void;
};

export async function follow<Event>(
  watch: WatchOf<Event>,
  reachable: Reachable,
  follower: Follower<Event>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await reachable(signal);
      for await (const event of await watch(signal)) {
        if (signal.aborted) return;
        follower.event(event);
      }
      follower.lost(null);
    } catch (thrown) {
      if (signal.aborted) return;
      follower.lost(problemFrom(thrown));
    }
    await pause(retryMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish, { once: true });
  });
}
