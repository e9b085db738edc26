/** Mistakes in what was typed. */
import { Failure } from "#shared/failure.ts";

/** `path`: the command as it was typed, for a hint that leads to its help. */
export function misunderstood(message: string, path: readonly string[] = []): Failure {
  return new Failure("invalid_input", message, {
    hint: `${["cellar", ...path].join(" ")} --help says what can be done`,
  });
}

/** The known word closest to a mistyped one, when it is close. */
export function closest(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map((each) => ({ each, distance: distance(word, each) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.each : null;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, row) => [row]);
  for (let column = 1; column <= b.length; column++) rows[0]![column] = column;
  for (let row = 1; row <= a.length; row++) {
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        rows[row - 1]![column]! + 1,
        rows[row]![column - 1]! + 1,
        rows[row - 1]![column - 1]! + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, rows[row - 2]![column - 2]! + 1);
      }
      rows[row]![column] = best;
    }
  }
  return rows[a.length]![b.length]!;
}
