/**
 * A process inside, over execd's PTY sessions: `POST /pty` makes one, the first WebSocket to `/pty/{id}/ws` starts it, with a terminal or (`pty=0`)
 * with pipes; the frames are those of components/execd/pkg/web/model/pty_ws.go: one byte of type before binary data, JSON for the rest. There is no
 * frame for the end of stdin, and the exit frame may overtake the last output of a pipe; `piped.ts` makes up for both.
 *
 * Used by main, and by the terminal's command (`attach.ts`).
 */
import { Readable, Writable } from "node:stream";
import { WebSocket } from "ws";
import { Failure } from "#shared/failure.ts";
import { ask, type Target } from "./server.ts";

const binary = { stdin: 0, stdout: 1, stderr: 2, replay: 3 } as const;
const openPatienceMs = 30_000;
/** The other side hangs up after a minute without a sign. */
const pingEveryMs = 20_000;
const silenceMs = 65_000;

export type SessionEvents = {
  output(chunk: Buffer, stream: "stdout" | "stderr"): void;
  exit(code: number): void;
  /** The connection is over; `code` is that of the WebSocket. */
  closed(code: number): void;
};

export type SessionMode = { pipe: boolean; since?: number; takeover?: boolean };

/** Id of a session whose process starts with its first connection. */
export async function createSession(execd: Target, command: string): Promise<string> {
  const { session_id } = (await ask(execd, "POST", "/pty", { cwd: "/", command })) as { session_id?: unknown };
  if (typeof session_id !== "string") throw new Failure("failed", "The sandbox made no session");
  return session_id;
}

/** One that is gone is fine. */
export async function deleteSession(execd: Target, id: string): Promise<void> {
  await ask(execd, "DELETE", `/pty/${encodeURIComponent(id)}`).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code !== "not_found") throw error;
  });
}

export async function sessionStatus(execd: Target, id: string): Promise<{ running: boolean; offset: number }> {
  const { running, output_offset } = (await ask(execd, "GET", `/pty/${encodeURIComponent(id)}`)) as {
    running?: boolean;
    output_offset?: number;
  };
  return { running: running === true, offset: output_offset ?? 0 };
}

export class Session {
  readonly #socket: WebSocket;
  readonly #events: SessionEvents;
  /** Bytes of output that have come, over all connections. */
  offset: number;
  #heard = performance.now();
  #timer: NodeJS.Timeout;

  private constructor(socket: WebSocket, events: SessionEvents, offset: number) {
    this.#socket = socket;
    this.#events = events;
    this.offset = offset;
    socket.on("message", (data, isBinary) => {
      this.#heard = performance.now();
      if (isBinary) this.#binary(data as Buffer);
      else this.#text(String(data));
    });
    socket.on("ping", () => {
      this.#heard = performance.now();
    });
    socket.on("close", (code) => {
      clearInterval(this.#timer);
      events.closed(code);
    });
    socket.on("error", () => socket.terminate());
    this.#timer = setInterval(() => {
      if (performance.now() - this.#heard > silenceMs) socket.terminate();
      else this.#json({ type: "ping" });
    }, pingEveryMs);
    this.#timer.unref();
  }

  /** Throws `unavailable`, or `conflict` when another client has it. */
  static open(execd: Target, id: string, mode: SessionMode, events: SessionEvents): Promise<Session> {
    const query = new URLSearchParams({
      ...(mode.pipe ? { pty: "0" } : {}),
      ...(mode.since === undefined ? {} : { since: String(mode.since) }),
      ...(mode.takeover ? { takeover: "1" } : {}),
    });
    const url = `${execd.url.replace(/^http/, "ws")}/pty/${encodeURIComponent(id)}/ws?${query}`;
    const socket = new WebSocket(url, {
      headers: execd.headers,
      followRedirects: false,
      perMessageDeflate: false,
      handshakeTimeout: openPatienceMs,
    });
    return new Promise((resolve, reject) => {
      // Made at once: what comes with the first packet is not missed.
      const session = new Session(socket, events, mode.since ?? 0);
      socket.once("open", () => resolve(session));
      socket.once("unexpected-response", (_request, response) => {
        const code =
          response.statusCode === 409 ? "conflict" : response.statusCode === 404 ? "not_found" : "unavailable";
        reject(new Failure(code, `The sandbox refused a session (${response.statusCode})`));
        socket.terminate();
      });
      socket.once("error", (error) =>
        reject(new Failure("unavailable", `The sandbox cannot be reached: ${error.message}`)),
      );
      socket.once("close", (code) => reject(new Failure("unavailable", `The sandbox closed the session (${code})`)));
    });
  }

  write(data: Buffer, done?: (error?: Error | null) => void): void {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      done?.(new Error("closed"));
      return;
    }
    this.#socket.send(Buffer.concat([Buffer.from([binary.stdin]), data]), done);
  }

  resize(cols: number, rows: number): void {
    this.#json({ type: "resize", cols, rows });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#heard = performance.now();
    this.#socket.resume();
  }

  close(): void {
    this.#socket.close();
    // Whoever does not answer is not waited for.
    setTimeout(() => this.#socket.terminate(), 2_000).unref();
  }

  #json(value: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(value));
  }

  #binary(data: Buffer): void {
    const type = data[0];
    if (type === binary.replay && data.length >= 9) {
      // Begins at an offset; what was seen already is left out.
      const from = Number(data.readBigUInt64BE(1));
      const fresh = data.subarray(9 + Math.max(0, Math.min(data.length - 9, this.offset - from)));
      this.offset = Math.max(this.offset, from + data.length - 9);
      if (fresh.length > 0) this.#events.output(fresh, "stdout");
    } else if (type === binary.stdout || type === binary.stderr) {
      this.offset += data.length - 1;
      this.#events.output(data.subarray(1), type === binary.stdout ? "stdout" : "stderr");
    }
  }

  #text(text: string): void {
    let frame: { type?: unknown; exit_code?: unknown; error?: unknown };
    try {
      frame = JSON.parse(text) as typeof frame;
    } catch {
      return;
    }
    if (frame.type === "exit") this.#events.exit(Number(frame.exit_code ?? -1));
  }
}

/** Both directions of a piped session as streams, for the multiplexer. */
export async function openStreams(
  execd: Target,
  id: string,
  stderr: (text: string) => void,
): Promise<{ input: Readable; output: Writable; close(): void }> {
  let session: Session | null = null;
  const input = new Readable({
    read() {
      session?.resume();
    },
  });
  session = await Session.open(
    execd,
    id,
    { pipe: true },
    {
      output(chunk, stream) {
        if (stream === "stderr") stderr(chunk.toString());
        else if (!input.push(chunk)) session?.pause();
      },
      exit: () => {},
      closed: () => input.destroy(),
    },
  );
  const open = session;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      open.write(chunk, done);
    },
  });
  return { input, output, close: () => open.close() };
}
