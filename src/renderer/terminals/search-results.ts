/** What a search over all terminals found, in the shape it is shown. */

export type Found = { terminalId: string; line: number; text: string; start: number; end: number };

/** In the order of the answer, which has the newest first. */
export function groupByTerminal(found: readonly Found[]): { terminalId: string; found: Found[] }[] {
  const groups = Map.groupBy(found, ({ terminalId }) => terminalId);
  return [...groups].map(([terminalId, of]) => ({ terminalId, found: of }));
}

/** So much of a line stands before a match at most: what was found must be in view however long its line is. */
const before = 60;

/** The line in three parts, its beginning cut when the match is far to the right. */
export function partsOf({ text, start, end }: Found): { text: string; match: boolean }[] {
  const from = Math.max(0, start - before);
  return [
    { text: `${from > 0 ? "…" : ""}${text.slice(from, start)}`, match: false },
    { text: text.slice(start, end), match: true },
    { text: text.slice(end), match: false },
  ].filter((part) => part.text !== "");
}
