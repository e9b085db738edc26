/**
 * Who may talk to the loopback server. Pure decisions, tested by table.
 *
 * - Host: only the names of loopback with our port, so that a name an attacker makes point to 127.0.0.1 (DNS rebinding) is refused.
 * - Origin: only our own; a page of another site may reach a loopback port, but a browser always says where it comes from.
 * - Token: made anew at every start, 256 bits, compared in constant time.
 */
import { sameToken } from "#node/token.ts";
import type { Problem } from "#shared/contract/base.ts";

/** `host` as in the header. Null when it is one of ours. */
export function refuseHost(host: string | undefined, port: number): Problem | null {
  const own = ["127.0.0.1", "localhost", "[::1]"].some((name) => host?.toLowerCase() === `${name}:${port}`);
  return own ? null : { code: "refused", message: "this address does not belong to Cellar" };
}

/** `origin` as in the header; a program that is not a browser sends none. Only after {@link refuseHost}. */
export function refuseOrigin(origin: string | undefined, host: string): Problem | null {
  if (origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`) return null;
  return { code: "refused", message: "another site may not talk to Cellar" };
}

/** For an endpoint that is no page's business at all: every browser says where it comes from, and nothing else does. */
export function refuseAnyOrigin(origin: string | undefined): Problem | null {
  return origin === undefined ? null : { code: "refused", message: "a page may not talk to Cellar" };
}

export function refuseToken(given: string | null, token: string): Problem | null {
  if (sameToken(given, token)) return null;
  return given === null
    ? { code: "unauthorized", message: "no token was given" }
    : { code: "unauthorized", message: "this token is not valid (any more)" };
}

/** The bearer of an `authorization` header. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\w-]+)$/.exec(header ?? "")?.[1] ?? null;
}
