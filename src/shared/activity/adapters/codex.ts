/**
 * Codex's `notify` program, checked against 0.169.0: it says when a turn is complete. Its hooks would say more, but run only after the
 * person has reviewed them; questions are heard from the notifications it sends its terminal.
 */
import type { Claim } from "../signals.ts";
import type { HookEvent } from "./hook-event.ts";
import { objectIn, textIn } from "./payload.ts";

export function claimOfCodex({ payload: raw }: HookEvent): Claim | null {
  return textIn(objectIn(raw), "type") === "agent-turn-complete"
    ? { state: "done", evidence: "Finished its turn", calls: true }
    : null;
}
