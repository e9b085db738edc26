/** What crosses a boundary when a call fails: one of the closed set of codes with a sentence, never a stack. The rest goes to the log. */
import { ORPCError } from "@orpc/client";
import { ValidationError } from "@orpc/contract";
import type { Log } from "#node/log.ts";
import { errorStatus, type Problem } from "#shared/contract/base.ts";
import { Failure } from "#shared/failure.ts";

/** Issues named in a message; a caller that sent a thousand mistakes needs only the first few. */
const namedIssues = 3;

/** Makes any thrown thing what a client may see. Defects of ours are logged with `where` (a procedure's path) and its stack. */
export function wireError(thrown: unknown, where: string, log: Log, logPath: string): ORPCError<string, unknown> {
  if (thrown instanceof ORPCError && thrown.defined) return thrown;
  if (thrown instanceof Failure && lackOf(thrown.cause) === null) return ofProblem(thrown.toProblem());
  if (thrown instanceof ORPCError && thrown.code === "BAD_REQUEST" && thrown.cause instanceof ValidationError) {
    return ofProblem({ code: "invalid_input", message: `${where}: ${sentenceOf(thrown.cause.issues)}` });
  }
  if (isAbort(thrown)) return ofProblem({ code: "cancelled", message: `${where} was cancelled` });
  const wraps = thrown instanceof ORPCError || thrown instanceof Failure;
  const cause = wraps && thrown.cause !== undefined ? thrown.cause : thrown;
  const lack = lackOf(cause);
  if (lack !== null) {
    log.warn({ err: cause, procedure: where }, "a call failed for want of something");
    return ofProblem({ code: "failed", message: `${where} failed: ${lack.what}`, hint: lack.hint, logPath });
  }
  const issues = cause instanceof ValidationError ? sentenceOf(cause.issues) : undefined;
  log.error({ err: cause, procedure: where, issues }, "a call failed unexpectedly");
  return ofProblem({
    code: "internal",
    message: `${where} failed because of a defect in Cellar`,
    hint: "Its log says more; please report it.",
    logPath,
  });
}

function ofProblem({ code, message, hint, logPath }: Problem): ORPCError<string, unknown> {
  return new ORPCError(code, {
    defined: true,
    status: errorStatus[code],
    message,
    data: { ...(hint === undefined ? {} : { hint }), ...(logPath === undefined ? {} : { logPath }) },
  });
}

const full = { what: "the disk is full", hint: "Free some space, then try again." };
const tooManyFiles = {
  what: "Cellar has as many files open as this computer allows it",
  hint: "End some terminals or bottles, or raise the limit (ulimit -n).",
};
const lacks: Readonly<Record<string, typeof full>> = {
  ENOSPC: full,
  EDQUOT: full,
  SQLITE_FULL: full,
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
};

/** What the computer lacks, wherever it was noticed: no defect of ours. */
function lackOf(cause: unknown): typeof full | null {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return (code !== undefined && lacks[code]) || null;
}

function sentenceOf(issues: ValidationError["issues"]): string {
  const named = issues.slice(0, namedIssues).map(({ path, message }) => {
    const place = (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
    return cut(place === "" ? message : `${place}: ${message}`, 300);
  });
  const more = issues.length - named.length;
  return named.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

/** Messages quote keys and values of the caller; a huge one must not come back whole. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === "AbortError" || thrown.name === "TimeoutError");
}
