/** What an agent reads when it is refused: what happened, to what, and how to get it allowed. Plain text, short, and a header for programs. */
import { STATUS_CODES } from "node:http";
import type { GatewayReason } from "#shared/contract/gateway.ts";

const decisionHeader = "X-Cellar-Decision";

export type Refusal = {
  reason: GatewayReason;
  detail: string;
  decisionId: string;
  /** `api.github.com:443`. */
  target: string;
  /** A person can allow it. */
  canAllow: boolean;
};

const statuses: Partial<Record<GatewayReason, number>> = {
  malformed: 400,
  host_differs: 400,
  too_many: 429,
  unreachable: 502,
  upstream_tls_failed: 502,
  name_not_found: 502,
  timed_out: 504,
  not_ready: 503,
  credential_missing: 503,
};

export function refusalStatus({ reason }: Pick<Refusal, "reason">): number {
  return statuses[reason] ?? 403;
}

export function refusalHeaders({ reason, decisionId }: Refusal): Record<string, string> {
  return {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    [decisionHeader]: `denied; reason=${reason}; id=${decisionId}`,
  };
}

export function refusalBody({ reason, detail, decisionId, target, canAllow }: Refusal): string {
  const failed = refusalStatus({ reason }) >= 500;
  return [
    failed ? `Cellar's gateway could not complete this request to ${target}.` : `Cellar's gateway refused ${target}.`,
    `Reason: ${detail}. (${reason}, ${decisionId})`,
    canAllow
      ? "This bottle reaches only what is allowed. The person at the computer can allow it with one click (Gateway in Cellar): tell them which host you need and what for, then try again."
      : failed
        ? "The host is allowed; trying again later may help."
        : "A rule can only be changed by the person at the computer; tell them what you need and what for.",
    "",
  ].join("\n");
}

/** The whole answer as bytes, for a connection that is no HTTP server's (any more). */
export function rawRefusal(refusal: Refusal): string {
  const body = refusalBody(refusal);
  const status = refusalStatus(refusal);
  const headers = {
    ...refusalHeaders(refusal),
    "Content-Length": String(Buffer.byteLength(body)),
    Connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** To a TLS client that has begun its handshake: a fatal alert, `unrecognized_name` or `access_denied` (RFC 8446 6.2). */
export function tlsAlert(kind: "unrecognized_name" | "access_denied"): Uint8Array {
  return Uint8Array.of(21, 3, 3, 0, 2, 2, kind === "unrecognized_name" ? 112 : 49);
}
