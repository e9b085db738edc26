/**
 * What every part of the contract is made of: the closed set of error codes, identifiers, names, and live lists.
 *
 * Rules (see ARCHITECTURE.md): every object is strict (unknown keys are refused), every call says what it returns, and an
 * error crosses a boundary as `{code, message, hint?, logPath?}`, never as a stack.
 */
import { eventIterator, oc } from "@orpc/contract";
import { z } from "zod";
import { type ErrorCode, errorCodes, errorStatus } from "./error-codes.ts";

export { type ErrorCode, errorCodes, errorStatus };

/** What a failed call says beside its code and message. */
export const errorDetail = z.strictObject({
  /** What to do next, as a sentence. */
  hint: z.string().optional(),
  /** A log on this computer that says more. */
  logPath: z.string().optional(),
});
export type ErrorDetail = z.infer<typeof errorDetail>;

/** A failure as a record keeps it (a job that failed, a workspace that could not be made). */
export const problem = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  logPath: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;

const errorMap = Object.fromEntries(
  errorCodes.map((code) => [code, { status: errorStatus[code], data: errorDetail.optional() }]),
) as Record<ErrorCode, { status: number; data: z.ZodOptional<typeof errorDetail> }>;

/** Bytes of one call's input on the wire (JSON) when the procedure does not say otherwise. */
export const defaultInputBytes = 1024 * 1024;
/** For the few calls that take a megabyte of text: each of its characters is up to six bytes as JSON. */
export const textInputBytes = 7 * 1024 * 1024;
/** What a procedure says about itself beside its schemas. */
export type ProcedureMeta = { inputBytes?: number };

/** The builder every procedure starts from, so that none can leave out the errors. */
export const procedure = oc.$meta<ProcedureMeta>({}).errors(errorMap);

/** ISO 8601 UTC with milliseconds, as `Date.prototype.toISOString` prints it. */
export const timestamp = z.iso.datetime();

export const terminalId = z.string().regex(/^term-[0-9a-f]{8}$/, "a terminal id is term- and 8 hex digits");
export const cellId = z.string().regex(/^[0-9a-f]{12}$/, "a cell id is 12 hex digits");
export const workspaceId = z.string().regex(/^ws-[0-9a-f]{8}$/, "a workspace id is ws- and 8 hex digits");
export const jobId = z.string().regex(/^job-[0-9a-f]{12}$/, "a job id is job- and 12 hex digits");
export const launchId = z.string().regex(/^launch-[0-9a-f]{12}$/, "a launch id is launch- and 12 hex digits");
export const bottleId = z.string().regex(/^bottle-[0-9a-f]{12}$/, "a bottle id is bottle- and 12 hex digits");
export const notificationId = z.string().regex(/^note-[0-9a-f]{12}$/, "a notification id is note- and 12 hex digits");
export const planId = z.string().regex(/^plan-[0-9a-f]{32}$/, "a plan id is plan- and 32 hex digits");
export const programId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "a program id is lower case with hyphens");

/** A path on the computer Cellar runs on: absolute, at most 4096 bytes, without NUL. */
export const absolutePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes("\0"), "a path cannot contain NUL")
  .refine(
    (path) => path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\\\"),
    "must be absolute",
  );

/** A folder in a workspace, relative to it; empty: the workspace itself. Whether it is there and leads out is looked at when it is used. */
export const folderInside = z
  .string()
  .max(4096)
  .refine((path) => !path.includes("\0"), "a path cannot contain NUL");

/** Columns and rows of a terminal. 10 000 columns is what agent-tty used so that nothing wraps. */
export const terminalSize = z.strictObject({
  cols: z.int().min(2).max(10_000),
  rows: z.int().min(1).max(2_000),
});
export type TerminalSize = z.infer<typeof terminalSize>;

/**
 * A live list: the first event carries everything there is now, later ones one change each, so that a client never has to
 * join a list with a stream itself.
 */
export function liveList<Item extends z.ZodType>(item: Item) {
  return eventIterator(
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("all"), items: z.array(item) }),
      z.strictObject({ type: z.literal("changed"), item }),
      z.strictObject({ type: z.literal("removed"), id: z.string() }),
    ]),
  );
}
export type LiveListEvent<Item> =
  | { type: "all"; items: Item[] }
  | { type: "changed"; item: Item }
  | { type: "removed"; id: string };

/** The answer of a call that has nothing to say. */
export const done = z.strictObject({});
