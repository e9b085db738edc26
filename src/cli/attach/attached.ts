/** One attachment: frames of a terminal's stream to the screen, keys back, until somebody ends it. */
import { decodeHostFrame, encodeClientFrame, type HostFrame } from "#shared/terminals/stream.ts";
import type { HostStream } from "#terminal-host/client/index.ts";
import type { DetachKey } from "./detach-key.ts";
import { cleared } from "./sequences.ts";

export type AttachedParts = {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  detachKey: DetachKey;
  /** Neither keys nor a size are passed on. */
  readOnly: boolean;
};

export type Outcome = "detached" | "ended" | "lost";

const interrupt = 0x03;

export class Attached {
  readonly outcome: Promise<Outcome>;
  readonly #stream: HostStream;
  readonly #parts: AttachedParts;
  #settle: (outcome: Outcome) => void = () => {};

  constructor(stream: HostStream, parts: AttachedParts) {
    this.#stream = stream;
    this.#parts = parts;
    const { input, output } = parts;
    const onData = (typed: Buffer) => this.#typed(typed);
    const onGone = () => this.#settle("detached");
    const onResize = () => this.resized();
    this.outcome = new Promise<Outcome>((resolve) => {
      this.#settle = resolve;
    }).finally(() => {
      input.off("data", onData).off("end", onGone).off("error", onGone).pause();
      output.off("resize", onResize);
      stream.close();
    });
    input.on("data", onData).once("end", onGone).once("error", onGone).resume();
    output.on("resize", onResize);
    stream.onFrame((frame) => this.#received(decodeHostFrame(frame)));
    void stream.closed.then(() => this.#settle("lost"));
  }

  /** Tells the terminal how large this one is. */
  resized(): void {
    const { columns, rows } = this.#parts.output;
    if (this.#parts.readOnly || !columns || !rows) return;
    this.#stream.send(encodeClientFrame({ type: "resize", cols: columns, rows }));
    this.#stream.send(encodeClientFrame({ type: "focus", focused: true }));
  }

  #typed(typed: Buffer): void {
    const { detachKey, readOnly } = this.#parts;
    const before = detachKey.before(typed);
    const keys = before ?? typed;
    if (!readOnly && keys.length > 0) this.#stream.send(encodeClientFrame({ type: "input", bytes: keys }));
    if (before !== null || (readOnly && keys.includes(interrupt))) this.#settle("detached");
  }

  #received(frame: HostFrame): void {
    const { output } = this.#parts;
    switch (frame.type) {
      case "snapshot": {
        output.write(cleared(output.rows || frame.rows));
        this.#show(frame.screen, frame.offset);
        return;
      }
      case "data":
        this.#show(frame.bytes, frame.offset + frame.bytes.byteLength);
        return;
      case "end":
        output.write("", () => this.#settle("ended"));
    }
  }

  /** What the terminal has taken is acknowledged, so that a slow one holds the program back instead of filling our memory. */
  #show(bytes: Uint8Array, offset: number): void {
    // The bytes are only valid during the call.
    this.#parts.output.write(Buffer.from(bytes), () => {
      this.#stream.send(encodeClientFrame({ type: "ack", offset }));
    });
  }
}
