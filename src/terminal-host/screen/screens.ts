/** The host's side of the screen worker: one thread for all screens, started when the first is needed, and again if it dies. */
import { Worker } from "node:worker_threads";
import { entryPath } from "#node/entries.ts";
import type { TerminalSize } from "#shared/contract/base.ts";
import { Failure } from "#shared/failure.ts";
import type { FromWorker, ScreenView, ToWorker } from "./messages.ts";

/** What one screen is told by its emulator. */
export interface ScreenListener {
  parsed(bytes: number): void;
  reply(text: string): void;
  /** The worker has died: everything this screen had is gone, and whoever waits for it gets a Failure. */
  lost(): void;
}

/** What the worker makes is short-lived: a larger nursery would only let more of it lie around, in MB. */
const youngGenerationMb = 8;

type Waiting = { resolve(value: FromWorker): void; reject(error: Error): void };

export class Screens {
  #worker: Worker | null = null;
  readonly #listeners = new Map<string, ScreenListener>();
  readonly #waiting = new Map<number, Waiting>();
  #nextRequest = 1;

  open(id: string, size: TerminalSize, scrollback: number, listener: ScreenListener): void {
    this.#listeners.set(id, listener);
    this.#tell({ type: "open", id, size, scrollback });
  }

  /** The bytes are handed over: the caller has them no longer. */
  write(id: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.#tell({ type: "write", id, bytes }, [bytes.buffer]);
  }

  resize(id: string, size: TerminalSize): void {
    this.#tell({ type: "resize", id, size });
  }

  /** The screen as VT sequences after everything written so far. */
  async serialize(id: string): Promise<Uint8Array> {
    const answer = await this.#ask((request) => ({ type: "serialize", id, request }));
    return answer.type === "serialized" ? answer.screen : new Uint8Array();
  }

  async view(id: string): Promise<ScreenView> {
    const answer = await this.#ask((request) => ({ type: "view", id, request }));
    if (answer.type !== "viewed") throw lost();
    return answer.view;
  }

  close(id: string): void {
    if (this.#listeners.delete(id)) this.#tell({ type: "close", id });
  }

  async end(): Promise<void> {
    this.#listeners.clear();
    await this.#worker?.terminate();
  }

  #ask(message: (request: number) => ToWorker): Promise<FromWorker> {
    const request = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.#tell(message(request));
    });
  }

  #tell(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message, transfer);
  }

  #start(): Worker {
    const worker = new Worker(entryPath("screen-worker"), {
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    // It alone must not keep the host alive.
    worker.unref();
    worker.on("message", (message: FromWorker) => this.#heard(message));
    worker.on("error", (error) => console.error("the screen worker failed:", error));
    worker.on("exit", () => {
      if (this.#worker === worker) this.#lost();
    });
    return worker;
  }

  #heard(message: FromWorker): void {
    switch (message.type) {
      case "parsed":
        this.#listeners.get(message.id)?.parsed(message.bytes);
        return;
      case "reply":
        this.#listeners.get(message.id)?.reply(message.text);
        return;
      default:
        this.#waiting.get(message.request)?.resolve(message);
        this.#waiting.delete(message.request);
    }
  }

  #lost(): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(lost());
    this.#waiting.clear();
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost();
  }
}

function lost(): Failure {
  return new Failure("unavailable", "The terminal's screen is not available", { hint: "Try once more." });
}
