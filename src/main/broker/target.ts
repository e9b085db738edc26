/** The target of a request: one spelling, or refused. What a route compares must be what the upstream will understand. Pure. */

export type Target = {
  /** The first two segments: `llm/anthropic`. */
  key: string;
  /** What follows them, beginning with `/`, or empty. */
  rest: string;
  /** Raw `name=value` parts, in order. */
  query: string[];
};

const longest = 8 * 1024;
const pathChars = /^(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;
const queryChars = /^(?:[\w.~!$&'()*+,;=:@/?-]|[[\]{}|^`"<>]|%[0-9A-Fa-f]{2})*$/;

/** The text says why a target is refused; `status` goes with it. */
export type BadTarget = { status: 400 | 414; why: string };

export function parseTarget(target: string): Target | BadTarget {
  const bad = (why: string): BadTarget => ({ status: 400, why });
  if (target.length > longest) return { status: 414, why: "the address is too long" };
  if (!target.startsWith("/")) return bad("the target has to be a path");
  if (target.includes("#")) return bad("the target has a fragment");
  const at = target.indexOf("?");
  const path = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? "" : target.slice(at + 1);
  if (!pathChars.test(path)) return bad("the path has a character that must be encoded");
  if (!queryChars.test(query)) return bad("the query has a character that must be encoded");
  const encoded = badEncoding(path);
  if (encoded !== null) return bad(encoded);
  if (/%(?:00|0[aAdD])/.test(query)) return bad("the query has an encoded control character");
  const segments = path.slice(1).split("/");
  // The last may be empty (`/v1/`), as may be the only one.
  if (segments.slice(0, -1).some((segment) => segment === "")) return bad("the path has an empty segment");
  if (segments.some(isDotSegment)) return bad("the path has a dot segment");
  const [kind = "", name = "", ...rest] = segments;
  return {
    key: `${kind}/${name}`,
    rest: rest.length === 0 ? "" : `/${rest.join("/")}`,
    query: query === "" ? [] : query.split("&"),
  };
}

/** Encodings that somebody on the way may undo and so find another path than the one that was compared. */
function badEncoding(path: string): string | null {
  if (/%2f/i.test(path)) return "the path has an encoded slash";
  if (/%5c/i.test(path)) return "the path has an encoded backslash";
  if (/%25/.test(path)) return "the path is encoded twice";
  if (/%(?:[01][0-9a-f]|7f)/i.test(path)) return "the path has an encoded control character";
  // Overlong UTF-8, which lax decoders read as `/` or `.`.
  if (/%(?:c[01]|f[5-9a-f])|%e0%[89]|%f0%8/i.test(path)) return "the path is not UTF-8";
  if (/%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/i.test(path)) return "the path encodes a plain character";
  return null;
}

/** `.` and `..`, also with a parameter behind them (`..;x`), which some servers cut off before they resolve. */
function isDotSegment(segment: string): boolean {
  return /^\.{1,2}(?:;.*)?$/.test(segment);
}

/** At the border of a segment: `/v1` and `/v1/` begin `/v1/x`, `/v1` alone begins `/v1`, neither begins `/v10`. */
export function beginsWith(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith("/") || path.length === prefix.length || path[prefix.length] === "/";
}
