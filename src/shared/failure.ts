/** The one exception that is meant for a person: inside a process it is thrown, at a boundary it becomes a {@link Problem}. */
import type { Problem } from "./contract/base.ts";
import type { ErrorCode } from "./contract/error-codes.ts";

export class Failure extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly logPath: string | undefined;

  constructor(code: ErrorCode, message: string, more: { hint?: string; logPath?: string; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "Failure";
    this.code = code;
    this.hint = more.hint;
    this.logPath = more.logPath;
  }

  toProblem(): Problem {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.logPath === undefined ? {} : { logPath: this.logPath }),
    };
  }

  static from(problem: Problem): Failure {
    return new Failure(problem.code, problem.message, problem);
  }
}

/** Any thrown thing as a problem; what is not a {@link Failure} is a defect of ours and says no more than its message. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Failure) return thrown.toProblem();
  return { code: "internal", message: thrown instanceof Error ? thrown.message : String(thrown) };
}
