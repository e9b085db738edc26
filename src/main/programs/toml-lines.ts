/** Where a key of a TOML document stands, for messages: the parser keeps no positions, so the lines are read once more. */

/**
 * Line number (from 1) of the nearest thing to `path` that is written in `source`: the key itself, else the header of the table it
 * belongs in. Numbers in the path (places in an array) only tell which of several `[[…]]` tables is meant. Falls back to 1.
 */
export function lineOf(source: string, path: readonly (string | number)[]): number {
  let best = { depth: 0, line: 1 };
  let table: (string | number)[] = [];
  const counts = new Map<string, number>();
  source.split("\n").forEach((text, index) => {
    const header = /^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?/.exec(text);
    let here: (string | number)[];
    if (header) {
      table = keysOf(header[2]!);
      if (header[1] === "[[") {
        const place = counts.get(header[2]!) ?? 0;
        counts.set(header[2]!, place + 1);
        table.push(place);
      }
      here = table;
    } else {
      const key = /^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=/.exec(
        text,
      );
      if (!key) return;
      here = [...table, ...keysOf(key[1]!)];
    }
    const depth = here.every((part, at) => part === path[at]) ? here.length : 0;
    if (depth > best.depth) best = { depth, line: index + 1 };
  });
  return best.line;
}

function keysOf(dotted: string): string[] {
  return [...dotted.matchAll(/"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  );
}
