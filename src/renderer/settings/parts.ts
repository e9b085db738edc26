/** Splits a text at the words that were searched for. Pure. */
export type Part = { text: string; found: boolean; at: number };

export function partsOf(text: string, search: string): Part[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const inText = text.toLowerCase();
  // Lower case may be longer (İ): then places would be wrong.
  if (words.length === 0 || inText.length !== text.length) return [{ text, found: false, at: 0 }];
  const marked = new Uint8Array(text.length);
  for (const word of words)
    for (let at = inText.indexOf(word); at >= 0; at = inText.indexOf(word, at + 1))
      marked.fill(1, at, at + word.length);
  const parts: Part[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at + 1;
    while (end < text.length && marked[end] === marked[at]) end++;
    parts.push({ text: text.slice(at, end), found: marked[at] === 1, at });
    at = end;
  }
  return parts;
}
