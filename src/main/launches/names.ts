/** The name of a launch's terminal, as `k` and people use it: `<workspace>-<program>`, numbered when taken. */
import type { Terminal } from "#shared/contract/terminals.ts";
import { finalStates } from "../terminals/index.ts";

/** Longest name the contract allows, less room for a number. */
const longest = 58;

/** The part of a name that a person's own label gives; null when nothing of it can stand in a name. */
export function nameOfLabel(label: string | undefined): string | null {
  return label?.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || null;
}

/** `promised`: names of terminals that are still being made. */
export function terminalNameFor(
  workspace: string,
  program: string,
  terminals: readonly Terminal[],
  promised: ReadonlySet<string> = new Set(),
): string {
  const base = `${workspace}-${program}`
    .replace(/[^A-Za-z0-9_.-]/g, "-")
    .replace(/\.{2,}/g, ".")
    .slice(0, longest);
  const running = terminals.filter((each) => !finalStates.has(each.state)).map((each) => each.name);
  const taken = new Set([...running, ...promised]);
  if (!taken.has(base)) return base;
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}
