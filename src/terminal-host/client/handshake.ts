/** A connection to the host from its socket to its welcome. */
import { connect, type Socket } from "node:net";
import { Failure } from "#shared/failure.ts";
import { FrameReader, jsonFrame, parseJson } from "../framing.ts";
import { frameKind, type Hello, maxFrameBytes, type Refused, type Welcome } from "../protocol.ts";

/** Nobody listens there: the host has to be started. */
export class NoHost extends Error {}

/** The host is of another version, or refuses this connection for a reason of its own. */
export class RefusedByHost extends Failure {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.code, refused.message, refused);
    this.refused = refused;
  }
}

/** A host answers within milliseconds; one that does not is stuck, in ms. */
const answerWithinMs = 5_000;

/** Every connection is read into this, and at once taken from it: a flood allocates nothing but its frames. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

export type Handshaken = {
  socket: Socket;
  welcome: Welcome;
  /** Frames after the welcome, each in memory of its own. Set once, at once: until then they are kept. */
  receive(onFrame: (kind: number, payload: Buffer) => void): void;
};

export function shakeHands(path: string, hello: Hello): Promise<Handshaken> {
  return new Promise((resolve, reject) => {
    let receiver: ((kind: number, payload: Buffer) => void) | null = null;
    let early: [number, Buffer][] = [];
    let welcomed = false;
    const fail = (error: Error): void => {
      clearTimeout(patience);
      socket.destroy();
      reject(error);
    };
    const patience = setTimeout(
      () => fail(new Failure("unavailable", "The terminal host does not answer", { hint: "Restart it." })),
      answerWithinMs,
    );
    const received = (kind: number, payload: Buffer): void => {
      if (welcomed) {
        if (receiver) receiver(kind, payload);
        else early.push([kind, payload]);
      } else if (kind === frameKind.welcome) {
        welcomed = true;
        clearTimeout(patience);
        resolve({
          socket,
          welcome: parseJson(payload) as unknown as Welcome,
          receive(onFrame) {
            receiver = onFrame;
            for (const [earlyKind, earlyPayload] of early) onFrame(earlyKind, earlyPayload);
            early = [];
          },
        });
      } else if (kind === frameKind.refused) {
        fail(new RefusedByHost(parseJson(payload) as unknown as Refused));
      }
    };
    const reader = new FrameReader(maxFrameBytes, received, "own");
    const read = (length: number): boolean => {
      try {
        reader.push(readBuffer.subarray(0, length));
      } catch (error) {
        console.error("the terminal host does not speak our protocol:", error);
        socket.destroy();
      }
      return true;
    };
    const socket = connect({ path, onread: { buffer: readBuffer, callback: read } });
    socket.on("connect", () => socket.write(jsonFrame(frameKind.hello, hello)));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // Not there, or going away at this moment; only a socket that we may not use is a failure.
      const forbidden = error.code === "EACCES" || error.code === "EPERM";
      fail(forbidden ? new Failure("refused", `${path} belongs to another user`) : new NoHost(error.message));
    });
    // Ended before its welcome: a host that is just ending. It is asked again.
    socket.on("close", () => fail(new NoHost("the connection was closed")));
  });
}
