/** What the proxy of a bottle, and whoever serves a request or a tunnel of it, is made of. */
import type { SecureContext } from "node:tls";
import type { Secret } from "#node/secret.ts";
import type { Redactors } from "../broker/index.ts";
import type { Dialer } from "../egress/index.ts";
import type { OutwardAgent } from "./outward.ts";
import type { Policy } from "./policy.ts";

export type ProxyLimits = {
  /** For the first bytes of a tunnel. */
  helloMs: number;
  /** Nothing passes in either direction for so long: it is ended. */
  idleMs: number;
  /** Of one request or answer. */
  headerBytes: number;
  /** Open connections of one bottle. */
  connections: number;
};

export const proxyLimits: ProxyLimits = { helloMs: 10_000, idleMs: 600_000, headerBytes: 64 * 1024, connections: 512 };

export type ProxyParts = {
  policy: Policy;
  dialer: Dialer;
  /** With connections that are used again, and without. */
  agent: OutwardAgent;
  freshAgent: OutwardAgent;
  contextFor: (host: string) => Promise<SecureContext>;
  secretOf: (handle: string) => Promise<Secret>;
  /** Of the credentials that are put in. */
  redactors: Redactors;
  knownSecrets: () => readonly Secret[];
  isProbe: (header: unknown) => boolean;
  limits: ProxyLimits;
};
