/** What every double of a provider's API has: HTTP on loopback, and a memory of what was sent. What it answers is its own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `path` is without its query. */
export type ProviderRequest = { method: string; path: string; headers: IncomingMessage["headers"]; body: string };

export abstract class ProviderDouble implements AsyncDisposable {
  /** Method and path of every request, in order. */
  readonly asked: string[] = [];
  /** What was shown as a key by each of them. */
  readonly shown: (string | undefined)[] = [];
  /** Everything that was in a head or a body. */
  readonly received: string[] = [];
  /** What commands put out, as it came back. */
  readonly results: string[] = [];
  readonly #server: Server = createServer((request, response) => void this.#receive(request, response));

  protected abstract answer(request: ProviderRequest, response: ServerResponse): Promise<void> | void;

  /** Resolves with its address, without a path. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const { method = "", url = "/", headers, rawHeaders } = request;
    const path = new URL(url, "http://localhost").pathname;
    this.asked.push(`${method} ${path}`);
    this.shown.push(headers["x-api-key"]?.toString() ?? headers.authorization);
    this.received.push(JSON.stringify(rawHeaders), url, body);
    await this.answer({ method, path, headers, body }, response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** Begins a stream of server-sent events; sends one of them. */
export function eventStream(response: ServerResponse): (type: string, data: object) => void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  return (type, data) => void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}
