/**
 * A connection of the browser's protocol to one page, beside the one that Playwright drives it by: that one compresses every message. Here goes
 * what is much (whatever a page loads, whatever main says to it), as Electron compresses none of it either.
 */
import { once } from "node:events";
import type { CDPSession } from "playwright-core";
import { WebSocket } from "ws";
import { settings } from "./settings.ts";

/** The protocol's types, as Playwright has them. */
type Send = CDPSession["send"];
type On = CDPSession["on"];
type Message = { id?: number; method?: string; params?: unknown; error?: { message: string }; result?: unknown };
type Waiting = { resolve(result: never): void; reject(error: Error): void };

export class PageLine {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (params: never) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#heard(JSON.parse(String(data)) as Message));
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the page is gone"));
      this.#waiting.clear();
    });
  }

  static async to(target: string): Promise<PageLine> {
    const address = new URL(`/devtools/page/${target}`, settings.browser!);
    const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 0 });
    const line = new PageLine(socket);
    await once(socket, "open");
    return line;
  }

  readonly send = ((method: string, params: object = {}) => {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error("the page is gone"));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }) as Send;

  readonly on = ((event: string, listener: (params: never) => void) => {
    this.#listeners.set(event, listener);
  }) as unknown as On;

  #heard({ id, method, params, error, result }: Message): void {
    if (method !== undefined) this.#listeners.get(method)?.(params as never);
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(error.message));
  }
}
