/**
 * What main says to a page's preload script goes over a connection of its own: the one that Playwright drives the page by compresses every message,
 * which in a flood is most of what main would do, and nothing that Electron does.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { settings } from "./settings.ts";

type Answer = {
  id: number;
  error?: { message: string };
  result?: { exceptionDetails?: { exception?: { description?: string } } };
};

export class PreloadLine {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(problem: string | null): void; reject(error: Error): void }>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#answered(JSON.parse(String(data)) as Answer));
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the page is gone"));
      this.#waiting.clear();
    });
  }

  static async to(target: string): Promise<PreloadLine> {
    const socket = new WebSocket(new URL(`/devtools/page/${target}`, settings.browser!), { perMessageDeflate: false });
    const line = new PreloadLine(socket);
    await once(socket, "open");
    return line;
  }

  /** In a context of the page. Resolves with what it threw, or null; rejects when there is no such context. */
  evaluate(expression: string, contextId: number): Promise<string | null> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error("the page is gone"));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method: "Runtime.evaluate", params: { expression, contextId } }));
    });
  }

  #answered({ id, error, result }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    const thrown = result?.exceptionDetails;
    if (error !== undefined) waiting?.reject(new Error(error.message));
    else waiting?.resolve(thrown === undefined ? null : (thrown.exception?.description ?? "an exception"));
  }
}
