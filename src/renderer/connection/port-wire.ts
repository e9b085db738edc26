/** Electron: the contract and each terminal stream are a MessagePort that the preload script hands over on request. */
import { RPCLink } from "@orpc/client/message-port";
import type { CellarBridge, PortAnswer, PortRequest } from "#shared/bridge.ts";
import { problemOfClose } from "#shared/connection.ts";
import type { TerminalView } from "./connection.ts";
import { type Ended, lossOf, type RawStream, type RawStreamEvents, type Session, type Wire } from "./wire.ts";

/** Not imported as a value: that would load the bridge's schemas for a word. */
const portChannel: PortAnswer["channel"] = "cellar:port";

/** A window whose main does not hand over a port for so long tries again. */
const handOverMs = 5_000;

export class PortWire implements Wire {
  readonly #bridge: CellarBridge;
  #lastAsk = 0;

  constructor(bridge: CellarBridge) {
    this.#bridge = bridge;
  }

  async dial(signal: AbortSignal): Promise<Session> {
    const port = await this.#ask({ kind: "rpc" }, signal);
    let refusal: Ended = { problem: null };
    const ended = new Promise<Ended>((resolve) => {
      port.addEventListener("message", (event: MessageEvent<unknown>) => {
        const problem = refusalIn(event.data);
        if (problem) refusal = { problem };
      });
      port.addEventListener("close", () => resolve(refusal));
    });
    const link = new RPCLink({ port });
    port.start();
    return { link, ended, close: () => port.close() };
  }

  openStream(terminalId: string, view: TerminalView, events: RawStreamEvents): RawStream {
    const control = new AbortController();
    let port: MessagePort | null = null;
    let ended: Ended = { problem: null };
    this.#ask({ kind: "terminal", terminalId, ...view }, control.signal).then(
      (handed) => {
        port = handed;
        port.addEventListener("message", (event: MessageEvent<unknown>) => {
          if (event.data instanceof ArrayBuffer) events.message(new Uint8Array(event.data));
          else if (event.data instanceof Uint8Array) events.message(event.data);
          else ended = { problem: refusalIn(event.data) };
        });
        port.addEventListener("close", () => events.closed(lossOf(ended.problem)));
        port.start();
        events.opened();
      },
      () => {
        if (!control.signal.aborted) events.closed("lost");
      },
    );
    return {
      send: (frame) => port?.postMessage(frame),
      close: () => {
        control.abort();
        port?.close();
      },
    };
  }

  #ask(request: PortRequest, signal: AbortSignal): Promise<MessagePort> {
    this.#lastAsk += 1;
    const requestId = String(this.#lastAsk);
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        window.removeEventListener("message", taken);
        signal.removeEventListener("abort", aborted);
      };
      const taken = (event: MessageEvent<PortAnswer | undefined>) => {
        const [port] = event.ports;
        if (event.source !== window || event.data?.channel !== portChannel || !port) return;
        if (event.data.requestId !== requestId) return;
        finish();
        resolve(port);
      };
      const aborted = () => {
        finish();
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error("Cellar does not answer"));
      }, handOverMs);
      window.addEventListener("message", taken);
      signal.addEventListener("abort", aborted, { once: true });
      this.#bridge.requestPort(requestId, request);
    });
  }
}

/** oRPC's own messages over a port are strings too, but JSON; a refusal starts with its code. */
function refusalIn(data: unknown): Ended["problem"] {
  if (typeof data !== "string" || !/^[a-z_]+: /.test(data)) return null;
  return problemOfClose(4000, data);
}
