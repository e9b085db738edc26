/** Jobs: long operations of Cellar itself, with steps, progress, a log and cancel; they survive a restart. */
import { z } from "zod";
import { done, jobId, liveList, problem, procedure, timestamp } from "./base.ts";

export const jobState = z.enum(["queued", "running", "done", "failed", "cancelled"]);

export const jobStep = z.strictObject({
  name: z.string(),
  state: z.enum(["waiting", "running", "done", "skipped", "failed", "cancelled"]),
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
});
export type JobStep = z.infer<typeof jobStep>;

export const job = z.strictObject({
  id: jobId,
  /** What is done, e.g. `workspace.create`. */
  kind: z.string(),
  /** What it is done to, as the person knows it, e.g. the workspace's name. */
  title: z.string(),
  /** Id of the record it works on (a workspace), so that a screen can find its job. */
  targetId: z.string().nullable(),
  state: jobState,
  steps: z.array(jobStep),
  /** Of the running step. `total` null: not known. */
  progress: z
    .strictObject({
      current: z.number(),
      total: z.number().nullable(),
      unit: z.enum(["bytes", "files", "percent", "steps"]),
    })
    .nullable(),
  /** The last line of its log. */
  line: z.string(),
  problem: problem.nullable(),
  logPath: z.string(),
  cancellable: z.boolean(),
  createdAt: timestamp,
  endedAt: timestamp.nullable(),
});
export type Job = z.infer<typeof job>;

export const jobs = {
  watch: procedure.input(z.strictObject({})).output(liveList(job)),
  get: procedure.input(z.strictObject({ id: jobId })).output(job),
  cancel: procedure.input(z.strictObject({ id: jobId })).output(job),
  /** The last `lines` lines of the log. */
  log: procedure
    .input(z.strictObject({ id: jobId, lines: z.int().min(1).max(10_000).default(500) }))
    .output(z.strictObject({ text: z.string() })),
  /** Removes an ended job from the list. */
  dismiss: procedure.input(z.strictObject({ id: jobId })).output(done),
};
