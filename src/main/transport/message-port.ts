/**
 * The contract and terminal streams over message ports, for Electron's windows. A port is described by what is used of it, so that none of
 * this needs Electron: its `MessagePortMain` fits, and tests bring Node's own ports.
 */
import { randomUUID } from "node:crypto";
import { closeReasonOf } from "#shared/connection.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import type { RpcServer } from "./rpc.ts";
import {
  largestClientFrameBytes,
  type TerminalStream,
  type TerminalStreams,
  type TerminalView,
} from "./terminal-stream.ts";

export type Port = {
  on(event: "message", listener: (event: { data: unknown }) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  start(): void;
  postMessage(message: unknown): void;
  close(): void;
};

/** Serves the contract until the port is closed by either side. */
export function serveRpcPort(rpc: RpcServer, port: Port): void {
  const closed = new AbortController();
  const session = rpc.open({ id: randomUUID(), caller: "window", closed: closed.signal }, (data) => {
    if (!closed.signal.aborted) port.postMessage(data);
  });
  port.on("message", ({ data }) => {
    const message = typeof data === "string" || data instanceof Uint8Array ? session.message(data) : notUnderstood();
    message.catch((thrown: unknown) => refuse(port, thrown));
  });
  port.on("close", () => closed.abort());
  port.start();
}

/**
 * Attaches a port to a terminal: each message is one frame. There is no telling how much a port holds back; the acknowledgements inside the
 * stream are what limits it. A failure is posted as text (`<code>: <message>`) before the port is closed.
 */
export async function serveTerminalPort(streams: TerminalStreams, port: Port, view: TerminalView): Promise<void> {
  let stream: TerminalStream | null = null;
  let closed = false;
  port.on("close", () => {
    closed = true;
    stream?.close();
  });
  try {
    stream = await streams.open(view, {
      frame: (frame) => {
        if (!closed) port.postMessage(frame);
      },
      drained: () => {},
      closed: (reason) => (reason === null ? port.close() : refuse(port, reason)),
    });
  } catch (thrown) {
    port.start();
    return refuse(port, thrown);
  }
  const opened = stream;
  if (closed) return opened.close();
  port.on("message", ({ data }) => {
    if (!(data instanceof Uint8Array)) return refuse(port, new Failure("invalid_input", "a frame is bytes"));
    if (data.byteLength > largestClientFrameBytes) {
      return refuse(port, new Failure("too_large", `a frame has at most ${largestClientFrameBytes} bytes`));
    }
    opened.send(data);
  });
  // Until here messages waited in the port.
  port.start();
}

async function notUnderstood(): Promise<never> {
  throw new Failure("invalid_input", "a message was not understood");
}

function refuse(port: Port, thrown: unknown): void {
  port.postMessage(closeReasonOf(problemOf(thrown)));
  port.close();
}
