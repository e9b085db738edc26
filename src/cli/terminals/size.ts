/** The size of the terminal we were started from. */
import type { TerminalSize } from "#shared/contract/base.ts";

/** Null when there is none. A size no terminal of ours can have is brought into range. */
export function sizeHere(): TerminalSize | null {
  const { columns, rows } = process.stdout;
  if (!process.stdout.isTTY || !columns || !rows) return null;
  return { cols: Math.min(10_000, Math.max(2, columns)), rows: Math.min(2_000, rows) };
}
