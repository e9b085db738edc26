/** Finds text in one terminal's output. */

import { withoutEscapes } from "../terminals/last-line.ts";
import { readLog } from "../terminals/log-reader.ts";

export type Found = { terminalId: string; line: number; text: string; start: number; end: number };

/** Of a longer line, the part around the match. */
const longestText = 1000;
const mostLogBytes = 256 * 1024 * 1024;

/** Matches from the last line to the first, at most `limit`. `line` counts from 1 in what is kept of the output. */
export async function findInLog(folder: string, terminalId: string, pattern: RegExp, limit: number): Promise<Found[]> {
  const log = await readLog(folder, terminalId, mostLogBytes, "last");
  const lines = withoutEscapes(log.toString("utf8")).split("\n");
  const found: Found[] = [];
  for (let index = lines.length - 1; index >= 0 && found.length < limit; index--) {
    for (const match of lines[index]!.matchAll(pattern)) {
      if (match[0] === "" || found.length >= limit) break;
      found.push({
        terminalId,
        line: index + 1,
        ...excerpt(lines[index]!, match.index, match.index + match[0].length),
      });
    }
  }
  return found;
}

function excerpt(line: string, start: number, end: number): { text: string; start: number; end: number } {
  const from = line.length <= longestText ? 0 : Math.max(0, start - longestText / 4);
  const text = line.slice(from, from + longestText);
  return { text, start: start - from, end: Math.min(end - from, text.length) };
}
