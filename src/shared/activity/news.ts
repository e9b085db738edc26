/** Which changes of an activity a person is told of: each transition into a state that is theirs to act on, once. */
import type { Activity, ActivityState } from "../contract/activities.ts";

const told: ReadonlySet<ActivityState> = new Set(["waiting", "permission", "done", "failed"]);

/**
 * `before`: what was known just before, undefined when nothing was. A program that comes to its first prompt, or back to one without
 * having worked, is no news unless it calls for the person itself. The end of the process is told as the end of its terminal.
 */
export function isNews(before: Activity | undefined, now: Activity): boolean {
  if (!told.has(now.state) || now.source === "exit" || before?.state === now.state) return false;
  if (now.state === "permission" || now.state === "failed" || now.calls) return true;
  return before?.state === "working" || before?.state === "permission";
}
