/** What programs say about themselves, as one line that can be shown anywhere. */

/** Longest evidence, in UTF-16 units. */
const longestEvidence = 200;

/** One line without control and direction characters, cut to `most` units and never in the middle of a character. */
export function oneLine(text: string, most = longestEvidence): string {
  // Far more than is kept, and little enough that a megabyte of it costs nothing.
  const line = text
    .slice(0, most * 8)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
