/** Which entries of the palette a few letters mean, best first. Pure. */

export type Searchable = { title: string; keywords?: string };

/**
 * How well an entry fits, 0 when it does not. Every word typed must be found: at the start of a word of the title is best, inside the
 * title good, in the keywords less, as letters in order (`nws` for "New workspace") least.
 */
export function score({ title, keywords = "" }: Searchable, query: string): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const inTitle = title.toLowerCase();
  const inKeywords = keywords.toLowerCase();
  let total = 1;
  for (const word of words) {
    const one = scoreWord(inTitle, inKeywords, word);
    if (one === 0) return 0;
    total += one;
  }
  // Of two that fit equally the shorter title says less that was not asked for.
  return total + 1 / (1 + title.length);
}

function scoreWord(title: string, keywords: string, word: string): number {
  if (title.startsWith(word)) return 12;
  const at = title.indexOf(word);
  if (at > 0) return /[\s\-·_/.]/.test(title[at - 1] ?? "") ? 10 : 6;
  if (keywords.includes(word)) return keywords.startsWith(word) || keywords.includes(` ${word}`) ? 4 : 2;
  return word.length > 1 && initialsInOrder(title, word) ? 1 : 0;
}

/** Each letter in order, beginning at the start of a word. */
function initialsInOrder(text: string, letters: string): boolean {
  const starts = [...text].flatMap((_, at) => (at === 0 || /\W/.test(text[at - 1] ?? "") ? [at] : []));
  return starts.some((start) => {
    let at = start - 1;
    return [...letters].every((letter, index) => {
      at = index === 0 ? (text[start] === letter ? start : -1) : text.indexOf(letter, at + 1);
      return at >= 0;
    });
  });
}

export type Grouped<Entry> = { group: string; entries: Entry[] };

/** Groups in their given order while nothing is typed, then by their best entry; `most` entries of each. */
export function searchEntries<Entry extends Searchable & { group: string }>(
  entries: readonly Entry[],
  query: string,
  most: number,
): Grouped<Entry>[] {
  const groups = new Map<string, { entry: Entry; score: number }[]>();
  for (const entry of entries) {
    const fits = score(entry, query);
    if (fits === 0) continue;
    const group = groups.get(entry.group);
    if (group) group.push({ entry, score: fits });
    else groups.set(entry.group, [{ entry, score: fits }]);
  }
  const sorted = [...groups].map(([group, scored]) => {
    if (query.trim() !== "") scored.sort((a, b) => b.score - a.score);
    return { group, best: scored[0]?.score ?? 0, entries: scored.slice(0, most).map(({ entry }) => entry) };
  });
  if (query.trim() !== "") sorted.sort((a, b) => b.best - a.best);
  return sorted.map(({ group, entries: shown }) => ({ group, entries: shown }));
}
