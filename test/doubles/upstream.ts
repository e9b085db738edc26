/** Stands in for a provider's API, an MCP server or a git host: a real HTTP or HTTPS server that writes down what it was asked. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";

export type Asked = {
  method: string;
  url: string;
  rawHeaders: string[];
  headers: IncomingMessage["headers"];
  /** Complete once the request is. */
  body: Promise<string>;
  /** Whether its end came. */
  whole: Promise<boolean>;
};

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

export class Upstream implements AsyncDisposable {
  readonly server: Server;
  readonly asked: Asked[] = [];
  /** Connections that were ever made. */
  readonly sockets: Socket[] = [];
  answer: Answering;

  private constructor(answer: Answering, tls?: { cert: string; key: string }) {
    this.answer = answer;
    const listener: RequestListener = (request, response) => {
      const { method = "", url = "", rawHeaders, headers } = request;
      const body = new Promise<string>((resolve) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        const done = () => {
          request.socket.off("close", done);
          resolve(Buffer.concat(chunks).toString());
        };
        request.on("close", done);
        // A request that was answered before its end is not closed with its connection.
        request.socket.on("close", done);
      });
      const whole = body.then(() => request.complete);
      this.asked.push({ method, url, rawHeaders, headers, body, whole });
      this.answer(request, response);
    };
    this.server = tls === undefined ? createServer(listener) : (createSecureServer(tls, listener) as unknown as Server);
    this.server.on("connection", (socket: Socket) => this.sockets.push(socket));
  }

  /** `answer` replies to every request; by default with `hello`. */
  static async start(
    answer: Answering = (_, response) => response.end("hello"),
    tls?: { cert: string; key: string },
  ): Promise<Upstream> {
    const upstream = new Upstream(answer, tls);
    await new Promise<void>((resolve) => upstream.server.listen(0, "127.0.0.1", resolve));
    return upstream;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

/** All values a header was sent with, in whatever case. */
export function sent(asked: Asked | undefined, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < (asked?.rawHeaders.length ?? 0); index += 2) {
    if (asked!.rawHeaders[index]!.toLowerCase() === name) values.push(asked!.rawHeaders[index + 1]!);
  }
  return values;
}
