/** How a program is answered: through an HTTP server's response, or on the bare connection after it asked to upgrade. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Refusal, rawRefusal, refusalBody, refusalHeaders, refusalStatus } from "./replies.ts";

export type Answering = { response: ServerResponse } | { socket: Socket; head: Buffer };

/** How long what is left of a refused request is thrown away, in ms. */
const lingerMs = 1_000;

/** A refusal, when nothing was answered yet; else the answer breaks off. */
export function say(answer: Answering, refusal: Refusal): void {
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

/** The head of an answer, on either. `headers`: names and values by turns. */
export function writeHead(answer: Answering, status: number, message: string, headers: readonly string[]): void {
  if ("response" in answer) {
    answer.response.writeHead(status, message, [...headers]);
    answer.response.flushHeaders();
    return;
  }
  // Asked to upgrade, and answered with something else: the end of the connection is the end of the body.
  const lines = Array.from({ length: headers.length / 2 }, (_, at) => `${headers[at * 2]}: ${headers[at * 2 + 1]}\r\n`);
  answer.socket.write(`HTTP/1.1 ${status} ${message}\r\n${lines.join("")}Connection: close\r\n\r\n`, "latin1");
}
