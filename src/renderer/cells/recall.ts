/** Going through earlier code with the arrow keys, as shells do it. Pure: the code box keeps the place. */

/** Codes that were submitted, newest first, none twice in a row. */
export function recallable(codes: readonly string[]): string[] {
  return codes.filter((code, index) => code !== codes[index - 1]);
}

export type Recalled = { code: string; at: number };

/**
 * The next earlier or later code. `at` is the place in `codes` that is shown, -1 while nothing was recalled. Going past the newest gives
 * back the empty box; null when there is nowhere to go.
 */
export function recall(codes: readonly string[], at: number, direction: "earlier" | "later"): Recalled | null {
  const to = direction === "earlier" ? at + 1 : at - 1;
  if (to < -1 || to >= codes.length) return null;
  return { code: codes[to] ?? "", at: to };
}

/** Arrow keys leave the code box alone unless the box is empty or shows a recalled code as it was. */
export function recalling(codes: readonly string[], at: number, code: string): boolean {
  return code === "" || (at >= 0 && codes[at] === code);
}
