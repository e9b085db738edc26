/** Activity: what a launched agent program is doing, as far as it is known, and what that rests on. See `docs/activity.md`. */
import { z } from "zod";
import { liveList, procedure, terminalId, timestamp } from "./base.ts";

/**
 * `waiting`: for input. `permission`: it asks to be allowed something. `done`: the turn or the program is over, and nothing says that it
 * failed. `unknown`: nothing that can be believed has been heard.
 */
export const activityState = z.enum(["working", "waiting", "permission", "done", "failed", "unknown"]);
export type ActivityState = z.infer<typeof activityState>;

/**
 * Strongest first: the end of the process, the program's own hooks, the sequences it sends its terminal, what its screen looks like; then
 * `keys`: only what the person typed is known; `none`: nothing is.
 */
export const activitySource = z.enum(["exit", "hook", "sequence", "screen", "keys", "none"]);
export type ActivitySource = z.infer<typeof activitySource>;

export const activity = z.strictObject({
  /** The terminal of the launch. */
  id: terminalId,
  state: activityState,
  /** When this state began. */
  since: timestamp,
  /** What was heard or seen, one line of at most 200 characters without control characters. */
  evidence: z.string().max(200),
  /** The evidence without what the program is about to do, for places that strangers see: `run a command`. */
  brief: z.string().max(200).nullable(),
  /** When the evidence came. */
  at: timestamp,
  source: activitySource,
  /** Nothing said so; it only looks like it. */
  guess: z.boolean(),
  /** The program called for the person by itself, whatever it did before. */
  calls: z.boolean(),
  /** Why a weaker source than the program's hooks had to do, as a sentence; null when none is missing. */
  degraded: z.string().nullable(),
});
export type Activity = z.infer<typeof activity>;

export const activities = {
  /** One item per terminal of a launch, alive or ended. */
  watch: procedure.input(z.strictObject({})).output(liveList(activity)),
};
