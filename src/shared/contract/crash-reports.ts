/** Crash reports: what went wrong inside Cellar, as redacted text on this computer. Nothing sends them; a person may read, save and delete them. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { done, procedure, timestamp } from "./base.ts";

export const crashReportId = z
  .string()
  .regex(/^crash-[0-9a-f]{12}$/, "a crash report's id is crash- and 12 hex digits");

export const crashReport = z.strictObject({
  id: crashReportId,
  /** When it happened last. */
  at: timestamp,
  /** `main`, `window`, or a process of Chromium's (`gpu`, …). */
  process: z.string(),
  /** What happened, in one line. */
  title: z.string(),
  /** All of it, redacted: exactly what is saved. */
  text: z.string(),
  /** The same happened so many times since Cellar was started. */
  count: z.int().min(1),
});
export type CrashReport = z.infer<typeof crashReport>;

const crashReportsState = z.strictObject({
  /** Newest first. */
  reports: z.array(crashReport),
  /** The folder they are in. */
  folder: z.string(),
});
export type CrashReportsState = z.infer<typeof crashReportsState>;

export const crashReports = {
  watch: procedure.input(z.strictObject({})).output(eventIterator(crashReportsState)),
  /** An error that a window did not expect. Main redacts and keeps it; more than a few of one run are dropped. */
  report: procedure
    .input(z.strictObject({ message: z.string().max(20_000), stack: z.string().max(100_000) }))
    .output(done),
  /** Writes the text to a new file in the person's Downloads folder (else their home) and answers where. */
  save: procedure.input(z.strictObject({ id: crashReportId })).output(z.strictObject({ path: z.string() })),
  remove: procedure.input(z.strictObject({ id: crashReportId })).output(done),
  removeAll: procedure.input(z.strictObject({})).output(done),
};
