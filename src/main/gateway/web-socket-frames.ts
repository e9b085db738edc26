/** The frames of a WebSocket (RFC 6455 5), without extensions: read as they come, and written as whole messages. */
import { randomFillSync } from "node:crypto";

export const closing = 8;
const continuation = 0;
const known = [continuation, 1, 2, closing, 9, 10];

/** A message that is not larger goes on in one piece, once it is whole; a larger one in pieces of about this. */
export const mostWhole = 256 * 1024;

/** A frame, or as much of it as has come. A control frame is never in parts. */
export type FramePart = {
  opcode: number;
  /** A message ends with this frame. */
  final: boolean;
  /** Of the whole frame. */
  length: number;
  payload: Buffer;
  begins: boolean;
  ends: boolean;
};

/** What nobody could go on reading after. */
export class MalformedFrame extends Error {}

export function isControl({ opcode }: Pick<FramePart, "opcode">): boolean {
  return opcode >= closing;
}

type Frame = { opcode: number; final: boolean; length: number; key: Buffer | null; read: number; parts: Buffer[] };

export class FrameReader {
  readonly #masked: boolean;
  #head: number[] = [];
  #frame: Frame | null = null;
  /** A message has begun and not ended. */
  #within = false;

  /** `masked`: every frame has to be; else none may be. */
  constructor({ masked }: { masked: boolean }) {
    this.#masked = masked;
  }

  /** Throws {@link MalformedFrame} once everything before it was given. */
  *push(bytes: Buffer): Generator<FramePart> {
    for (let at = 0; ; ) {
      if (this.#frame === null) {
        if (at === bytes.length) return;
        this.#head.push(bytes[at++]!);
        this.#frame = this.#begun();
        if (this.#frame === null) continue;
      }
      const frame = this.#frame;
      if (at === bytes.length && frame.read < frame.length) return;
      const size = Math.min(frame.length - frame.read, bytes.length - at);
      const payload = unmasked(bytes.subarray(at, at + size), frame);
      const begins = frame.read === 0;
      at += size;
      frame.read += size;
      const ends = frame.read === frame.length;
      const { opcode, final, length } = frame;
      if (ends) this.#frame = null;
      if (!isControl(frame)) yield { opcode, final, length, payload, begins, ends };
      else {
        frame.parts.push(payload);
        if (ends) yield { opcode, final, length, payload: Buffer.concat(frame.parts), begins: true, ends };
      }
    }
  }

  /** Once its head is whole. */
  #begun(): Frame | null {
    const [first = 0, second = 0] = this.#head;
    const short = second & 0x7f;
    const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const masked = (second & 0x80) !== 0;
    if (this.#head.length < 2 + sizeBytes + (masked ? 4 : 0)) return null;
    const head = Buffer.from(this.#head);
    this.#head = [];
    const opcode = first & 0x0f;
    const final = (first & 0x80) !== 0;
    const length = sizeBytes === 0 ? short : sizeBytes === 2 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    const problem = this.#problem({ opcode, final, length }, (first & 0x70) !== 0, masked, sizeBytes);
    if (problem !== null) throw new MalformedFrame(problem);
    if (opcode < closing) this.#within = !final;
    return { opcode, final, length, key: masked ? head.subarray(2 + sizeBytes) : null, read: 0, parts: [] };
  }

  #problem(
    { opcode, final, length }: Pick<FramePart, "opcode" | "final" | "length">,
    extended: boolean,
    masked: boolean,
    sizeBytes: number,
  ): string | null {
    if (extended) return "it uses an extension that was not agreed on";
    if (!known.includes(opcode)) return "it is of an unknown kind";
    if (masked !== this.#masked) return masked ? "it is masked" : "it is not masked";
    const least = sizeBytes === 0 ? 0 : sizeBytes === 2 ? 126 : 65_536;
    if (length < least || !Number.isSafeInteger(length)) return "its length is not written as it has to be";
    if (opcode >= closing) {
      if (!final || length > 125) return "a control frame is short and in one piece";
      return opcode === closing && length === 1 ? "half a code says why it closes" : null;
    }
    if ((opcode === continuation) === this.#within) return null;
    return this.#within ? "a message begins in another one" : "it goes on with no message";
  }
}

/** A copy, where there is a key. */
function unmasked(bytes: Buffer, { key, read }: Frame): Buffer {
  if (key === null) return bytes;
  const plain = Buffer.allocUnsafe(bytes.length);
  mask(bytes, key, read, plain, 0);
  return plain;
}

function mask(from: Buffer, key: Uint8Array, offset: number, to: Buffer, at: number): void {
  for (let index = 0; index < from.length; index++) to[at + index] = from[index]! ^ key[(offset + index) & 3]!;
}

/** As it would be written without a mask, which is how texts are read from it. */
export function plainFrame(part: FramePart): Buffer {
  if (!part.begins) return part.payload;
  return Buffer.concat([headOf(part.opcode, part.final, part.length, false), part.payload]);
}

function headOf(opcode: number, final: boolean, length: number, masked: boolean): Buffer {
  const sizeBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + sizeBytes);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = (masked ? 0x80 : 0) | (sizeBytes === 0 ? length : sizeBytes === 2 ? 126 : 127);
  if (sizeBytes === 2) head.writeUInt16BE(length, 2);
  if (sizeBytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** Only whole frames come out, so that a control frame may stand after any. How a message was in pieces is not kept (RFC 6455 5.4 lets that be). */
export class FrameWriter {
  readonly #masked: boolean;
  /** Of the message; 0 once its beginning has gone. */
  #opcode = continuation;
  /** What has come of it is the first `#size` bytes. */
  #message = Buffer.alloc(0);
  #size = 0;

  constructor({ masked }: { masked: boolean }) {
    this.#masked = masked;
  }

  take(part: FramePart): Buffer | null {
    const { opcode, final, payload, begins, ends } = part;
    if (isControl(part)) return this.#frame(opcode, true, payload);
    if (begins && opcode !== continuation) this.#opcode = opcode;
    const whole = ends && final;
    if (whole && this.#size === 0) return this.#give(true, payload);
    this.#keep(payload);
    return whole || this.#size >= mostWhole ? this.#give(whole, this.#message.subarray(0, this.#size)) : null;
  }

  close(code: number, reason: string): Buffer {
    const said = Buffer.from(reason).subarray(0, 123);
    return this.#frame(closing, true, Buffer.concat([Buffer.of(code >> 8, code & 0xff), said]));
  }

  #keep(payload: Buffer): void {
    const size = this.#size + payload.length;
    if (size > this.#message.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, this.#message.length * 2));
      this.#message.copy(larger, 0, 0, this.#size);
      this.#message = larger;
    }
    payload.copy(this.#message, this.#size);
    this.#size = size;
  }

  #give(whole: boolean, payload: Buffer): Buffer {
    const bytes = this.#frame(this.#opcode, whole, payload);
    this.#opcode = continuation;
    this.#size = 0;
    if (whole) this.#message = Buffer.alloc(0);
    return bytes;
  }

  #frame(opcode: number, final: boolean, payload: Buffer): Buffer {
    const head = headOf(opcode, final, payload.length, this.#masked);
    if (!this.#masked) return Buffer.concat([head, payload]);
    const key = randomFillSync(Buffer.alloc(4));
    const bytes = Buffer.allocUnsafe(head.length + 4 + payload.length);
    head.copy(bytes);
    key.copy(bytes, head.length);
    mask(payload, key, 0, bytes, head.length + 4);
    return bytes;
  }
}
