/**
 * HTTP that the gateway reads: plain, in absolute form or in a tunnel, and what is inside intercepted TLS. Each request is decided on its own, and
 * is sent on as a new one, so that no two programs can disagree about where it ends or whom it is for.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline, type Readable } from "node:stream";
import type { GatewayReason } from "#shared/contract/gateway.ts";
import { type AskAbout, allowUnreadable, BodyScan, Detected, Scanner } from "./detectors/scanner.ts";
import { endToEnd, headerPairs, onlyHeader, probeHeader, type RawHeaders, requestHeaders } from "./headers.ts";
import { reachableClasses, readHost } from "./hosts.ts";
import { failureOf, type Outward } from "./outward.ts";
import type { Judgement, Open } from "./policy.ts";
import type { ProxyParts } from "./proxy.ts";
import { type Refusal, rawRefusal, refusalBody, refusalHeaders, refusalStatus } from "./replies.ts";
import { type Denial, detects, type Permission } from "./rules.ts";
import { absoluteTarget, hostHeader } from "./targets.ts";
import { finishUpgrade } from "./upgrades.ts";

/** What everything on a connection goes to; null on the proxy's own, where each request says it. */
export type Origin = { host: string; port: number; tls: boolean };

/** How a request is answered: through an HTTP server's response, or on the bare connection after it asked to upgrade. */
export type Answering = { response: ServerResponse } | { socket: Socket; head: Buffer };

type Where = Origin & { path: string };

/** How long what is left of a refused request is thrown away, in ms. */
const lingerMs = 1_000;
type Exchange = {
  request: IncomingMessage;
  answer: Answering;
  where: Where;
  judgement: Judgement;
  permission: Permission;
};

export async function handleRequest(
  parts: ProxyParts,
  request: IncomingMessage,
  answer: Answering,
  origin: Origin | null,
): Promise<void> {
  const gone = new AbortController();
  ("response" in answer ? answer.response : answer.socket).once("close", () => gone.abort());
  const where = whereTo(request, origin);
  if ("reason" in where) {
    const question = {
      kind: "request" as const,
      host: origin?.host ?? request.url ?? "",
      port: origin?.port ?? 0,
      method: request.method ?? "",
      path: "/",
    };
    return refuse(parts, answer, { question, waitedId: null }, denial(where.reason, where.detail));
  }
  const question = {
    kind: "request" as const,
    host: where.host,
    port: where.port,
    method: request.method ?? "",
    path: where.path,
  };
  const judgement = await parts.policy.judge(question, gone.signal, parts.isProbe(request.headers[probeHeader]));
  if (judgement === null || request.socket.destroyed) return;
  const { verdict } = judgement;
  if (verdict.type === "deny") return refuse(parts, answer, judgement, verdict);
  const exchange = { request, answer, where: { ...where, host: verdict.host }, judgement, permission: verdict };
  try {
    await forward(parts, exchange, gone.signal);
  } catch (thrown) {
    if (!(thrown instanceof Detected)) throw thrown;
    refuse(parts, answer, judgement, denial("detected", thrown.message));
  }
}

/** One reading of where a request goes, or why there is none. */
function whereTo(request: IncomingMessage, origin: Origin | null): Where | { reason: GatewayReason; detail: string } {
  const raw = request.rawHeaders;
  const url = request.url ?? "";
  const transfer = headerPairs(raw).filter(([name]) => name.toLowerCase() === "transfer-encoding");
  if (transfer.length > 1 || transfer.some(([, value]) => value.toLowerCase() !== "chunked")) {
    return { reason: "malformed", detail: "The only transfer encoding is chunked" };
  }
  if (origin !== null && (url.startsWith("/") || url === "*")) {
    const named = hostHeader(onlyHeader(raw, "host") ?? "", origin.tls ? 443 : 80);
    return agrees(named, origin) ? { ...origin, path: url } : differs;
  }
  const absolute = absoluteTarget(url);
  if (absolute === null || (origin !== null && (origin.tls || !agrees(absolute, origin)))) {
    return { reason: "malformed", detail: "A request to the gateway has to name http://, a host and a path" };
  }
  const named = hostHeader(onlyHeader(raw, "host") ?? "", 80);
  if (!agrees(named, absolute)) return differs;
  return { host: absolute.host, port: absolute.port, path: absolute.path, tls: false };
}

const differs = {
  reason: "host_differs" as const,
  detail: "The Host header has to name, once, the host the request is for",
};

function agrees(named: { host: string; port: number } | null, asked: { host: string; port: number }): boolean {
  const one = named === null ? null : readHost(named.host);
  const other = readHost(asked.host);
  return one !== null && other !== null && one.text === other.text && named?.port === asked.port;
}

async function forward(parts: ProxyParts, exchange: Exchange, gone: AbortSignal): Promise<void> {
  const { request, where, judgement, permission } = exchange;
  const scanner = detects(permission.detectors) ? new Scanner(permission.detectors, parts.knownSecrets()) : null;
  const ask: AskAbout = (what) => parts.policy.askOnce(judgement.question, what, gone);
  const authority = authorityOf(where);
  let path = where.path;
  let headers = requestHeaders(request.rawHeaders, authority);
  if (scanner !== null) {
    path = await scanner.clear(path, "The address", ask);
    headers = await clearHeaders(scanner, headers, ask);
    await checkBody(scanner, request, ask);
  }
  // Last, so that the real credential is neither looked at nor found.
  const injected = parts.inject({ ...where, method: request.method ?? "", headers });
  if ("refused" in injected)
    return refuse(parts, exchange.answer, judgement, denial("denied_by_rule", injected.refused));
  const open = parts.policy.begin(judgement, permission, where.tls);
  send(parts, exchange, { path, headers: injected.headers, open, scan: scanner && new BodyScan(scanner, ask) });
}

type Outgoing = { path: string; headers: RawHeaders; open: Open; scan: BodyScan | null };

function send(parts: ProxyParts, exchange: Exchange, { path, headers, open, scan }: Outgoing): void {
  const { request, answer, where, permission } = exchange;
  const upgrade = "socket" in answer;
  const addresses = reachableClasses(where.host, permission.privateAddresses);
  const outward: Outward = { destination: { host: where.host, port: where.port, tls: where.tls, addresses } };
  const up = httpRequest({
    ...outward,
    host: where.host,
    port: where.port,
    method: request.method!,
    path,
    headers: [...framed(request, headers), ...(upgrade ? ["Connection", "Upgrade", "Upgrade", "websocket"] : [])],
    agent: upgrade || !isSafe(request) ? parts.freshAgent : parts.agent,
    setDefaultHeaders: false,
    insecureHTTPParser: false,
    maxHeaderSize: parts.limits.headerBytes,
  });
  up.setTimeout(parts.limits.idleMs, () => up.destroy(new Error("nothing came for too long")));
  up.on("socket", (socket) => {
    const before = { in: socket.bytesRead, out: socket.bytesWritten };
    open.follow(
      () => ({ in: socket.bytesRead - before.in, out: Math.max(0, socket.bytesWritten - before.out) }),
      () => up.destroy(new Cut()),
    );
  });
  let failed = false;
  // Node takes it from a request that has ended.
  const { socket } = request;
  const fail = (error: Error) => {
    if (failed) return;
    failed = true;
    // Whoever asked has left: that is no failure of the host.
    if (socket.destroyed) return open.end();
    const reason = reasonOf(error);
    open.end(reason);
    up.destroy();
    say(answer, { ...reason, decisionId: open.id, target: authorityOf(where), canAllow: false });
  };
  up.on("error", fail);
  up.on("response", (response) => {
    pass(answer, response, () => open.end());
    // The client has left, or the answer broke off: whatever was still to be sent is of no use.
    response.once("close", () => up.destroy());
  });
  if (upgrade) finishUpgrade(parts, up, answer, open);
  else answer.response.once("close", () => !answer.response.writableFinished && up.destroy());
  sendBody(request, up, scan, fail);
}

/** The rules do not allow any more what was allowed when it began. */
class Cut extends Error {}

function reasonOf(error: Error): { reason: GatewayReason; detail: string } {
  if (error instanceof Detected) return { reason: "detected", detail: error.message };
  if (error instanceof Cut) return { reason: "denied_by_rule", detail: "The rule that allowed it is gone" };
  return failureOf(error);
}

function sendBody(
  request: IncomingMessage,
  up: ClientRequest,
  scan: BodyScan | null,
  fail: (error: Error) => void,
): void {
  const broken = (error: Error | null | undefined) => error && fail(error);
  if (scan === null) pipeline(request, up, (error) => broken(error));
  else {
    // Not in one pipeline with the request: what is found would end that, and with it the connection that the refusal goes out on.
    request.pipe(scan);
    request.once("close", () => !request.complete && scan.destroy(new Error("the client has left")));
    pipeline(scan, up, (error) => broken(error));
  }
}

/** The answer as it comes: its head at once, its body with the client's own pace. */
function pass(answer: Answering, response: IncomingMessage, done: () => void): void {
  const headers = endToEnd(response.rawHeaders).flat();
  if ("socket" in answer) {
    // Asked to upgrade, and answered with something else: the end of the connection is the end of the body.
    const lines = endToEnd(response.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
    answer.socket.write(
      `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n${lines.join("")}Connection: close\r\n\r\n`,
      "latin1",
    );
    pipeline(response as Readable, answer.socket, done);
    return;
  }
  const { response: out } = answer;
  out.writeHead(response.statusCode!, response.statusMessage ?? "", headers);
  out.flushHeaders();
  pipeline(response as Readable, out, done);
}

/** A request that says nothing about a body has none; Node would say that it is chunked. */
function framed(request: IncomingMessage, headers: RawHeaders): RawHeaders {
  const has = (name: string) => request.headers[name] !== undefined;
  if (has("content-length") || has("transfer-encoding") || isSafe(request)) return headers;
  return [...headers, "Content-Length", "0"];
}

/** Connections that were used before may be closed while a request is on its way; only what can be asked twice goes there. */
function isSafe(request: IncomingMessage): boolean {
  const bodyless =
    request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined;
  return bodyless && ["GET", "HEAD", "OPTIONS"].includes(request.method ?? "");
}

async function clearHeaders(scanner: Scanner, headers: RawHeaders, ask: AskAbout): Promise<RawHeaders> {
  const cleared: RawHeaders = [];
  for (const [name, value] of headerPairs(headers)) {
    cleared.push(name, name === "Host" ? value : await scanner.clear(value, `The header ${name}`, ask));
  }
  return cleared;
}

async function checkBody(scanner: Scanner, request: IncomingMessage, ask: AskAbout): Promise<void> {
  const coding = request.headers["content-encoding"] ?? "identity";
  if (scanner.reads && coding !== "identity") await allowUnreadable(scanner.detectors, ask);
}

function refuse(parts: ProxyParts, answer: Answering, judgement: Omit<Judgement, "verdict">, verdict: Denial): void {
  const { id, host, port } = parts.policy.deny(judgement, verdict);
  say(answer, { ...verdict, decisionId: id, target: port === null || port === 0 ? host : `${host}:${port}` });
}

function say(answer: Answering, refusal: Refusal): void {
  if ("socket" in answer) return void answer.socket.end(rawRefusal(refusal));
  const { response } = answer;
  if (response.headersSent) return void response.destroy();
  const body = refusalBody(refusal);
  response.shouldKeepAlive = false;
  response
    .writeHead(refusalStatus(refusal), {
      ...refusalHeaders(refusal),
      "Content-Length": Buffer.byteLength(body),
      Connection: "close",
    })
    .write(body);
  endWhenRead(response);
}

/**
 * What is left of a request is thrown away for a moment before its connection is closed: closing on bytes that were not read makes the kernel reset
 * the connection, and the client may lose the answer that is on its way (RFC 9112 9.6).
 */
function endWhenRead(response: ServerResponse): void {
  const { req: request } = response;
  if (request.complete) return void response.end();
  const end = () => {
    clearTimeout(patience);
    response.end();
  };
  const patience = setTimeout(end, lingerMs);
  request.once("end", end).once("close", end);
  request.unpipe();
  request.resume();
}

function authorityOf({ host, port, tls }: Origin): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === (tls ? 443 : 80) ? name : `${name}:${port}`;
}

function denial(reason: GatewayReason, detail: string): Denial {
  return { type: "deny", reason, detail, rule: null, canAllow: false };
}
