/** The binary stream of one terminal as raw frames, for whoever passes them on without looking inside. */
import { frame } from "../framing.ts";
import { frameKind } from "../protocol.ts";
import type { Handshaken } from "./handshake.ts";

export class HostStream {
  readonly #connection: Handshaken;
  /** Settles when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;

  constructor(connection: Handshaken) {
    this.#connection = connection;
    this.closed = new Promise((resolve) => connection.socket.once("close", () => resolve()));
  }

  /** Each frame of `#shared/terminals/stream.ts` as it came, in memory of its own. Call it once. */
  onFrame(receive: (frame: Buffer) => void): void {
    this.#connection.receive((kind, payload) => {
      if (kind === frameKind.stream) receive(payload);
    });
  }

  /** One client frame, encoded. False when more is waiting than should be (the host is slow): frames are kept all the same. */
  send(bytes: Uint8Array): boolean {
    const { socket } = this.#connection;
    return socket.destroyed ? false : socket.write(frame(frameKind.stream, bytes));
  }

  /** Called whenever {@link send} may go on after it was false. */
  onDrain(listener: () => void): void {
    this.#connection.socket.on("drain", listener);
  }

  /** Stops reading; the host then sees that this client does not keep up. */
  pause(): void {
    this.#connection.socket.pause();
  }

  resume(): void {
    this.#connection.socket.resume();
  }

  close(): void {
    this.#connection.socket.destroy();
  }
}
