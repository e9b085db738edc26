import type { Terminal } from "#shared/contract/terminals.ts";

/** Why no code can be submitted to a terminal, whatever holds it; undefined: it can. */
export function takesNoCode({ state, olderVersion }: Pick<Terminal, "state" | "olderVersion">): string | undefined {
  if (state !== "running") return "The terminal has ended";
  return olderVersion === undefined ? undefined : "It runs in an older Cellar";
}
