/** Frames of a terminal's stream as they go on the socket. Data is copied once, from the ring into the frame. */
import { encodeHostFrame, frameType, type HostFrame } from "#shared/terminals/stream.ts";
import { frame, frameHeader } from "../framing.ts";
import { frameKind } from "../protocol.ts";
import type { Ring } from "./ring.ts";

export type Snapshot = Omit<Extract<HostFrame, { type: "snapshot" }>, "type">;

export function streamFrame(content: HostFrame): Buffer {
  return frame(frameKind.stream, encodeHostFrame(content));
}

/** Type and offset, in front of the bytes. */
const dataHeaderBytes = 9;

/** A `data` frame of the bytes `[from, to)`, which have to be in the ring. */
export function dataFrame(ring: Ring, from: number, to: number): Buffer {
  const { bytes, at } = frameHeader(frameKind.stream, dataHeaderBytes + to - from);
  bytes[at] = frameType.data;
  bytes.writeBigUInt64BE(BigInt(from), at + 1);
  ring.copy(bytes, at + dataHeaderBytes, from, to);
  return bytes;
}
