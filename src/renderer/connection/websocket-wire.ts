/** Browser mode: the contract and each terminal stream are a WebSocket to the address the page came from. */
import { RPCLink } from "@orpc/client/websocket";
import {
  problemOfClose,
  rpcPath,
  rpcProtocol,
  subprotocols,
  terminalPath,
  terminalProtocol,
} from "#shared/connection.ts";
import type { TerminalView } from "./connection.ts";
import {
  type Ended,
  lossOf,
  type RawStream,
  type RawStreamEvents,
  RefusedByMain,
  type Session,
  type Wire,
} from "./wire.ts";

export class WebSocketWire implements Wire {
  /** `ws://host:port` of main. */
  readonly #origin: string;
  readonly #token: string | null;

  constructor(origin: string, token: string | null) {
    this.#origin = origin;
    this.#token = token;
  }

  async dial(signal: AbortSignal): Promise<Session> {
    const socket = new WebSocket(this.#origin + rpcPath, subprotocols(rpcProtocol, this.#token));
    const ended = new Promise<Ended>((resolve) => {
      socket.addEventListener("close", (event) => resolve({ problem: problemOfClose(event.code, event.reason) }));
    });
    const link = new RPCLink({ websocket: socket });
    const stop = () => socket.close();
    signal.addEventListener("abort", stop, { once: true });
    const opened = new Promise<true>((resolve) => socket.addEventListener("open", () => resolve(true)));
    const outcome = await Promise.race([opened, ended]);
    signal.removeEventListener("abort", stop);
    if (outcome === true) return { link, ended, close: stop };
    if (outcome.problem) throw new RefusedByMain(outcome.problem);
    throw new Error("Cellar does not answer");
  }

  openStream(terminalId: string, view: TerminalView, events: RawStreamEvents): RawStream {
    const socket = new WebSocket(
      this.#origin + terminalPath(terminalId, view),
      subprotocols(terminalProtocol, this.#token),
    );
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => events.opened());
    socket.addEventListener("message", (event: MessageEvent<ArrayBuffer>) =>
      events.message(new Uint8Array(event.data)),
    );
    socket.addEventListener("close", (event) => events.closed(lossOf(problemOfClose(event.code, event.reason))));
    return {
      send(frame) {
        if (socket.readyState === WebSocket.OPEN) socket.send(frame);
      },
      close: () => socket.close(),
    };
  }
}
