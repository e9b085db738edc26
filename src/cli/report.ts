/** How a failure looks: a sentence for a person at a terminal, one JSON line for everything else. */
import { Failure, problemOf } from "#shared/failure.ts";
import { exitCodes } from "./exit-codes.ts";

/** Prints it on stderr; gives the exit code. */
export function report(thrown: unknown, { json }: { json: boolean }): number {
  const problem = problemOf(thrown);
  if (json || !process.stderr.isTTY) {
    process.stderr.write(`${JSON.stringify(problem)}\n`);
    return exitCodes[problem.code];
  }
  const aborted = thrown instanceof Failure && thrown.name === "UserAbort";
  const lines = aborted ? ["Aborted."] : [`Error: ${problem.message}`];
  if (problem.hint !== undefined) lines.push(`  ${problem.hint}`);
  if (problem.logPath !== undefined) lines.push(`  Log: ${problem.logPath}`);
  process.stderr.write(`${lines.join("\n")}\n`);
  return exitCodes[problem.code];
}
