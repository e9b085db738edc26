/** What a program's screen looks like it is doing: the last resort, and always a guess. Pure. */
import type { Claim } from "./signals.ts";
import { oneLine } from "./text.ts";

export type ScreenSign = { state: "working" | "waiting" | "permission"; pattern: string };

/** Lines from the bottom that are looked at: prompts and questions stand there, older text above them. */
const lookedAt = 30;

/**
 * The first of the patterns that is found counts. `settled`: nothing was put out for a while; without that only work can be seen, because a
 * screen that is just being drawn may show anything.
 */
export function claimOfScreen(lines: readonly string[], signs: readonly ScreenSign[], settled: boolean): Claim | null {
  const end = lines.findLastIndex((line) => line.trim() !== "") + 1;
  const shown = lines.slice(Math.max(0, end - lookedAt), end);
  for (const { state, pattern } of signs) {
    if (!settled && state !== "working") continue;
    const found = shown.findLast((line) => new RegExp(pattern, "u").test(line));
    if (found === undefined) continue;
    return {
      state,
      evidence: oneLine(`On its screen: ${found}`),
      ...(state === "permission" && { brief: "to go on" }),
    };
  }
  return null;
}
