/** A client of one terminal that does what a window does, without a window: counts, hashes and acknowledges at once. */
import { createHash, type Hash } from "node:crypto";
import { decodeHostFrame, encodeClientFrame } from "#shared/terminals/stream.ts";
import type { HostStream, TerminalHostClient } from "#terminal-host/client/index.ts";

export class Watcher {
  hash: Hash = createHash("sha256");
  bytes = 0;
  snapshotBytes = 0;
  /** Offset of the next byte; what is before the first snapshot is in the snapshot. */
  offset = 0;
  readonly snapshot: Promise<void>;
  readonly end: Promise<void>;
  #listener: ((bytes: Uint8Array) => void) | null = null;
  readonly #stream: HostStream;

  private constructor(stream: HostStream) {
    this.#stream = stream;
    const snapshot = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    this.snapshot = snapshot.promise;
    this.end = end.promise;
    stream.onFrame((raw) => {
      const frame = decodeHostFrame(raw);
      if (frame.type === "snapshot") {
        this.snapshotBytes = frame.screen.byteLength;
        this.offset = frame.offset;
        snapshot.resolve();
      } else if (frame.type === "data") {
        if (frame.offset !== this.offset) throw new Error(`expected byte ${this.offset}, got ${frame.offset}`);
        this.offset += frame.bytes.byteLength;
        this.bytes += frame.bytes.byteLength;
        this.hash.update(frame.bytes);
        stream.send(encodeClientFrame({ type: "ack", offset: this.offset }));
        this.#listener?.(frame.bytes);
      } else if (frame.type === "end") end.resolve();
    });
  }

  static async attach(host: TerminalHostClient, terminalId: string): Promise<Watcher> {
    return new Watcher(await host.openStream({ terminalId, size: { cols: 120, rows: 40 }, focused: true }));
  }

  onData(listener: ((bytes: Uint8Array) => void) | null): void {
    this.#listener = listener;
  }

  /** Resolves when the terminal has put out `offset` bytes; from then on bytes and hash count anew. */
  async reached(offset: number): Promise<void> {
    await this.snapshot;
    if (this.offset < offset) {
      await new Promise<void>((resolve) =>
        this.onData(() => {
          if (this.offset >= offset) resolve();
        }),
      );
    }
    this.onData(null);
    this.bytes = 0;
    this.hash = createHash("sha256");
  }

  /** Milliseconds until the next bytes come back after `text` was typed. */
  echo(text: string): Promise<number> {
    return new Promise((resolve) => {
      const started = performance.now();
      this.onData(() => {
        this.onData(null);
        resolve(performance.now() - started);
      });
      this.type(text);
    });
  }

  type(text: string): void {
    this.#stream.send(encodeClientFrame({ type: "input", bytes: new TextEncoder().encode(text) }));
  }

  close(): void {
    this.#stream.close();
  }
}
