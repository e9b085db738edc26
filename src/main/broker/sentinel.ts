/** Finding the sentinel in a request. Exactly one place, exactly once, exactly this run's; everything else is refused. Pure. */
import { sameToken } from "#node/token.ts";
import { queryName, queryValue } from "./header-rules.ts";
import type { Credential, HeaderPlace, Place } from "./route.ts";

export type Header = readonly [name: string, value: string];

export type SentinelFound = { credential: Credential } | { refused: "missing" | "wrong" | "duplicate" };

/** Header names in lower case; `query` raw. */
export function findSentinel(
  headers: readonly Header[],
  query: readonly string[],
  credentials: readonly Credential[],
  sentinel: string,
): SentinelFound {
  const found: Credential[] = [];
  let wrong = false;
  for (const credential of credentials) {
    const shown = shownAt(credential.from, headers, query);
    // A header that comes twice is ambiguous, whichever of them is right.
    if (shown.length > 1) return { refused: "duplicate" };
    for (const text of shown) {
      const token = tokenAt(credential.from, text);
      if (token === null) continue;
      if (sameToken(token, sentinel)) found.push(credential);
      else wrong = true;
    }
  }
  if (found.length > 1) return { refused: "duplicate" };
  if (found[0] === undefined)
    return { refused: wrong || somethingShown(headers, query, credentials) ? "wrong" : "missing" };
  return { credential: found[0] };
}

/** Whether the sentinel stands anywhere else than where it was found: it would be forwarded. Asked only once it was found. */
export function standsElsewhere(
  headers: readonly Header[],
  target: string,
  query: readonly string[],
  { from }: Credential,
  sentinel: string,
): boolean {
  const own = (name: string) => "header" in from && from.header === name;
  const inName = sentinel.toLowerCase();
  if (headers.some(([name, value]) => (!own(name) && value.includes(sentinel)) || name.includes(inName))) return true;
  const path = target.split("?", 1)[0]!;
  if (path.includes(sentinel)) return true;
  return query.some((part) => !("query" in from && queryName(part) === from.query) && part.includes(sentinel));
}

function shownAt(place: Place, headers: readonly Header[], query: readonly string[]): string[] {
  if ("query" in place) return query.filter((part) => queryName(part) === place.query);
  return headers.filter(([name]) => name === place.header).map(([, value]) => value);
}

function somethingShown(
  headers: readonly Header[],
  query: readonly string[],
  credentials: readonly Credential[],
): boolean {
  return credentials.some(({ from }) => shownAt(from, headers, query).length > 0);
}

/** The token in a header's value or a query's part; null when it has another form than this place. */
function tokenAt(place: Place, text: string): string | null {
  if ("query" in place) return queryValue(text);
  if ("user" in place) return passwordOf(text);
  const { prefix } = place;
  return text.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase() ? text.slice(prefix.length) : null;
}

function passwordOf(value: string): string | null {
  const encoded = /^basic ([A-Za-z0-9+/]+=*)$/i.exec(value)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("latin1");
  const colon = text.indexOf(":");
  return colon < 0 ? null : text.slice(colon + 1);
}

/** The header with the real credential. Throws when it holds what cannot stand in a header. */
export function withCredential(place: HeaderPlace, secret: string): Header {
  if (!/^[\x20-\x7e]+$/.test(secret)) throw new TypeError("the secret holds a character that cannot stand in a header");
  if ("prefix" in place) return [place.header, place.prefix + secret];
  return [place.header, `Basic ${Buffer.from(`${place.user}:${secret}`, "latin1").toString("base64")}`];
}
