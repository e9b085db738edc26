/**
 * The credential of a route, put into a request on its way out (AV-21, AV-22): whatever else the program would prove itself with is left out, so that
 * only the one that belongs here is seen there. The same header rules as the broker's.
 */
import type { Secret } from "#node/secret.ts";
import type { GatewayCredential, GatewayReason } from "#shared/contract/gateway.ts";
import { Failure } from "#shared/failure.ts";
import { isCredentialQuery, isOverriding, passesUp, withCredential } from "../broker/index.ts";
import { headerPairs, type RawHeaders } from "./headers.ts";

export type Head = { path: string; headers: RawHeaders };
export type WithCredential = Head & { secret: string };
export type NoCredential = { reason: GatewayReason; detail: string };

/** Of this connection's own writing; they are not the program's. */
const framing = ["host", "content-length", "transfer-encoding"];

export async function putIn(
  { scheme, handle }: GatewayCredential,
  { path, headers }: Head,
  secretOf: (handle: string) => Promise<Secret>,
): Promise<WithCredential | NoCredential> {
  const pairs = headerPairs(headers);
  if (pairs.some(([name]) => isOverriding(name.toLowerCase()))) {
    return { reason: "malformed", detail: "A header asks for another method or path than the one that is allowed" };
  }
  let secret: string;
  try {
    secret = (await secretOf(handle)).reveal();
    const [name, value] = withCredential({ header: "Authorization", prefix: `${scheme} ` }, secret);
    const passing = pairs.filter(([each]) => framing.includes(each.toLowerCase()) || passesUp(each.toLowerCase()));
    const all = [...passing, ["Accept-Encoding", "identity"], [name, value]];
    return { path: withoutCredentials(path), headers: all.flat(), secret };
  } catch (error) {
    // Only what a Failure says was written to be read by others.
    const why = error instanceof Failure ? error.message : `${handle} cannot stand in a header`;
    return { reason: "credential_missing", detail: `The credential of this host cannot be put in: ${why}` };
  }
}

/** A target without what is usually a credential in its query. */
function withoutCredentials(target: string): string {
  const at = target.indexOf("?");
  if (at === -1) return target;
  const kept = target
    .slice(at + 1)
    .split("&")
    .filter((part) => !isCredentialQuery(part, none));
  return kept.length === 0 ? target.slice(0, at) : `${target.slice(0, at)}?${kept.join("&")}`;
}

const none: ReadonlySet<string> = new Set();
