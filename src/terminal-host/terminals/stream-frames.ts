/** Frames of a terminal's stream as they go on the socket. Data is copied once, from the ring into the frame. */
import { encodeHostFrame, frameType, type HostFrame } from "#shared/terminals/stream.ts";
import { frame, frameHeader } from "../framing.ts";
import { frameKind } from "../protocol.ts";
import type { Ring } from "./ring.ts";

export type Snapshot = Omit<Extract<HostFrame, { type: "snapshot" }>, "type">;

export function streamFrame(content: HostFrame): Sendable {
  return { bytes: frame(frameKind.stream, encodeHostFrame(content)), written() {} };
}

/** Type and offset, in front of the bytes. */
const dataHeaderBytes = 9;

/** Most bytes of one `data` frame. */
export const largestData = 64 * 1024;

/** Large frames are used again and again: a flood would otherwise leave the garbage collector a new one per 64 KiB. */
const pooledBytes = largestData + 64;
const pooledFrames = 8;
const pool: Buffer[] = [];

/** A frame, and what is to be called when it has been written and its memory may be used for another. */
export type Sendable = { bytes: Buffer; written(): void };

/** A `data` frame of the bytes `[from, to)`, at most {@link largestData}, which have to be in the ring. */
export function dataFrame(ring: Ring, from: number, to: number): Sendable {
  const payload = dataHeaderBytes + to - from;
  const pooled = to - from > pooledBytes / 4 ? (pool.pop() ?? Buffer.allocUnsafeSlow(pooledBytes)) : null;
  const { bytes, at } = frameHeader(frameKind.stream, payload, pooled);
  bytes[at] = frameType.data;
  bytes.writeBigUInt64BE(BigInt(from), at + 1);
  ring.copy(bytes, at + dataHeaderBytes, from, to);
  return {
    bytes,
    written() {
      if (pooled && pool.length < pooledFrames) pool.push(pooled);
    },
  };
}
