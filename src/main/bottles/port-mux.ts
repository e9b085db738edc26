/**
 * Many connections over one stream of bytes: how the ports inside a bottle lead to its services where all that leads into it is the stdin and stdout
 * of one process (`smolvm machine exec`, `docker exec`, a pipe session of a sandbox server). The process inside is `resources/bottles/guest mux
 * <port>…`, which listens on the bottle's loopback and runs in whatever the image has of Node, Python 3 and Perl. This is the part outside.
 *
 * Whoever is inside only ever opens connections to the ports that were asked for, and what it sends is bounded: at most {@link window} bytes
 * of each connection are on their way or waiting, in each direction; a reader that stops stops its own connection and no other.
 *
 * A frame is: type (1 byte), channel (4), length (2), payload; numbers are big-endian. The process inside first writes {@link magic}, so that what
 * a login shell says before is left out.
 *
 * | type | from | payload | |
 * |---|---|---|---|
 * | 0 ready | inside | empty, or why not | the ports are open |
 * | 1 open | inside | port (2) | a connection was accepted |
 * | 2 data | both | bytes | |
 * | 3 end | both | | no more data in this direction |
 * | 4 reset | both | | the connection broke, both directions are over |
 * | 5 credit | both | count (4) | so many bytes were passed on; so many more may come |
 * | 6 here | outside | seconds (2) | whoever carries the stream may not tell of its end: after so many seconds without a frame, nobody is here |
 */
import type { Duplex, Readable, Writable } from "node:stream";
import { Failure } from "#shared/failure.ts";

export const magic = "CELLAR-MUX-1\n";
export const window = 256 * 1024;
const longestPayload = 16 * 1024;
const headerBytes = 7;
/** What comes before the magic is what a shell says when it starts. */
const longestPreamble = 64 * 1024;
/** Nobody has so many connections to five services; who opens more is answered with a reset. */
const mostChannels = 1024;

const frameType = { ready: 0, open: 1, data: 2, end: 3, reset: 4, credit: 5, here: 6 } as const;

export type MuxParts = {
  /** What the process inside writes. */
  input: Readable;
  /** What it reads. */
  output: Writable;
  /** The service behind a port; null where there is none. A socket that is half-open allows half-closing. */
  dial(port: number): Duplex | null;
  /** Seconds after which what is inside takes a silent stream for one that nobody reads any more, and breaks its connections; default: never. */
  silenceSeconds?: number;
  /** The stream is over: all connections are. `why` is null for a quiet end. */
  ended?(why: string | null): void;
};

type Channel = {
  socket: Duplex;
  /** Bytes that may still be sent in. */
  credit: number;
  /** Bytes that have come and were not passed on yet. */
  waiting: number;
  /** The service has said everything. */
  ended: boolean;
  /** The program inside has said everything. */
  finished: boolean;
};

export class PortMux {
  readonly #parts: MuxParts;
  readonly #channels = new Map<number, Channel>();
  /** Settles when the ports inside are open. Rejects with `failed`, also when the stream ends before. */
  readonly ready: Promise<void>;
  #settle: { resolve(): void; reject(error: Failure): void } | null = null;
  #pending: Buffer = Buffer.alloc(0);
  #started = false;
  #closed = false;
  #blocked = false;
  #beat: NodeJS.Timeout | undefined;

  constructor(parts: MuxParts) {
    this.#parts = parts;
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Who does not wait for it is told by `ended`.
    this.ready.catch(() => {});
    parts.input.on("data", (chunk: Buffer) => this.#take(chunk));
    parts.input.on("end", () => this.#end(null));
    parts.input.on("close", () => this.#end(null));
    parts.input.on("error", (error) => this.#end(error.message));
    parts.output.on("error", (error) => this.#end(error.message));
    parts.output.on("drain", () => this.#drained());
  }

  get channels(): number {
    return this.#channels.size;
  }

  /** Ends all connections; the stream itself is its owner's. */
  close(): void {
    this.#end(null);
  }

  #end(why: string | null): void {
    if (this.#closed) return;
    // Whoever waits inside is told, if there is still a way.
    for (const id of this.#channels.keys()) this.#send(frameType.reset, id);
    this.#closed = true;
    clearInterval(this.#beat);
    for (const { socket } of this.#channels.values()) socket.destroy();
    this.#channels.clear();
    this.#settle?.reject(
      new Failure("failed", `The bottle's ports could not be opened: ${why ?? "the way in was closed"}`),
    );
    this.#settle = null;
    this.#parts.ended?.(why);
  }

  #take(chunk: Buffer): void {
    if (this.#closed) return;
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (!this.#started) {
      const at = this.#pending.indexOf(magic);
      if (at < 0) {
        if (this.#pending.length > longestPreamble) this.#end(saidInstead(this.#pending));
        return;
      }
      this.#started = true;
      this.#pending = this.#pending.subarray(at + magic.length);
    }
    while (this.#pending.length >= headerBytes && !this.#closed) {
      const length = this.#pending.readUInt16BE(5);
      if (length > longestPayload) {
        this.#end("what came out of the bottle makes no sense");
        return;
      }
      if (this.#pending.length < headerBytes + length) return;
      const payload = this.#pending.subarray(headerBytes, headerBytes + length);
      const type = this.#pending.readUInt8(0);
      const id = this.#pending.readUInt32BE(1);
      this.#pending = this.#pending.subarray(headerBytes + length);
      this.#frame(type, id, payload);
    }
  }

  #frame(type: number, id: number, payload: Buffer): void {
    if (type === frameType.ready) {
      if (payload.length > 0) {
        this.#end(payload.toString("utf8").trim());
        return;
      }
      this.#settle?.resolve();
      this.#settle = null;
      const { silenceSeconds } = this.#parts;
      if (silenceSeconds !== undefined && this.#beat === undefined) this.#isHere(silenceSeconds);
      return;
    }
    if (type === frameType.open && payload.length === 2) {
      this.#open(id, payload.readUInt16BE(0));
      return;
    }
    const channel = this.#channels.get(id);
    // One that was reset from here; what was under way for it comes to nothing.
    if (channel === undefined) return;
    if (type === frameType.data) {
      channel.waiting += payload.length;
      if (channel.finished || channel.waiting > window) {
        this.#reset(id);
        return;
      }
      channel.socket.write(payload, (error) => {
        if (error || this.#channels.get(id) !== channel) return;
        channel.waiting -= payload.length;
        this.#send(frameType.credit, id, fourBytes(payload.length));
      });
    } else if (type === frameType.end) {
      channel.finished = true;
      channel.socket.end();
      this.#forget(id, channel);
    } else if (type === frameType.reset) {
      this.#channels.delete(id);
      channel.socket.destroy();
    } else if (type === frameType.credit && payload.length === 4) {
      channel.credit = Math.min(window, channel.credit + payload.readUInt32BE(0));
      this.#read(id, channel);
    }
  }

  #isHere(seconds: number): void {
    const say = () => {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(seconds, 0);
      this.#send(frameType.here, 0, payload);
    };
    say();
    this.#beat = setInterval(say, (seconds * 1000) / 3);
    this.#beat.unref();
  }

  #open(id: number, port: number): void {
    const socket = this.#channels.has(id) || this.#channels.size >= mostChannels ? null : this.#parts.dial(port);
    if (socket === null) {
      this.#send(frameType.reset, id);
      return;
    }
    const channel: Channel = { socket, credit: window, waiting: 0, ended: false, finished: false };
    this.#channels.set(id, channel);
    // Read by hand, so that no more comes than there is room for inside.
    socket.on("readable", () => this.#read(id, channel));
    socket.on("end", () => {
      if (this.#channels.get(id) !== channel) return;
      channel.ended = true;
      this.#send(frameType.end, id);
      this.#forget(id, channel);
    });
    socket.on("error", () => this.#reset(id));
    socket.on("close", () => {
      if (this.#channels.get(id) === channel && !channel.ended) this.#reset(id);
    });
  }

  #read(id: number, channel: Channel): void {
    while (!this.#blocked && channel.credit > 0 && this.#channels.get(id) === channel) {
      const { socket } = channel;
      const chunk = socket.read(Math.min(socket.readableLength, channel.credit, longestPayload)) as Buffer | null;
      if (chunk === null || chunk.length === 0) return;
      channel.credit -= chunk.length;
      this.#send(frameType.data, id, chunk);
    }
  }

  #drained(): void {
    this.#blocked = false;
    for (const [id, channel] of this.#channels) this.#read(id, channel);
  }

  #reset(id: number): void {
    const channel = this.#channels.get(id);
    if (channel === undefined) return;
    this.#channels.delete(id);
    channel.socket.destroy();
    this.#send(frameType.reset, id);
  }

  #forget(id: number, { ended, finished }: Channel): void {
    if (ended && finished) this.#channels.delete(id);
  }

  #send(type: number, id: number, payload: Buffer = Buffer.alloc(0)): void {
    if (this.#closed || this.#parts.output.destroyed) return;
    const header = Buffer.alloc(headerBytes);
    header.writeUInt8(type, 0);
    header.writeUInt32BE(id, 1);
    header.writeUInt16BE(payload.length, 5);
    if (!this.#parts.output.write(Buffer.concat([header, payload]))) this.#blocked = true;
  }
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

function saidInstead(bytes: Buffer): string {
  return `it said ${JSON.stringify(bytes.subarray(0, 200).toString("utf8"))}`;
}
