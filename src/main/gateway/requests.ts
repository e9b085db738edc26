/**
 * HTTP that the gateway reads: plain, in absolute form or in a tunnel, and what is inside intercepted TLS. Each request is decided on its own, and
 * is sent on as a new one, so that no two programs can disagree about where it ends or whom it is for.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { pipeline, type Transform } from "node:stream";
import type { GatewayReason } from "#shared/contract/gateway.ts";
import { decodersOf, framingOf } from "../broker/index.ts";
import { type Answering, say } from "./answering.ts";
import { type Head, putIn } from "./credentials.ts";
import { BodyScan } from "./detectors/body-scan.ts";
import { EventScan } from "./detectors/event-scan.ts";
import {
  type AskAbout,
  allowUnreadable,
  askingOnce,
  Detected,
  incoming,
  outgoing,
  Scanner,
} from "./detectors/scanner.ts";
import { headerPairs, onlyHeader, probeHeader, type RawHeaders, requestHeaders } from "./headers.ts";
import { reachableClasses, readHost } from "./hosts.ts";
import { type Inward, passAnswer } from "./incoming.ts";
import { failureOf, type Outward } from "./outward.ts";
import type { Judgement, Open } from "./policy.ts";
import type { ProxyParts } from "./proxy-parts.ts";
import type { Denial, Permission, Question } from "./rules.ts";
import { absoluteTarget, hostHeader } from "./targets.ts";
import { finishUpgrade, withoutExtensions } from "./upgrades.ts";

/** What everything on a connection goes to; null on the proxy's own, where each request says it. */
export type Origin = { host: string; port: number; tls: boolean };

type Where = Origin & { path: string };

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
  const asked = { kind: "request" as const, method: request.method ?? "", headers: request.rawHeaders };
  if ("reason" in where) {
    const { host = request.url ?? "", port = 0, tls = false } = origin ?? {};
    const question: Question = { ...asked, host, port, tls, path: "/" };
    return refuse(parts, answer, { question, waitedId: null }, denial(where.reason, where.detail));
  }
  const { host, port, tls, path } = where;
  const question: Question = { ...asked, host, port, tls, path };
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
  const scannerOf = (looks: ReturnType<typeof incoming>) => {
    const scanner = new Scanner(looks, parts.knownSecrets());
    return scanner.idle ? null : scanner;
  };
  const out = scannerOf(outgoing(permission.detectors));
  const inward: Inward = {
    redactor: null,
    scanner: scannerOf(incoming(permission.detectors)),
    ask: (what) => ask(what),
  };
  const ask: AskAbout = (what) => parts.policy.askOnce(judgement.question, what, gone);
  const upgrade = "socket" in exchange.answer;
  let head: Head = { path: where.path, headers: requestHeaders(request.rawHeaders, authorityOf(where)) };
  let body: Body = { decoders: [], scans: [] };
  if (out !== null) {
    await out.check(where.host, "The host's name", ask);
    head = {
      path: await out.clear(head.path, "The address", ask),
      headers: await clearHeaders(out, head.headers, ask),
    };
    if (!upgrade) body = await readBody(out, request, ask);
    if (body.decoders.length > 0) head = { ...head, headers: decodedHeaders(head.headers) };
  }
  if (inward.scanner !== null) head = { ...head, headers: askingForPlainBytes(head.headers) };
  if (upgrade && (out !== null || inward.scanner !== null)) {
    head = { ...head, headers: withoutExtensions(head.headers) };
  }
  const { credential } = permission;
  if (credential !== null) {
    // Last, so that the real credential is neither looked at nor found.
    const given = await putIn(credential, head, parts.secretOf);
    if ("reason" in given) return refuse(parts, exchange.answer, judgement, denial(given.reason, given.detail));
    if (request.socket.destroyed) return;
    head = given;
    inward.redactor = parts.redactors.for(credential.handle, given.secret);
  }
  const open = parts.policy.begin(judgement, permission, where.tls);
  send(parts, exchange, { ...head, open, body, out, inward });
}

type Outgoing = Head & { open: Open; body: Body; out: Scanner | null; inward: Inward };

function send(parts: ProxyParts, exchange: Exchange, { path, headers, open, body, out, inward }: Outgoing): void {
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
    // Whoever asked has left: that is no failure of the host. What was found in an answer that had begun has ended it.
    if (socket.destroyed && !(error instanceof Detected)) return open.end();
    const reason = reasonOf(error);
    open.end(reason);
    up.destroy();
    say(answer, { ...reason, decisionId: open.id, target: authorityOf(where), canAllow: false });
  };
  const note = () =>
    open.note([
      ...(out?.blotted ?? []).map((what) => `${what} was blotted out of the request`),
      ...(inward.scanner?.blotted ?? []).map((what) => `${what} was blotted out of the answer`),
      ...(inward.redactor?.count ? ["the credential was taken out of the answer"] : []),
    ]);
  up.on("error", fail);
  up.on("response", (response) => {
    passAnswer(answer, response, inward, (error) => {
      note();
      // What breaks off on the way is no failure of the host's; what was found is said.
      if (error instanceof Detected) fail(error);
      else open.end();
    });
    // The client has left, or the answer broke off: whatever was still to be sent is of no use.
    response.once("close", () => up.destroy());
  });
  if (upgrade) {
    const { socket: client, head } = answer;
    finishUpgrade({ up, client, head, open, out, inward, limits: parts.limits, note, fail });
  } else answer.response.once("close", () => !answer.response.writableFinished && up.destroy());
  sendBody(request, up, body, fail);
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
  { decoders, scans }: Body,
  fail: (error: Error) => void,
): void {
  const broken = (error: Error | null | undefined) => error && fail(error);
  const stages = [...decoders, ...scans];
  const [first] = stages;
  for (const decoder of decoders) {
    // Its own error, not that of a neighbour that ended it.
    decoder.once("error", (error) => "errno" in error && fail(new Detected(compressed)));
  }
  if (first === undefined) pipeline(request, up, (error) => broken(error));
  else {
    // Not in one pipeline with the request: what is found would end that, and with it the connection that the refusal goes out on.
    request.pipe(first);
    request.once("close", () => !request.complete && first.destroy(new Error("the client has left")));
    pipeline([...stages, up], (error) => broken(error));
  }
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
    cleared.push(...(name === "Host" ? [name, value] : await scanner.clearHeader([name, value], "The header", ask)));
  }
  return cleared;
}

/** What a body goes through. If it is decoded, it leaves as plain bytes. */
type Body = { decoders: Transform[]; scans: Transform[] };

const compressed = "The body is compressed, so that it cannot be looked into";

async function readBody(scanner: Scanner, request: IncomingMessage, ask: AskAbout): Promise<Body> {
  const once = askingOnce(ask);
  const bytes = new BodyScan(scanner, "The body", once.ask, { lines: false, patient: true });
  if (!scanner.reads) return { decoders: [], scans: [bytes] };
  const decoders = decodersOf(request.headers["content-encoding"]);
  if (decoders === null) {
    await allowUnreadable(scanner.looks, compressed, ask);
    return { decoders: [], scans: [bytes] };
  }
  const framing = framingOf(request.headers["content-type"], { lists: false });
  const texts = framing && new EventScan(scanner, framing, "The body", once.ask, { patient: true });
  return { decoders, scans: texts === null ? [bytes] : [bytes, texts] };
}

function decodedHeaders(headers: RawHeaders): RawHeaders {
  const kept = headerPairs(headers).filter(
    ([name]) => !["content-encoding", "content-length", "transfer-encoding"].includes(name.toLowerCase()),
  );
  return [...kept.flat(), "Transfer-Encoding", "chunked"];
}

/** Neither compressed nor in parts, in which nothing could be found. */
function askingForPlainBytes(headers: RawHeaders): RawHeaders {
  const kept = headerPairs(headers).filter(
    ([name]) => !["accept-encoding", "range", "if-range"].includes(name.toLowerCase()),
  );
  return [...kept.flat(), "Accept-Encoding", "identity"];
}

function refuse(parts: ProxyParts, answer: Answering, judgement: Omit<Judgement, "verdict">, verdict: Denial): void {
  const { id, host, port } = parts.policy.deny(judgement, verdict);
  say(answer, { ...verdict, decisionId: id, target: port === null || port === 0 ? host : `${host}:${port}` });
}

function authorityOf({ host, port, tls }: Origin): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === (tls ? 443 : 80) ? name : `${name}:${port}`;
}

function denial(reason: GatewayReason, detail: string): Denial {
  return { type: "deny", reason, detail, rule: null, canAllow: false };
}
