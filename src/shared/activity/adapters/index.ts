/** Hook events of each kind of program, read as claims. Nothing of a payload is kept but the one line that is shown as evidence. */
import type { Claim } from "../signals.ts";
import { claimOfCellar } from "./cellar.ts";
import { claimOfClaude } from "./claude.ts";
import { claimOfCodex } from "./codex.ts";
import { claimOfGemini } from "./gemini.ts";
import type { HookEvent } from "./hook-event.ts";

/** `cellar`: the plain one, for any program: the event is the state, the payload a text. */
export const dialects = ["cellar", "claude", "codex", "gemini"] as const;
export type Dialect = (typeof dialects)[number];

const adapters: Record<Dialect, (event: HookEvent) => Claim | null> = {
  cellar: claimOfCellar,
  claude: claimOfClaude,
  codex: claimOfCodex,
  gemini: claimOfGemini,
};

/** Null for an event that says nothing about what the program is doing. The plain form is understood from every program. */
export function claimOfHook(dialect: Dialect, event: HookEvent): Claim | null {
  return adapters[dialect](event) ?? claimOfCellar(event);
}
