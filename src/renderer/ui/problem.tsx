/** What went wrong, where it happened: what, to what, what to do next, and the way to the log. */
import type { ReactNode } from "react";
import type { Problem } from "#shared/contract/base.ts";
import { Sign } from "./state-sign.tsx";

export function ProblemNote({ problem, children }: { problem: Problem; children?: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex items-start gap-2 rounded border border-negative bg-negative-tint px-2.5 py-2 text-text"
    >
      <Sign state="failed" className="mt-[3px]" />
      <div className="min-w-0 flex-1">
        <p className="whitespace-pre-line break-words">{sentence(problem.message)}</p>
        {problem.hint && <p className="mt-0.5 break-words text-muted">{problem.hint}</p>}
        {problem.logPath && (
          <p className="mt-0.5 break-all text-muted text-sm">
            Log: <code className="select-text font-mono">{problem.logPath}</code>
          </p>
        )}
        {children && <div className="mt-2 flex flex-wrap gap-2">{children}</div>}
      </div>
    </div>
  );
}

/** Messages are written to follow a colon as well; alone they begin with a capital. */
export function sentence(text: string): string {
  return /^[a-z][a-z]* /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
