/**
 * CONNECT: a tunnel to one host and port. What goes through is looked at once, at its first bytes: TLS has to name the host that was asked for,
 * HTTP is read like any other, and nothing else passes unless a rule says so. After that bytes pass unread.
 */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ClientHello } from "./client-hello.ts";
import { peek } from "./first-bytes.ts";
import { probeHeader } from "./headers.ts";
import { reachableClasses, readHost } from "./hosts.ts";
import { failureOf } from "./outward.ts";
import type { Judgement } from "./policy.ts";
import type { ProxyParts } from "./proxy-parts.ts";
import { relay } from "./relay.ts";
import { rawRefusal, tlsAlert } from "./replies.ts";
import type { Origin } from "./requests.ts";
import type { Denial, Permission } from "./rules.ts";
import { connectTarget, hostHeader } from "./targets.ts";

export type TunnelParts = ProxyParts & {
  /** Reads HTTP from the connection; requests on it go to `origin` only. */
  serveHttp: (socket: Socket, origin: Origin) => void;
};

const established = "HTTP/1.1 200 Connection established\r\n\r\n";

export async function openTunnel(parts: TunnelParts, request: IncomingMessage, client: Socket): Promise<void> {
  const gone = new AbortController();
  client.on("error", () => client.destroy());
  client.once("close", () => gone.abort());
  const target = connectTarget(request.url ?? "");
  if (target === null) return refuseText(parts, client, request.url ?? "", "CONNECT needs a host name and a port");
  const named = request.headers.host === undefined ? null : hostHeader(request.headers.host, target.port);
  if (request.headers.host !== undefined && named?.host.toLowerCase() !== target.host.toLowerCase()) {
    return refuseText(parts, client, request.url ?? "", "The Host header names another host than CONNECT");
  }
  const question = { kind: "tunnel" as const, ...target };
  const probes = parts.isProbe(request.headers[probeHeader]);
  const judgement = await parts.policy.judge(question, gone.signal, probes);
  if (judgement === null || client.destroyed) return void client.destroy();
  const { verdict } = judgement;
  if (verdict.type === "deny") return refuse(parts, client, judgement, verdict);
  if (verdict.anyProtocol) return pass(parts, client, judgement, verdict, false);
  client.write(established);
  const first = await peek(client, parts.limits.helloMs);
  switch (first.type) {
    case "tls": {
      const wrong = serverNameProblem(first.hello, verdict.host);
      if (wrong !== null) return refuseTls(parts, client, judgement, wrong);
      if (verdict.type === "intercept") return intercept(parts, client, judgement, verdict);
      return pass(parts, client, judgement, verdict, true);
    }
    case "http":
      return parts.serveHttp(client, { host: verdict.host, port: target.port, tls: false });
    case "malformed":
      return refuseTls(
        parts,
        client,
        judgement,
        denial("malformed", `The TLS of the client is malformed: ${first.why}`),
      );
    case "other":
      return refuseTls(
        parts,
        client,
        judgement,
        denial("protocol_not_allowed", "Only TLS and HTTP may pass on this port"),
      );
    default:
      // Nobody said anything: there is nothing to refuse, and a client that only looks whether a port is open has its answer.
      client.destroy();
  }
}

/** Null when the server the hello names is the one that was asked for. */
function serverNameProblem({ serverName, encrypted }: ClientHello, host: string): Denial | null {
  const asked = readHost(host);
  if (serverName === null) {
    // An address has no name to send (RFC 6066 3).
    if (asked?.kind === "address" && !encrypted) return null;
    return denial(
      "server_name_missing",
      `The TLS client names no server, so that it cannot be told whether it is ${host}`,
    );
  }
  if (readHost(serverName)?.text === host) return null;
  return denial("server_name_differs", `CONNECT asked for ${host}, and the TLS client names another server`);
}

async function pass(
  parts: TunnelParts,
  client: Socket,
  judgement: Judgement,
  permission: Permission,
  answered: boolean,
): Promise<void> {
  const { port } = judgement.question as { port: number };
  const { host, privateAddresses } = permission;
  const open = parts.policy.begin(judgement, permission, false);
  const gone = new AbortController();
  const left = () => gone.abort();
  client.once("close", left);
  let upstream: Socket;
  try {
    const destination = { host, port, tls: false, addresses: reachableClasses(host, privateAddresses) };
    upstream = await parts.dialer.dial(destination, { signal: gone.signal });
  } catch (error) {
    const failure = failureOf(error);
    open.end(failure);
    if (answered) return void client.end(tlsAlert("access_denied"));
    return void client.end(rawRefusal({ ...failure, decisionId: open.id, target: `${host}:${port}`, canAllow: false }));
  } finally {
    client.off("close", left);
  }
  if (client.destroyed) {
    upstream.destroy();
    return open.end();
  }
  if (!answered) client.write(established);
  const already = { in: client.bytesWritten, out: client.bytesRead - client.readableLength };
  open.follow(
    () => ({ out: Math.max(0, client.bytesRead - already.out), in: Math.max(0, client.bytesWritten - already.in) }),
    () => client.destroy(),
  );
  await relay(client, upstream, parts.limits);
  open.end();
}

/** From here on the gateway is the server, under the bottle's own authority. */
async function intercept(
  parts: TunnelParts,
  client: Socket,
  judgement: Judgement,
  permission: Permission,
): Promise<void> {
  const { host } = permission;
  const { port } = judgement.question as { port: number };
  const secureContext = await parts.contextFor(host);
  const secured = new TLSSocket(client, { isServer: true, secureContext, ALPNProtocols: ["http/1.1"] });
  secured.on("error", () => secured.destroy());
  const slow = setTimeout(() => secured.destroy(), parts.limits.helloMs);
  secured.once("close", () => clearTimeout(slow));
  secured.once("secure", () => {
    clearTimeout(slow);
    parts.serveHttp(secured, { host, port, tls: true });
  });
}

function refuse(parts: TunnelParts, client: Socket, judgement: Judgement, verdict: Denial): void {
  const { id, host, port } = parts.policy.deny(judgement, verdict);
  const target = port === null ? host : `${host}:${port}`;
  client.end(rawRefusal({ ...verdict, decisionId: id, target }));
}

/** After 200 there is no HTTP to say it in: a TLS client understands an alert. */
function refuseTls(parts: TunnelParts, client: Socket, judgement: Judgement, verdict: Denial): void {
  parts.policy.deny(judgement, verdict);
  client.end(tlsAlert(verdict.reason.startsWith("server_name") ? "unrecognized_name" : "access_denied"));
}

function refuseText(parts: TunnelParts, client: Socket, target: string, detail: string): void {
  const question = { kind: "tunnel" as const, host: target, port: 0 };
  refuse(
    parts,
    client,
    { question, waitedId: null, verdict: denial("malformed", detail) },
    denial("malformed", detail),
  );
}

function denial(reason: Denial["reason"], detail: string): Denial {
  return { type: "deny", reason, detail, rule: null, canAllow: false };
}
