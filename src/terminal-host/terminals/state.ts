/** The life of a terminal: starting → running → succeeded | failed | cancelled | stream_lost. The last four are final. */
import type { TerminalState } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";

const next: Record<TerminalState, readonly TerminalState[]> = {
  starting: ["running", "failed", "cancelled"],
  running: ["succeeded", "failed", "cancelled", "stream_lost"],
  succeeded: [],
  failed: [],
  cancelled: [],
  stream_lost: [],
};

export function isFinal(state: TerminalState): boolean {
  return next[state].length === 0;
}

/** Throws `conflict` unless `to` may follow `from`. */
export function checkTransition(id: string, from: TerminalState, to: TerminalState): void {
  if (!next[from].includes(to)) {
    throw new Failure("conflict", `Invalid TerminalSession state transition: ${from} -> ${to} (terminal ${id})`);
  }
}

/** What a terminal's end means. A killed one is cancelled whatever its exit code says. */
export function stateAtEnd(exitCode: number | null, killed: boolean): TerminalState {
  if (killed) return "cancelled";
  if (exitCode === null) return "stream_lost";
  return exitCode === 0 ? "succeeded" : "failed";
}
