/** Which headers pass through the broker, in both directions (AV-21, AV-22). Names are in lower case. Pure. */
import { hopByHop } from "../egress/index.ts";

/** What the broker writes itself, and what would tell the upstream about us or would be believed by it without reason. */
const rewritten = new Set([
  "host",
  "content-length",
  "expect",
  "accept-encoding",
  "origin",
  "referer",
  "forwarded",
  "via",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "sec-websocket-extensions",
]);

/** Whatever a client may prove itself with: only the credential of the route goes out. */
const credentials = new Set([
  "authorization",
  "x-api-key",
  "api-key",
  "apikey",
  "x-goog-api-key",
  "x-goog-iam-authorization-token",
  "x-auth-token",
  "x-access-token",
  "x-amz-security-token",
  "x-github-token",
  "private-token",
  "job-token",
  "deploy-token",
  "ocp-apim-subscription-key",
  "cookie",
  "cookie2",
]);

/** These make a server see another method or path than the one that was allowed. */
const overriding = new Set([
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-url",
  "x-original-uri",
  "x-rewrite-url",
]);

/** A connection header may not take these away from whoever checks them. */
const notToBeNamed = new Set(["host", "content-length", "transfer-encoding", "origin"]);

const credentialQuery = new Set(["access_token", "api_key", "apikey", "api-key"]);

/** Some servers read `_` as `-`. */
function plain(name: string): string {
  return name.includes("_") ? name.replaceAll("_", "-") : name;
}

export function isOverriding(name: string): boolean {
  return overriding.has(plain(name));
}

export function mayBeNamedByConnection(name: string): boolean {
  return !notToBeNamed.has(plain(name));
}

export function passesUp(name: string): boolean {
  const own = plain(name);
  return (
    !hopByHop.has(own) &&
    !rewritten.has(own) &&
    !credentials.has(own) &&
    !own.startsWith("x-forwarded-") &&
    !own.startsWith("proxy-") &&
    !own.startsWith("sec-fetch-")
  );
}

/** Cookies are not kept: the client's would not be sent either. Other origins are nobody's business here. */
const ownAnswer = new Set([
  "content-length",
  "set-cookie",
  "set-cookie2",
  "alt-svc",
  "strict-transport-security",
  "sec-websocket-extensions",
]);

export function passesDown(name: string): boolean {
  const own = plain(name);
  return !hopByHop.has(own) && !ownAnswer.has(own) && !own.startsWith("access-control-");
}

/** `part` is a raw `name=value`. */
export function isCredentialQuery(part: string, more: ReadonlySet<string>): boolean {
  const name = queryName(part);
  return name === null || credentialQuery.has(name) || more.has(name);
}

/** In lower case; null when its encoding cannot be undone. */
export function queryName(part: string): string | null {
  return decoded(part.split("=", 1)[0]!)?.toLowerCase() ?? null;
}

export function queryValue(part: string): string | null {
  const at = part.indexOf("=");
  return at < 0 ? "" : decoded(part.slice(at + 1));
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}

/** The names a `connection` header lists. */
export function namedByConnection(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(","))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
}
