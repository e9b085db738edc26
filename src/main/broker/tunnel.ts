/**
 * A WebSocket through a route: the handshake is checked on both sides, then bytes pass as they come. Frames have said their length before, so
 * an echoed secret is replaced by as many stars, also where it lies in several of them; extensions are not offered, because it cannot be seen in
 * compressed frames.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Duplex, pipeline, type Readable, Transform } from "node:stream";
import { Failure } from "#shared/failure.ts";
import { reasonOf } from "../egress/index.ts";
import { answer } from "./answers.ts";
import type { Forward } from "./decide.ts";
import { downwardHeaders, type Timing } from "./exchange.ts";
import { decodersOf } from "./redaction/decoding.ts";
import { EventRedactor } from "./redaction/event-redactor.ts";
import { ServerFrames } from "./redaction/framing.ts";
import type { Redactor } from "./redaction/redactor.ts";
import { redacting } from "./redaction/stream.ts";
import type { PendingRequest } from "./request-log.ts";
import { withCredential } from "./sentinel.ts";
import type { Upstream } from "./upstream.ts";

export type Tunnel = {
  request: IncomingMessage;
  /** Answers on the same connection until it has become a WebSocket. */
  response: ServerResponse;
  socket: Duplex;
  head: Buffer;
  forward: Forward;
  upstream: Upstream;
  secret: string;
  timing: Timing;
  log: PendingRequest;
};

/** Resolves when it is over. */
export function tunnel({
  request,
  response,
  socket,
  head,
  forward,
  upstream,
  secret,
  timing,
  log,
}: Tunnel): Promise<void> {
  const key = request.headers["sec-websocket-key"]!;
  const headers = [
    ["Host", upstream.authority],
    ...forward.headers,
    withCredential(forward.place, secret),
    ["Accept-Encoding", "identity"],
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
  ].flat();
  return new Promise((done) => {
    const up = upstream.request("GET", forward.path, headers);
    let over = false;
    let redactor: Redactor | null = null;
    const end = (decision: "forwarded" | "failed" | "cancelled", reason: string | null = null) => {
      if (over) return;
      over = true;
      clearTimeout(idle);
      up.destroy();
      log.redactions = redactor?.count ?? 0;
      log.end(decision, reason);
      done();
    };
    const fail = (what: string) => {
      if (over) return;
      log.status = 502;
      end("failed", what);
      answer(response, 502, `broker upstream error: ${what}`);
    };
    const idle = setTimeout(() => {
      if (log.status === null) fail(`no answer within ${Math.round(timing.idleMs / 1000)} s`);
      else socket.destroy();
    }, timing.idleMs);
    socket.once("close", () => end("cancelled", "the client went away"));
    up.on("error", (error) => fail(error instanceof Failure ? error.message : reasonOf(error)));
    up.once("response", (incoming) => {
      // The upstream says no; its answer passes, redacted and whole or not at all.
      const decoders = decodersOf(incoming.headers["content-encoding"]);
      if (decoders === null) {
        incoming.destroy();
        fail("its content-encoding cannot be read");
        return;
      }
      log.status = incoming.statusCode!;
      redactor = upstream.redactor(secret);
      response.writeHead(incoming.statusCode!, [
        "Connection",
        "close",
        ...downwardHeaders(incoming.rawHeaders, redactor, (name) => name === "content-encoding").flat(),
      ]);
      pipeline([incoming, ...decoders, redacting(redactor), response], (error) =>
        end(error ? "failed" : "forwarded", error ? reasonOf(error) : null),
      );
    });
    up.once("upgrade", (incoming, far, farHead) => {
      if (incoming.headers["sec-websocket-accept"] !== acceptOf(key)) {
        far.destroy();
        fail("its answer to the WebSocket's key is wrong");
        return;
      }
      log.status = 101;
      redactor = upstream.redactor(secret);
      const echoes = new EventRedactor(redactor, new ServerFrames(), { bytesFirst: false });
      const answered = downwardHeaders(incoming.rawHeaders, redactor, () => false);
      const lines = [["Connection", "Upgrade"], ["Upgrade", "websocket"], ...answered].map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
      // Each is the end of one pipeline and the beginning of another, which both listen to it.
      for (const side of [socket, far]) side.setMaxListeners(32);
      if (farHead.length > 0) far.unshift(farHead);
      if (head.length > 0) socket.unshift(head);
      const counted = counting((bytes) => {
        log.bytesUp += bytes.length;
        idle.refresh();
      });
      const down = redacting(echoes, (bytes) => {
        log.bytesDown += bytes.length;
        idle.refresh();
      });
      const ended = new Promise<void>((both) => {
        let open = 2;
        const one = (other: Readable) => (error: Error | null | undefined) => {
          if (error) other.destroy();
          if (--open === 0) both();
        };
        pipeline(socket, counted, far, one(socket));
        pipeline(far, down, socket, one(far));
      });
      void ended.then(() => end("forwarded"));
    });
    up.end();
  });
}

function counting(count: (bytes: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, chunk);
      count(chunk);
    },
  });
}

/** RFC 6455, 4.2.2. */
function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
