/** The connection as the window sees it: dials, notices a loss, dials again with growing pauses, and lets calls wait for it a little. */
import { type ClientLink, createORPCClient } from "@orpc/client";
import { Failure } from "#shared/failure.ts";
import { decodeHostFrame, encodeClientFrame, type HostFrame } from "#shared/terminals/stream.ts";
import type {
  Client,
  Connection,
  ConnectionState,
  ConnectionStatus,
  TerminalStreamEvents,
  TerminalStreamPort,
  TerminalView,
} from "./connection.ts";
import { reachable } from "./reachable.ts";
import { RefusedByMain, type Session, type Wire } from "./wire.ts";

/** First pause before dialling again; it doubles up to the longest. Main is back within a second or two after a restart. */
const firstPauseMs = 150;
const longestPauseMs = 3_000;
/** A call made without a connection waits for so long before it fails. */
const callWaitsMs = 10_000;

export type Surroundings = Pick<Connection, "face" | "upload" | "pathOf">;

export class DialledConnection implements Connection {
  readonly face: Connection["face"];
  readonly upload: Connection["upload"];
  readonly pathOf: Connection["pathOf"];
  readonly client: Client;
  readonly #wire: Wire;
  readonly #listeners = new Set<(status: ConnectionStatus) => void>();
  #status: ConnectionStatus = { state: "connecting", since: Date.now() };
  #session: Session | null = null;

  constructor(wire: Wire, surroundings: Surroundings) {
    this.#wire = wire;
    this.face = surroundings.face;
    this.upload = surroundings.upload;
    this.pathOf = surroundings.pathOf;
    const link: ClientLink<Record<never, never>> = {
      call: async (path, input, options) => {
        const session = this.#session ?? (await this.#whenConnected(options.signal));
        return session.link.call(path, input, options);
      },
    };
    this.client = createORPCClient<Client>(link);
    void this.#keepDialling();
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  openTerminalStream(terminalId: string, view: TerminalView, events: TerminalStreamEvents): TerminalStreamPort {
    let over = false;
    const finish = (reason: "lost" | "gone") => {
      if (over) return;
      over = true;
      events.closed(reason);
    };
    const raw = this.#wire.openStream(terminalId, view, {
      opened: () => !over && events.opened(),
      message: (bytes) => {
        if (over) return;
        const frame = frameIn(bytes);
        if (frame) return events.frame(frame);
        raw.close();
        finish("lost");
      },
      closed: finish,
    });
    return {
      send: (frame) => !over && raw.send(encodeClientFrame(frame)),
      close: () => {
        raw.close();
        finish("lost");
      },
    };
  }

  async #whenConnected(given: AbortSignal | undefined): Promise<Session> {
    const limit = AbortSignal.timeout(callWaitsMs);
    await reachable(this)(given ? AbortSignal.any([given, limit]) : limit).catch((reason: unknown) => {
      if (given?.aborted) throw reason;
    });
    if (this.#session) return this.#session;
    throw new Failure("unavailable", "No connection to Cellar", {
      hint: "Nothing was changed. Try again when it is back.",
    });
  }

  async #keepDialling(): Promise<void> {
    let pauseMs = firstPauseMs;
    for (;;) {
      try {
        const session = await this.#wire.dial(new AbortController().signal);
        this.#session = session;
        this.#tell("connected");
        pauseMs = firstPauseMs;
        const { problem } = await session.ended;
        this.#session = null;
        if (problem?.code === "unauthorized" || problem?.code === "refused") return this.#tell("refused");
        this.#tell("lost");
      } catch (thrown) {
        if (thrown instanceof RefusedByMain) return this.#tell("refused");
      }
      await pauseOrWake(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  #tell(state: ConnectionState): void {
    if (state === this.#status.state) return;
    this.#status = { state, since: Date.now() };
    for (const listener of [...this.#listeners]) listener(this.#status);
  }
}

/** A person who comes back to the window does not wait out a pause. */
function pauseOrWake(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      window.removeEventListener("focus", finish);
      window.removeEventListener("online", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    window.addEventListener("focus", finish);
    window.addEventListener("online", finish);
  });
}

/** Null for bytes that are no frame: the stream is then started again rather than guessed at. */
function frameIn(bytes: Uint8Array): HostFrame | null {
  try {
    return decodeHostFrame(bytes);
  } catch {
    return null;
  }
}
