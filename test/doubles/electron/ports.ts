/** `MessageChannelMain` and `MessagePortMain` (docs/api/message-channel-main.md, message-port-main.md). */
import { EventEmitter } from "node:events";
import type { MessageChannelMain as ElectronChannel, MessagePortMain as ElectronPort } from "electron";
import { cloned } from "./page/codec.ts";

/** Where messages go. */
export type PortEnd = { post(message: unknown): void; close(): void };

/**
 * One end of a channel. "Messages are queued until `start` is called"; what cannot be cloned is refused, and a port can be transferred once, to
 * a page, and is of no use in main afterwards.
 */
export class MessagePortMain extends EventEmitter {
  #peer!: MessagePortMain;
  #page: PortEnd | null = null;
  #started = false;
  #closed = false;
  readonly #queue: unknown[] = [];

  static pair(): [MessagePortMain, MessagePortMain] {
    const [one, other] = [new MessagePortMain(), new MessagePortMain()];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new Error("The double does not carry ports over ports");
    const copy = cloned(message);
    // As on the web: a port that was given away says nothing and reaches nobody.
    if (this.#page !== null) return;
    if (!this.#closed) queueMicrotask(() => this.#peer.#receive(copy));
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const message of this.#queue.splice(0)) this.#receive(message);
  }

  close(): void {
    if (this.#closed) return;
    queueMicrotask(() => this.#peer.#end());
    this.#end();
  }

  /** The double's: whether it was given away. */
  get neutered(): boolean {
    return this.#page !== null;
  }

  /** The double's: the port is a page's from now on. Returns what the page posts to. */
  handOver(page: PortEnd): PortEnd {
    this.#page = page;
    for (const message of this.#queue.splice(0)) page.post(message);
    if (this.#closed) page.close();
    return { post: (message) => this.#peer.#receive(message), close: () => this.#peer.#end() };
  }

  #receive(message: unknown): void {
    if (this.#closed) return;
    if (this.#page !== null) this.#page.post(message);
    else if (this.#started) this.emit("message", { data: message, ports: [] });
    else this.#queue.push(message);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#page?.close();
    this.emit("close");
  }
}
// The double's own method aside, it is what Electron declares.
({}) as MessagePortMain satisfies Pick<ElectronPort, "postMessage" | "start" | "close">;

/** Checks what shall be given away, before anything is. */
export function transferable(ports: readonly MessagePortMain[]): readonly MessagePortMain[] {
  ports.forEach((port, index) => {
    if (!(port instanceof MessagePortMain)) throw new TypeError(`Port at index ${index} is not a valid port`);
    if (port.neutered) throw new TypeError(`Port at index ${index} is already neutered`);
    if (ports.indexOf(port) !== index) throw new TypeError(`Port at index ${index} is a duplicate`);
  });
  return ports;
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    [this.port1, this.port2] = MessagePortMain.pair();
  }
}
({}) as MessageChannelMain satisfies { [Key in keyof ElectronChannel]: unknown };
