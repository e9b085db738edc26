/** The binary stream of one attached terminal, passed on between the host and a client without looking inside beyond a size check. */
import type { RawData, WebSocket } from "ws";
import { closeCodeOf, closeReasonOf, terminalPathPrefix } from "#shared/connection.ts";
import type { TerminalSize } from "#shared/contract/base.ts";
import { terminalId, terminalSize } from "#shared/contract/base.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { bytesOf } from "./web-socket.ts";

/** Which terminal is attached, and how: without a size the client only watches. */
export type TerminalView = { terminalId: string; size: TerminalSize | null; focused: boolean };

/** One attached terminal as the host offers it. */
export type TerminalStream = {
  /** Hands a frame of a client over; false when the host's socket is full, `drained` is called when it is not any more. */
  send(frame: Uint8Array): boolean;
  /** No more frames until `resume`: the window does not take them fast enough. */
  pause(): void;
  resume(): void;
  close(): void;
};

export type TerminalStreamEvents = {
  frame(frame: Uint8Array): void;
  drained(): void;
  /** Called once, also after `close`. With a reason when it was not asked for. */
  closed(reason: Failure | null): void;
};

/** What transports need of the terminals. Rejects with a {@link Failure} when the terminal or the host is not there. */
export type TerminalStreams = {
  open(view: TerminalView, events: TerminalStreamEvents): Promise<TerminalStream>;
};

/** Largest frame of a client: a paste goes in pieces, so that Ctrl-C never waits behind a megabyte. */
export const largestClientFrameBytes = 1024 * 1024;
/** Unsent bytes towards the window after which the host's stream is paused, and below which it goes on. */
const highWaterBytes = 1024 * 1024;
const lowWaterBytes = 256 * 1024;

/** The view that a request path (`/terminal/<id>?cols=&rows=&focused=`) asks for. Throws a {@link Failure}. */
export function terminalViewOf(url: URL): TerminalView {
  const id = terminalId.safeParse(url.pathname.slice(terminalPathPrefix.length));
  if (!id.success) throw new Failure("invalid_input", "this is not the id of a terminal");
  const [cols, rows] = [url.searchParams.get("cols"), url.searchParams.get("rows")];
  const focused = url.searchParams.get("focused") === "1";
  if (cols === null && rows === null) return { terminalId: id.data, size: null, focused };
  const size = terminalSize.safeParse({ cols: Number(cols), rows: Number(rows) });
  if (!size.success) throw new Failure("invalid_input", "columns must be 2 to 10000 and rows 1 to 2000");
  return { terminalId: id.data, size: size.data, focused };
}

/** Attaches a WebSocket to a terminal. Frames the client sends before the host has answered wait in the socket. */
export async function serveTerminalSocket(streams: TerminalStreams, socket: WebSocket, view: TerminalView) {
  const end = (thrown: unknown) => {
    const problem = problemOf(thrown);
    socket.close(closeCodeOf(problem.code), closeReasonOf(problem));
  };
  socket.on("error", () => socket.terminate());
  socket.pause();
  let paused = false;
  let stream: TerminalStream | null = null;
  const sent = () => {
    if (!paused || socket.bufferedAmount > lowWaterBytes) return;
    paused = false;
    stream?.resume();
  };
  try {
    stream = await streams.open(view, {
      frame: (frame) => {
        if (socket.readyState !== socket.OPEN) return;
        socket.send(frame, { binary: true }, sent);
        if (paused || socket.bufferedAmount < highWaterBytes) return;
        paused = true;
        stream?.pause();
      },
      drained: () => socket.resume(),
      closed: (reason) => (reason === null ? socket.close(1000) : end(reason)),
    });
  } catch (thrown) {
    socket.resume();
    return end(thrown);
  }
  const opened = stream;
  if (socket.readyState !== socket.OPEN) return opened.close();
  socket.on("close", () => opened.close());
  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (!isBinary) return end(new Failure("invalid_input", "a terminal takes binary frames only"));
    const frame = bytesOf(data);
    if (frame.byteLength > largestClientFrameBytes) {
      return end(new Failure("too_large", `a frame has at most ${largestClientFrameBytes} bytes`));
    }
    if (!opened.send(frame)) socket.pause();
  });
  socket.resume();
}
