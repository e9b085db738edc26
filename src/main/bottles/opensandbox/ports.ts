/** The services' ports inside a sandbox: one session that main opens, with the multiplexer over it. It is opened again when it breaks. */
import { connect } from "node:net";
import { type Duplex, duplexPair } from "node:stream";
import { Failure, problemOf } from "#shared/failure.ts";
import type { ServicePort } from "../backend.ts";
import { type GuestGate, gatePort } from "../guest/gate.ts";
import { guestFolder, guestProgram } from "../guest/init.ts";
import { PortMux } from "../port-mux.ts";
import { type Target, upload } from "./server.ts";
import { createSession, openStreams } from "./session.ts";

const pausesMs = [500, 2_000, 5_000, 15_000];
/** The sandbox's service keeps a session whose client is gone. */
const silenceSeconds = 30;
const muxScript = `${guestFolder}/mux`;

export class SandboxPorts {
  readonly #execd: Target;
  readonly #ports: readonly ServicePort[];
  readonly #gate: GuestGate | null;
  #close: (() => void) | null = null;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;

  constructor(execd: Target, ports: readonly ServicePort[], gate: GuestGate | null) {
    this.#execd = execd;
    this.#ports = ports;
    this.#gate = gate;
  }

  /** Resolves when the ports are open. Throws `failed` or `unavailable`; nothing is tried again then. */
  async open(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#close?.();
  }

  async #connect(): Promise<void> {
    const numbers = [...this.#ports.map(({ port }) => port), ...(this.#gate === null ? [] : [gatePort])];
    // One that an earlier main or a lost connection has left still has the ports.
    const script = `p=${guestFolder}/mux.pid
[ ! -f $p ] || kill -9 "$(cat $p)" 2>/dev/null
echo $$ >$p
exec ${guestProgram} mux ${numbers.join(" ")}
`;
    await upload(this.#execd, [{ path: muxScript, mode: 644, content: script }]);
    const id = await createSession(this.#execd, `exec /bin/sh ${muxScript}`);
    let said = "";
    const { input, output, close } = await openStreams(this.#execd, id, (text) => {
      said = (said + text).slice(-1000);
    });
    const mux = new PortMux({
      input,
      output,
      dial: (port) => this.#dial(port),
      silenceSeconds,
      ended: () => {
        close();
        this.#again();
      },
    });
    this.#close = () => mux.close();
    try {
      await mux.ready;
      this.#tries = 0;
    } catch (error) {
      throw new Failure("failed", [problemOf(error).message, said.trim()].filter(Boolean).join(": "));
    }
  }

  #dial(port: number): Duplex | null {
    if (port === gatePort && this.#gate !== null) {
      const [inside, here] = duplexPair();
      this.#gate.take(here);
      return inside;
    }
    const service = this.#ports.find((each) => each.port === port);
    return service === undefined ? null : connect({ path: service.socket, allowHalfOpen: true });
  }

  #again(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.#closed) return;
        this.#connect().catch(() => this.#again());
      },
      pausesMs[Math.min(this.#tries++, pausesMs.length - 1)],
    );
  }
}
