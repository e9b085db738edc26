/** New versions of Cellar: whether there is one, getting it, and putting it in place when nothing is disturbed by that. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { done, procedure, timestamp } from "./base.ts";

export const updateState = z.strictObject({
  /** `off`: this Cellar is not updated by itself, and `message` says why. `ready`: it is put in place when Cellar quits. */
  state: z.enum(["off", "current", "checking", "available", "downloading", "ready", "failed"]),
  /** One sentence; empty where the state says everything. */
  message: z.string(),
  /** The newer version, when there is one. */
  version: z.string().nullable(),
  /** What is new, as the release says it. */
  notes: z.string(),
  /** Of the download. */
  percent: z.int().min(0).max(100).nullable(),
  checkedAt: timestamp.nullable(),
});
export type UpdateState = z.infer<typeof updateState>;

export const updates = {
  watch: procedure.input(z.strictObject({})).output(eventIterator(updateState)),
  /** Asks the feed now. Answers what came of it. */
  check: procedure.input(z.strictObject({})).output(updateState),
  /** Gets the newer version; one that was broken off goes on where it stopped. `conflict` when there is none. */
  download: procedure.input(z.strictObject({})).output(updateState),
  /** Quits, puts the new version in place and starts it. `conflict` while a terminal runs, or when none is ready. */
  install: procedure.input(z.strictObject({})).output(done),
};
