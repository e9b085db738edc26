/**
 * The binary stream of one attached terminal. The same frames travel host → main (length-prefixed on a socket), main → window
 * (one WebSocket message or one MessagePort message each), so main passes them on without looking inside.
 *
 * A frame is one type byte and a payload. Offsets count the bytes a terminal has put out since it was spawned.
 *
 * From the host: first `snapshot` (the screen as VT sequences, and the offset it stands for), then `data` without gap or overlap.
 * `snapshot` comes again when a client that had stopped counting is back; the client resets its emulator then.
 * From a client: `ack` says up to which offset its emulator has parsed; the host stops sending, and then pauses the program, when
 * a client that keeps acknowledging falls behind by more than {@link flowWindowBytes}.
 */

/** Unacknowledged bytes after which the host holds back: enough that a round trip never starves the emulator, little enough that Ctrl-C is felt at once. */
export const flowWindowBytes = 512 * 1024;
/** A client that has acknowledged nothing for so long while owing bytes no longer holds the program back. */
export const stalledClientMs = 5_000;

export const frameType = {
  snapshot: 0x01,
  data: 0x02,
  size: 0x03,
  end: 0x04,
  input: 0x11,
  ack: 0x12,
  resize: 0x13,
  focus: 0x14,
} as const;

export type HostFrame =
  | { type: "snapshot"; offset: number; cols: number; rows: number; screen: Uint8Array }
  | { type: "data"; offset: number; bytes: Uint8Array }
  /** The terminal has a new size from here on, set by the client that has the focus. Every client is told, that one too. */
  | { type: "size"; cols: number; rows: number }
  /** No more bytes will come. The state is in the contract's record. */
  | { type: "end"; offset: number };

export type ClientFrame =
  | { type: "input"; bytes: Uint8Array }
  | { type: "ack"; offset: number }
  | { type: "resize"; cols: number; rows: number }
  /** The focused client sets the size. */
  | { type: "focus"; focused: boolean };

export class FrameError extends Error {}

/** Offsets are unsigned 64-bit on the wire and at most 2^53 here. */
const offsetBytes = 8;

export function encodeHostFrame(frame: HostFrame): Uint8Array<ArrayBuffer> {
  switch (frame.type) {
    case "snapshot": {
      const out = new Uint8Array(1 + offsetBytes + 4 + frame.screen.byteLength);
      const view = viewOf(out);
      out[0] = frameType.snapshot;
      view.setBigUint64(1, BigInt(frame.offset));
      view.setUint16(9, frame.cols);
      view.setUint16(11, frame.rows);
      out.set(frame.screen, 13);
      return out;
    }
    case "data": {
      const out = new Uint8Array(1 + offsetBytes + frame.bytes.byteLength);
      out[0] = frameType.data;
      viewOf(out).setBigUint64(1, BigInt(frame.offset));
      out.set(frame.bytes, 9);
      return out;
    }
    case "size":
      return sizeFrame(frameType.size, frame.cols, frame.rows);
    case "end":
      return offsetFrame(frameType.end, frame.offset);
  }
}

export function decodeHostFrame(bytes: Uint8Array): HostFrame {
  const view = viewOf(bytes);
  switch (bytes[0]) {
    case frameType.snapshot:
      need(bytes, 13);
      return {
        type: "snapshot",
        offset: offsetAt(view, 1),
        cols: view.getUint16(9),
        rows: view.getUint16(11),
        screen: bytes.subarray(13),
      };
    case frameType.data:
      need(bytes, 9);
      return { type: "data", offset: offsetAt(view, 1), bytes: bytes.subarray(9) };
    case frameType.size:
      need(bytes, 5);
      return { type: "size", cols: view.getUint16(1), rows: view.getUint16(3) };
    case frameType.end:
      need(bytes, 9);
      return { type: "end", offset: offsetAt(view, 1) };
    default:
      throw new FrameError(`unknown frame type ${bytes[0] ?? "(empty frame)"} from the terminal host`);
  }
}

export function encodeClientFrame(frame: ClientFrame): Uint8Array<ArrayBuffer> {
  switch (frame.type) {
    case "input": {
      const out = new Uint8Array(1 + frame.bytes.byteLength);
      out[0] = frameType.input;
      out.set(frame.bytes, 1);
      return out;
    }
    case "ack":
      return offsetFrame(frameType.ack, frame.offset);
    case "resize":
      return sizeFrame(frameType.resize, frame.cols, frame.rows);
    case "focus":
      return Uint8Array.of(frameType.focus, frame.focused ? 1 : 0);
  }
}

export function decodeClientFrame(bytes: Uint8Array): ClientFrame {
  const view = viewOf(bytes);
  switch (bytes[0]) {
    case frameType.input:
      return { type: "input", bytes: bytes.subarray(1) };
    case frameType.ack:
      need(bytes, 9);
      return { type: "ack", offset: offsetAt(view, 1) };
    case frameType.resize:
      need(bytes, 5);
      return { type: "resize", cols: view.getUint16(1), rows: view.getUint16(3) };
    case frameType.focus:
      need(bytes, 2);
      return { type: "focus", focused: bytes[1] === 1 };
    default:
      throw new FrameError(`unknown frame type ${bytes[0] ?? "(empty frame)"} from a client`);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function offsetAt(view: DataView, at: number): number {
  const offset = view.getBigUint64(at);
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new FrameError("offset out of range");
  return Number(offset);
}

function offsetFrame(type: number, offset: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(1 + offsetBytes);
  out[0] = type;
  viewOf(out).setBigUint64(1, BigInt(offset));
  return out;
}

function sizeFrame(type: number, cols: number, rows: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(5);
  out[0] = type;
  viewOf(out).setUint16(1, cols);
  viewOf(out).setUint16(3, rows);
  return out;
}

function need(bytes: Uint8Array, length: number): void {
  if (bytes.byteLength < length) throw new FrameError(`frame of ${bytes.byteLength} bytes, at least ${length} needed`);
}
