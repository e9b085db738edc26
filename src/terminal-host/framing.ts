/** Frames on a byte stream: 4-byte big-endian length of what follows, one kind byte, payload. See `protocol.ts`. */

const headerBytes = 4;

/** A peer does not speak the protocol; its connection has to end. */
export class FramingError extends Error {}

/** A frame whose payload is still to be filled in from `at` on, in `memory` when that is given. */
export function frameHeader(kind: number, payloadBytes: number, memory?: Buffer | null): { bytes: Buffer; at: number } {
  const length = headerBytes + 1 + payloadBytes;
  const bytes = memory?.subarray(0, length) ?? Buffer.allocUnsafe(length);
  bytes.writeUInt32BE(1 + payloadBytes, 0);
  bytes[headerBytes] = kind;
  return { bytes, at: headerBytes + 1 };
}

export function frame(kind: number, payload: Uint8Array): Buffer {
  const { bytes, at } = frameHeader(kind, payload.byteLength);
  bytes.set(payload, at);
  return bytes;
}

export function jsonFrame(kind: number, value: unknown): Buffer {
  return frame(kind, Buffer.from(JSON.stringify(value)));
}

/** Throws {@link FramingError} when the payload is not the JSON of an object. */
export function parseJson(payload: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString("utf8"));
  } catch {
    throw new FramingError("a frame that should be JSON is not");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FramingError("a JSON frame is not an object");
  }
  return value as Record<string, unknown>;
}

/** Cuts a byte stream into frames. Holds at most one incomplete frame of at most `limit` bytes. */
export class FrameReader {
  /** Largest frame that is accepted, in bytes after the length. */
  limit: number;
  readonly #onFrame: (kind: number, payload: Buffer) => void;
  readonly #payloads: "lent" | "own";
  #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #body: Buffer | null = null;
  #bodyFilled = 0;

  /** A `lent` payload may be a view of what was pushed: who keeps one copies it. An `own` one has memory of its own, shared with nothing. */
  constructor(limit: number, onFrame: (kind: number, payload: Buffer) => void, payloads: "lent" | "own" = "lent") {
    this.limit = limit;
    this.#onFrame = onFrame;
    this.#payloads = payloads;
  }

  /** Throws {@link FramingError}. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body) {
        const taken = Math.min(this.#body.length - this.#bodyFilled, chunk.length - at);
        chunk.copy(this.#body, this.#bodyFilled, at, at + taken);
        this.#bodyFilled += taken;
        at += taken;
        if (this.#bodyFilled < this.#body.length) return;
        const whole = this.#body;
        this.#body = null;
        this.#deliver(whole);
        continue;
      }
      while (this.#headerFilled < headerBytes && at < chunk.length) this.#header[this.#headerFilled++] = chunk[at++]!;
      if (this.#headerFilled < headerBytes) return;
      this.#headerFilled = 0;
      const length = this.#header.readUInt32BE(0);
      if (length < 1 || length > this.limit) {
        throw new FramingError(`a frame of ${length} bytes; from 1 to ${this.limit} are allowed`);
      }
      if (this.#payloads === "lent" && chunk.length - at >= length) {
        const whole = chunk.subarray(at, at + length);
        at += length;
        this.#deliver(whole);
      } else {
        this.#body = Buffer.allocUnsafeSlow(length);
        this.#bodyFilled = 0;
      }
    }
  }

  #deliver(whole: Buffer): void {
    this.#onFrame(whole[0]!, whole.subarray(1));
  }
}
