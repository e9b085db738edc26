/** Text measured in terminal columns: what is overwritten when a program goes back in a line and prints over it. */

const narrow = /^[\x20-\x7e]*$/;
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;
/** East Asian wide and emoji, by block: exactness matters only where such a character is overwritten in part. */
const wide =
  /^[\u1100-\u115f\u2329\u232a\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f004}\u{1f0cf}\u{1f18e}\u{1f191}-\u{1f19a}\u{1f200}-\u{1f320}\u{1f32d}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f7e0}-\u{1f7eb}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
const tabStop = 8;

/** Columns that a character takes when it is printed at column `at`. */
function advance(character: string, at: number): number {
  if (character === "\t") return tabStop - (at % tabStop);
  if (narrow.test(character)) return 1;
  if (zeroWidth.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Columns from `from` to behind the last character. */
export function widthOf(text: string, from = 0): number {
  if (narrow.test(text)) return text.length;
  let at = from;
  for (const character of text) at += advance(character, at);
  return at - from;
}

/** What stands in front of a column and what from it on; a character that lies across it becomes blanks on both sides. */
export function splitAtColumn(text: string, column: number): [before: string, after: string] {
  if (narrow.test(text)) return [text.slice(0, column), text.slice(column)];
  let at = 0;
  let index = 0;
  for (const character of text) {
    const next = at + advance(character, at);
    if (at >= column && !(next === at && at === column && index > 0)) break;
    if (next > column) {
      return [
        text.slice(0, index) + " ".repeat(column - at),
        " ".repeat(next - column) + text.slice(index + character.length),
      ];
    }
    at = next;
    index += character.length;
  }
  return [text.slice(0, index), text.slice(index)];
}

/** The line after `run` was printed over it at `column`. */
export function overwrite(line: string, column: number, run: string): string {
  const [before] = splitAtColumn(line, column);
  const [, after] = splitAtColumn(line, column + widthOf(run, column));
  const gap = column - widthOf(before);
  return (gap > 0 ? before + " ".repeat(gap) : before) + run + after;
}
