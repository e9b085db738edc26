/** What lists say about things. */
import type { Status } from "#shared/states.ts";
import { ago, elapsed } from "#shared/time.ts";

/** How long it has been so, or when it happened. */
export function when({ time }: Status, now = Date.now()): string {
  if (time === undefined) return "";
  return time.kind === "since" ? elapsed(now - Date.parse(time.at)) : ago(time.at, now);
}
