/** Paths of requests as rules see them. Servers disagree about odd spellings, so that what can be read in two ways is never matched by a rule. */

/** `/api/v1?x=1` → `/api/v1`. */
export function withoutQuery(target: string): string {
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

/** Dot segments, empty segments, escapes of `.`, `/`, `\` and `%`, backslashes, control characters, parameters (`;`), broken escapes. */
export function ambiguousPath(target: string): boolean {
  const path = withoutQuery(target);
  if (!path.startsWith("/") || /[\\;\x00-\x20\x7f-\uffff]/.test(path) || path.includes("//")) return true;
  if (/%(?:2e|2f|5c|25|00|3b|0[0-9a-f]|1[0-9a-f]|7f)/i.test(path) || /%(?![0-9a-f]{2})/i.test(path)) return true;
  return path.split("/").some((segment) => segment === "." || segment === "..");
}

/** Whole segments: `/api` takes in `/api` and `/api/x`, not `/apis`; `/api/` only what is below it. Of a path that is not ambiguous. */
export function startsWithPath(target: string, prefix: string): boolean {
  const path = decoded(withoutQuery(target));
  const start = decoded(prefix);
  return path === start || path.startsWith(start.endsWith("/") ? start : `${start}/`);
}

/** `%61` is `a` to every server. What an escape may not stand for was sorted out before. */
function decoded(path: string): string {
  return path.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
