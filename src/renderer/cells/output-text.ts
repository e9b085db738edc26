/** The output of a cell, fetched piece by piece: sixteen megabytes never cross at once, and the first lines show while the rest comes. */
import type { Client } from "../connection/index.ts";

const pieceCharacters = 500_000;

export type OutputText = {
  /** Lines so far; the last one may go on in the next piece. */
  lines: readonly string[];
  totalLength: number;
  loaded: number;
};

/** Calls back after each piece with everything so far. Throws what the call throws, and stops when aborted. */
export async function loadOutput(
  client: Pick<Client, "cells">,
  cellId: string,
  signal: AbortSignal,
  progress: (text: OutputText) => void,
): Promise<void> {
  const lines: string[] = [];
  let loaded = 0;
  for (;;) {
    const piece = await client.cells.output({ id: cellId, from: loaded, length: pieceCharacters }, { signal });
    const added = piece.text.split("\n");
    lines.splice(-1, 1, `${lines.at(-1) ?? ""}${added[0]}`, ...added.slice(1));
    loaded += piece.text.length;
    progress({ lines: [...lines], totalLength: piece.totalLength, loaded });
    if (piece.text === "" || loaded >= piece.totalLength) return;
  }
}

export type Match = { line: number; start: number; end: number };

/** As many as are worth stepping through. */
export const mostMatches = 10_000;

/** Every place of a text, in order, letter case ignored unless the text has a capital. */
export function matchesOf(lines: readonly string[], text: string): Match[] {
  if (text === "") return [];
  const exact = /\p{Lu}/u.test(text);
  const wanted = exact ? text : text.toLowerCase();
  const found: Match[] = [];
  for (const [line, given] of lines.entries()) {
    const content = exact ? given : given.toLowerCase();
    for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + wanted.length)) {
      found.push({ line, start: at, end: at + wanted.length });
      if (found.length >= mostMatches) return found;
    }
  }
  return found;
}

/** All of it, for the clipboard. */
export async function wholeOutput(client: Pick<Client, "cells">, cellId: string): Promise<string> {
  let last: OutputText | null = null;
  await loadOutput(client, cellId, new AbortController().signal, (text) => {
    last = text;
  });
  return ((last as OutputText | null)?.lines ?? []).join("\n");
}
