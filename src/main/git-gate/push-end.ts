/** How a push ends: what the log keeps of it, and what the agent's git is told. Pure. */
import type { GitGateEvent, GitGateUpdate } from "#shared/contract/git-gate.ts";
import { Failure } from "#shared/failure.ts";
import type { PushHead } from "./commands.ts";
import { wordsForAgent } from "./door.ts";
import { PushRefused } from "./push-refused.ts";
import type { RefReport } from "./report.ts";
import { type PushedRef, plain, Unreachable } from "./upstream-words.ts";

/** The rules refuse refs by their names or by what would be rewritten; then none of the push is passed on. */
export class NamesRefused extends Error {
  /** By the ref's name. */
  readonly reasons: ReadonlyMap<string, string>;

  constructor(reasons: ReadonlyMap<string, string>) {
    super("refused by the rules");
    this.reasons = reasons;
  }
}

/** It waits in the log for a person, and ends here for the agent. */
export class Pending extends Error {
  constructor() {
    super("pending: nobody has answered yet; push the same again later");
  }
}

/** Upstream was asked: what it said. */
export function concludedPassed(
  updates: readonly GitGateUpdate[],
  pushed: readonly PushedRef[],
): Pick<GitGateEvent, "outcome" | "reason" | "detail"> {
  const refused = pushed.filter(({ ok }) => !ok);
  if (refused.length === 0) return { outcome: "passed", reason: "passed", detail: "" };
  const said = refused.map(({ ref, words }) => `${ref}: ${words}`).join("; ");
  const some = refused.length < updates.length;
  return {
    outcome: "failed",
    reason: some ? "passed_partly" : "refused_upstream",
    detail: `Upstream has refused ${said}.`,
  };
}

export function passedReports(commands: PushHead["commands"], pushed: readonly PushedRef[]): RefReport[] {
  return commands.map(({ ref, said }) => {
    const found = pushed.find((each) => each.ref === ref);
    return {
      ref: said,
      problem: found === undefined ? "upstream said nothing about it" : found.ok ? null : found.words,
    };
  });
}

export type NotPassed = {
  /** Null for what the log says already. */
  concluded: Partial<GitGateEvent> | null;
  /** To the agent, a line each. */
  lines: string[];
  /** Of a ref, by the name that the agent's git has for it. */
  problemOf: (said: string) => string;
};

/** `gone`: the agent's git does not wait for an answer any more. */
export function notPassed(error: unknown, gone: boolean): NotPassed {
  if (error instanceof Pending) return { concluded: null, ...told(error.message) };
  if (error instanceof NamesRefused) return namesRefused(error);
  if (error instanceof PushRefused) return refused(error);
  if (gone) {
    const detail = "The agent's git went away.";
    return { concluded: { outcome: "failed", reason: "interrupted", detail }, ...told("interrupted") };
  }
  return { concluded: unreachable(error as Error), ...told(wordsForAgent(error)) };
}

/** Whether it is one that nobody has foreseen. */
export function isUnforeseen(error: unknown, gone: boolean): boolean {
  return !gone && ![Pending, NamesRefused, PushRefused, Failure].some((kind) => error instanceof kind);
}

function namesRefused({ reasons }: NamesRefused): NotPassed {
  const lines = [...reasons].map(([ref, reason]) => `${ref}: ${reason}`);
  return {
    concluded: { outcome: "refused", reason: "not_allowed", detail: lines.join("; ") },
    lines,
    problemOf: (said) => reasons.get(said) ?? "not pushed, because another ref of this push was refused",
  };
}

function refused({ reason, canApprove, message }: PushRefused): NotPassed {
  // Some begin with the path of a file, which is told as it is.
  const detail = ["detected", "opaque", "too_large"].includes(reason) ? `${message}.` : sentence(message);
  return {
    concluded: { outcome: "refused", reason, detail, canApprove, waitsUntil: null },
    ...told(`refused: ${message}`),
  };
}

function unreachable(error: Error): Partial<GitGateEvent> {
  const more = error instanceof Unreachable ? ` It said: ${plain(error.said)}` : "";
  const detail = `${sentence(error.message)}${more}`;
  return { outcome: "failed", reason: "unreachable", detail, canApprove: false, waitsUntil: null };
}

/** The same of the push and of each of its refs. */
function told(text: string): Pick<NotPassed, "lines" | "problemOf"> {
  return { lines: [text], problemOf: () => text };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
