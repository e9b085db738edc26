/** How many columns a text takes on a terminal. */
import { createRequire } from "node:module";

/** Characters of one column each, the signs of states among them: most texts have no others. */
const narrow =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u2013\u2014\u2018-\u201d\u2026\u2192\u2298\u25a2\u25a3\u25b2\u25cb\u25cc\u25cf\u25d0\u2713\u2715]*$/;

export function isNarrow(text: string): boolean {
  return narrow.test(text);
}

/** Without control characters or sequences in it. */
export function textWidth(text: string): number {
  return isNarrow(text) ? text.length : measured(text);
}

let measure: ((text: string) => number) | undefined;

/** Its tables of characters take longer to load than everything else that a list needs, so only when one is not {@link narrow}. */
function measured(text: string): number {
  measure ??= (createRequire(import.meta.url)("string-width") as { default(text: string): number }).default;
  return measure(text);
}
