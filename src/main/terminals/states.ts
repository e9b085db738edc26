/** What the states of a terminal mean to main. */
import type { TerminalState } from "#shared/contract/terminals.ts";

/** Nothing changes after one of these. */
export const finalStates: ReadonlySet<TerminalState> = new Set(["succeeded", "failed", "cancelled", "stream_lost"]);
