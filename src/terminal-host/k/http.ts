/**
 * HTTP for `k` and `km` on the host's socket. An answer's status is 600 plus the exit code, its body is what to print: the one thing that
 * curl of any age tells a script beside the body. A stream has status 200, and lines that begin with what they are: `+` standard output,
 * `!` standard error, `@` something to come back with, `=` the exit code and the end. One that ends without `=` was cut off.
 *
 * The socket is its owner's alone. A browser could only get here through somebody's proxy; it sends an Origin, and the name of a host
 * that we do not have, and is refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { problemOf } from "#shared/failure.ts";
import type { HostServices } from "../server/services.ts";
import type { KAnswer, KStream } from "./answer.ts";
import { KService } from "./index.ts";
import { inputLimit } from "./input.ts";
import { readRequest } from "./request.ts";

const hostName = "cellar";
const exitCodeStatus = 600;
/** Nobody asked for the outcome of such a call. As a shell says it of a program that Ctrl-C ended. */
const exitOfInterrupt = 130;
/** Arguments are a few megabytes at most, whatever the system. */
const bodyLimit = inputLimit + 8 * 1024 * 1024;
/** Who was interrupted asks at once how its call ended, in ms. */
const outcomeKeptMs = 10_000;
/** A watcher this far behind is shown less, in bytes. */
const streamLimit = 1024 * 1024;

type Call = { abort: AbortController; answer: Promise<KAnswer> };

export class KServer {
  readonly #host: HostServices;
  readonly #service: KService;
  readonly #server: Server;
  /** By the pid of the script. */
  readonly #calls = new Map<number, Call>();

  constructor(host: HostServices) {
    this.#host = host;
    this.#service = new KService(host);
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        const problem = problemOf(error);
        if (problem.code === "internal") console.error("a request of k failed:", error);
        if (!response.headersSent) answer(response, { text: `ERR ${problem.message}\n`, exitCode: 1 });
        else response.destroy();
      });
    });
  }

  /** A connection whose first byte is a letter. */
  accept(socket: Socket): void {
    this.#server.emit("connection", socket);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    if (headers.origin !== undefined || headers.host !== hostName || method !== "POST") {
      response.writeHead(403, { connection: "close" }).end();
      return;
    }
    if (this.#host.ending) {
      // Nothing was done: the next host is asked.
      response.writeHead(503, { connection: "close" }).end();
      return;
    }
    const body = await readBody(request);
    if (body === null) {
      response.destroy();
      return;
    }
    if (url === "/outcome") await this.#outcome(Number(body.toString()), response);
    else if (url === "/km") await this.#service.stream("km", readRequest(body), streamOf(response));
    else if (url === "/k") await this.#k(body, response);
    else response.writeHead(404, { connection: "close" }).end();
  }

  async #k(body: Buffer, response: ServerResponse): Promise<void> {
    const request = readRequest(body);
    if (request.args[0] === "watch") return this.#service.stream("k", request, streamOf(response));
    const abort = new AbortController();
    const call: Call = { abort, answer: this.#service.answer(request, abort.signal) };
    this.#calls.set(request.pid, call);
    const forget = () => {
      if (this.#calls.get(request.pid) === call) this.#calls.delete(request.pid);
    };
    response.once("close", () => {
      if (response.writableFinished) return forget();
      abort.abort();
      setTimeout(forget, outcomeKeptMs).unref();
    });
    answer(response, await call.answer);
  }

  /** How a call ended whose script was interrupted. That it is interrupted may be heard here first. */
  async #outcome(pid: number, response: ServerResponse): Promise<void> {
    const call = this.#calls.get(pid);
    call?.abort.abort();
    answer(response, (await call?.answer) ?? { text: "", exitCode: exitOfInterrupt });
  }
}

function answer(response: ServerResponse, { text, exitCode }: KAnswer): void {
  const bytes = Buffer.from(text);
  const head = { "content-length": bytes.length, "content-type": "text/plain; charset=utf-8", connection: "close" };
  response.writeHead(exitCodeStatus + exitCode, "Exit code", head).end(bytes);
}

function streamOf(response: ServerResponse): KStream {
  const over = new AbortController();
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.flushHeaders();
  response.once("close", () => over.abort());
  const say = (kind: string, text: string) => {
    if (!over.signal.aborted) response.write(`${kind}${text.replaceAll("\n", " ")}\n`);
  };
  return {
    line: (text) => say("+", text),
    errorLine: (text) => say("!", text),
    remember: (state) => say("@", state),
    get flows() {
      return response.writableLength < streamLimit;
    },
    onDrain: (listener) => response.on("drain", listener),
    end(exitCode) {
      say("=", String(exitCode));
      over.abort();
      response.end();
    },
    over: over.signal,
  };
}

/** Null when it is larger than any script of ours sends. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
