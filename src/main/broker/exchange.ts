/** One request to an upstream and its answer, streamed both ways. Nothing is decided here about whether it may happen. */
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { Readable, Transform } from "node:stream";
import { Failure } from "#shared/failure.ts";
import { reasonOf } from "../egress/index.ts";
import { answer } from "./answers.ts";
import type { Forward } from "./decide.ts";
import { namedByConnection, passesDown } from "./header-rules.ts";
import { pump } from "./pump.ts";
import { decodersOf } from "./redaction/decoding.ts";
import { EventRedactor } from "./redaction/event-redactor.ts";
import { framingOf } from "./redaction/framing.ts";
import type { Redactor } from "./redaction/redactor.ts";
import { redactText } from "./redaction/stream.ts";
import type { PendingRequest } from "./request-log.ts";
import { type Header, withCredential } from "./sentinel.ts";
import type { Upstream } from "./upstream.ts";

export type Timing = {
  /** Milliseconds until an upstream is connected to, TLS included. */
  connectMs: number;
  /** Until its answer begins, and after that between bytes in either direction. */
  idleMs: number;
};

/** AV-21. */
export const defaultTiming: Timing = { connectMs: 15_000, idleMs: 600_000 };

export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  forward: Forward;
  upstream: Upstream;
  secret: string;
  timing: Timing;
  log: PendingRequest;
  /** The answer's head, before any of its body; what it returns is shown what passes. */
  onAnswer: (status: number, contentType: string | undefined) => Tap | null;
};

export type Tap = { push: (bytes: Buffer) => void; end: (cut: boolean) => void };

/** Resolves when it is over, however it ended; it has been logged then. */
export function exchange(parts: Exchange): Promise<void> {
  return new Promise((done) => new RunningExchange(parts, done));
}

/** What goes up, except for an upgrade. */
export function upwardHeaders(
  { headers, place, contentLength, chunked }: Forward,
  method: string,
  upstream: Upstream,
  secret: string,
): string[] {
  const framing: Header[] = chunked
    ? [["Transfer-Encoding", "chunked"]]
    : contentLength !== null
      ? [["Content-Length", String(contentLength)]]
      : ["GET", "HEAD", "DELETE", "OPTIONS"].includes(method)
        ? []
        : [["Content-Length", "0"]];
  const own: Header[] = [
    ["Host", upstream.authority],
    ...headers,
    // A secret cannot be seen in compressed bytes.
    ["Accept-Encoding", "identity"],
    withCredential(place, secret),
    ["Connection", "keep-alive"],
    ...framing,
  ];
  return own.flat();
}

/** What comes down: the upstream's headers that pass, without any form of the secret. */
export function downwardHeaders(raw: readonly string[], redactor: Redactor, drop: (name: string) => boolean): Header[] {
  const headers: Header[] = [];
  const clean = !redactor.finds(Buffer.from(raw.join("\n"), "latin1"));
  const named = new Set<string>();
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index]!.toLowerCase() === "connection")
      for (const name of namedByConnection([raw[index + 1]!])) named.add(name);
  }
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!;
    const own = name.toLowerCase();
    if (!passesDown(own) || named.has(own) || drop(own)) continue;
    if (clean) headers.push([name, raw[index + 1]!]);
    else if (redactText(redactor, name) === name) headers.push([name, redactText(redactor, raw[index + 1]!)]);
  }
  return headers;
}

class RunningExchange {
  readonly #parts: Exchange;
  readonly #redactor: Redactor;
  readonly #idle: NodeJS.Timeout;
  readonly #done: () => void;
  #up: ClientRequest;
  #tap: Tap | null = null;
  #answered = false;
  #over = false;

  constructor(parts: Exchange, done: () => void) {
    this.#parts = parts;
    this.#done = done;
    const { request, response, upstream, secret, timing } = parts;
    this.#redactor = upstream.redactor(secret);
    this.#idle = setTimeout(() => this.#timeOut(), timing.idleMs);
    this.#up = this.#send(true);
    request.on("data", (chunk: Buffer) => {
      parts.log.bytesUp += chunk.length;
      if (this.#answered) this.#idle.refresh();
    });
    request.on("error", () => this.#clientGone());
    response.on("close", () => {
      if (!response.writableFinished) this.#clientGone();
    });
  }

  /** `again` allows one more try, on a new connection, when this one turns out dead before anything was sent. */
  #send(again: boolean): ClientRequest {
    const { request, forward, upstream, secret } = this.#parts;
    const method = request.method!;
    const up = upstream.request(method, forward.path, upwardHeaders(forward, method, upstream, secret));
    let untouched = Number.NaN;
    up.once("socket", (socket) => {
      untouched = socket.bytesWritten;
    });
    up.once("response", (incoming) => this.#onAnswer(incoming));
    up.on("error", (error) => {
      if (this.#over || this.#answered) return;
      if (again && up.reusedSocket && up.socket?.bytesWritten === untouched && this.#parts.log.bytesUp === 0) {
        request.unpipe(up);
        this.#up = this.#send(false);
        return;
      }
      this.#fail(error instanceof Failure ? error.message : reasonOf(error));
    });
    // As when it answers with an upgrade that nobody asked for: then there is no error.
    up.once("close", () => {
      if (this.#up === up && !this.#answered) this.#fail("the connection was closed");
    });
    if (forward.chunked || (forward.contentLength ?? 0) > 0) request.pipe(up);
    else up.end();
    return up;
  }

  #onAnswer(incoming: IncomingMessage): void {
    if (this.#over) {
      incoming.destroy();
      return;
    }
    const { response, log, forward } = this.#parts;
    const encoding = incoming.headers["content-encoding"];
    const bodyless = this.#parts.request.method === "HEAD" || [204, 304].includes(incoming.statusCode!);
    const decoders = bodyless ? [] : decodersOf(encoding);
    if (decoders === null) {
      incoming.destroy();
      this.#fail("its content-encoding cannot be read");
      return;
    }
    const headers = downwardHeaders(
      incoming.rawHeaders,
      this.#redactor,
      (name) => name === "content-encoding" && decoders.length > 0,
    );
    try {
      response.sendDate = incoming.headers.date === undefined;
      response.writeHead(incoming.statusCode!, headers.flat());
    } catch {
      incoming.destroy();
      this.#fail("its headers are not valid");
      return;
    }
    this.#answered = true;
    this.#idle.refresh();
    log.status = incoming.statusCode!;
    log.host = forward.route.upstream.host;
    this.#tap = this.#parts.onAnswer(incoming.statusCode!, incoming.headers["content-type"]);
    this.#pass(incoming, decoders);
  }

  #pass(incoming: IncomingMessage, decoders: Transform[]): void {
    const { response, log } = this.#parts;
    let source: Readable = incoming;
    for (const decoder of decoders) {
      source.once("error", (error) => decoder.destroy(error));
      source = source.pipe(decoder);
    }
    const length = incoming.headers["content-length"];
    const framing = framingOf(incoming.headers["content-type"], { lists: true });
    // The head goes out with the first bytes of the body when they are there, and alone when they let us wait.
    setImmediate(() => {
      if (!response.writableEnded && !response.destroyed) response.flushHeaders();
    });
    pump({
      source,
      response,
      redactor: framing === null ? this.#redactor : new EventRedactor(this.#redactor, framing, { bytesFirst: true }),
      expected: decoders.length > 0 || length === undefined ? null : Number(length),
      onBytes: (bytes) => {
        log.bytesDown += bytes.length;
        this.#idle.refresh();
        this.#tap?.push(bytes);
      },
      onEnd: (error) => (error === null ? this.#end("forwarded") : this.#cut(error)),
    });
  }

  /** The answer had begun: the client sees it end before its end. */
  #cut(error: Error): void {
    this.#end("cut", reasonOf(error));
  }

  #timeOut(): void {
    const seconds = Math.round(this.#parts.timing.idleMs / 1000);
    if (!this.#answered) {
      this.#fail(`no answer within ${seconds} s`);
      return;
    }
    this.#end("cut", "no bytes for too long");
    this.#parts.response.destroy();
  }

  #clientGone(): void {
    this.#end("cancelled", "the client went away");
  }

  #fail(what: string): void {
    if (this.#over) return;
    const { request, response, log } = this.#parts;
    request.unpipe(this.#up);
    log.status = 502;
    // Before the answer: whoever has read it finds it logged.
    this.#end("failed", what);
    answer(response, 502, `broker upstream error: ${what}`);
  }

  #end(decision: "forwarded" | "failed" | "cut" | "cancelled", reason: string | null = null): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#idle);
    // After a whole answer the connection is kept; in all other cases it must not carry another request.
    if (decision !== "forwarded" || !this.#parts.request.complete) this.#up.destroy();
    this.#tap?.end(decision !== "forwarded");
    this.#parts.log.redactions = this.#redactor.count;
    this.#parts.log.end(decision, reason);
    this.#done();
  }
}
