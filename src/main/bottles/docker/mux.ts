/**
 * Many connections over one stream of bytes: how the ports of a bottle reach the services where no socket can be shared (an engine in a virtual
 * machine, a bottle in gVisor). Both ends run this; the inner one under the base image's Node, so it uses nothing newer than Node 18.
 *
 * A frame is a type (1 byte), a connection (4), a length (4) and so many bytes. Each side sends no more on a connection than the other has asked for,
 * so a reader that is slow holds up its own connection only.
 */
import { Duplex } from "node:stream";

const frame = { open: 1, data: 2, end: 3, reset: 4, window: 5 } as const;
const headerBytes = 9;
/** What may be on its way on one connection, in one direction. */
export const windowBytes = 256 * 1024;
const mostInFrame = 64 * 1024;

export class Mux {
  readonly #send: (bytes: Buffer) => void;
  readonly #opened: (connection: Duplex, port: number) => void;
  readonly #connections = new Map<number, Connection>();
  #received: Buffer = Buffer.alloc(0);
  #next = 1;

  /** `opened`: the other side has a connection to this port. */
  constructor(send: (bytes: Buffer) => void, opened: (connection: Duplex, port: number) => void) {
    this.#send = send;
    this.#opened = opened;
  }

  open(port: number): Duplex {
    const id = this.#next++;
    const connection = this.#add(id);
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(port);
    this.#frame(frame.open, id, payload);
    return connection;
  }

  /** Bytes of the other side, in any pieces. */
  receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    for (;;) {
      if (this.#received.length < headerBytes) return;
      const length = this.#received.readUInt32BE(5);
      if (length > mostInFrame) throw new Error("not a frame");
      if (this.#received.length < headerBytes + length) return;
      const [type, id] = [this.#received.readUInt8(0), this.#received.readUInt32BE(1)];
      const payload = this.#received.subarray(headerBytes, headerBytes + length);
      this.#received = this.#received.subarray(headerBytes + length);
      this.#take(type, id, payload);
    }
  }

  /** The stream under it is gone. */
  close(): void {
    for (const connection of [...this.#connections.values()]) connection.lost();
    this.#connections.clear();
  }

  #take(type: number, id: number, payload: Buffer): void {
    if (type === frame.open) {
      this.#opened(this.#add(id), payload.readUInt16BE(0));
      return;
    }
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    if (type === frame.data) connection.received(Buffer.from(payload));
    else if (type === frame.end) connection.push(null);
    else if (type === frame.window) connection.granted(payload.readUInt32BE(0));
    else if (type === frame.reset) connection.lost();
  }

  #add(id: number): Connection {
    const connection = new Connection({
      data: (bytes) => this.#frame(frame.data, id, bytes),
      end: () => this.#frame(frame.end, id),
      grant: (bytes) => {
        const payload = Buffer.alloc(4);
        payload.writeUInt32BE(bytes);
        this.#frame(frame.window, id, payload);
      },
      closed: (reset) => {
        if (this.#connections.delete(id) && reset) this.#frame(frame.reset, id);
      },
    });
    this.#connections.set(id, connection);
    return connection;
  }

  #frame(type: number, id: number, payload: Buffer = Buffer.alloc(0)): void {
    const header = Buffer.alloc(headerBytes);
    header.writeUInt8(type, 0);
    header.writeUInt32BE(id, 1);
    header.writeUInt32BE(payload.length, 5);
    this.#send(payload.length === 0 ? header : Buffer.concat([header, payload]));
  }
}

type Wire = {
  data(bytes: Buffer): void;
  end(): void;
  grant(bytes: number): void;
  closed(reset: boolean): void;
};

class Connection extends Duplex {
  readonly #wire: Wire;
  #credit = windowBytes;
  #ungranted = 0;
  #waiting: { bytes: Buffer; done: () => void } | null = null;
  #lost = false;

  constructor(wire: Wire) {
    super({ allowHalfOpen: true, highWaterMark: mostInFrame });
    this.#wire = wire;
  }

  received(bytes: Buffer): void {
    this.#ungranted += bytes.length;
    if (this.push(bytes)) this.#grant();
  }

  granted(bytes: number): void {
    this.#credit += bytes;
    this.#flush();
  }

  lost(): void {
    this.#lost = true;
    this.destroy();
  }

  override _read(): void {
    this.#grant();
  }

  override _write(bytes: Buffer, _: string, done: () => void): void {
    this.#waiting = { bytes, done };
    this.#flush();
  }

  override _final(done: () => void): void {
    this.#wire.end();
    done();
  }

  override _destroy(_: Error | null, done: () => void): void {
    const whole = this.readableEnded && this.writableFinished;
    this.#wire.closed(!whole && !this.#lost);
    done();
  }

  #grant(): void {
    if (this.#ungranted === 0) return;
    this.#wire.grant(this.#ungranted);
    this.#ungranted = 0;
  }

  #flush(): void {
    while (this.#waiting !== null && this.#credit > 0) {
      const { bytes, done } = this.#waiting;
      const piece = bytes.subarray(0, Math.min(this.#credit, mostInFrame));
      this.#credit -= piece.length;
      this.#wire.data(piece);
      this.#waiting = piece.length === bytes.length ? null : { bytes: bytes.subarray(piece.length), done };
      if (this.#waiting === null) done();
    }
  }
}
