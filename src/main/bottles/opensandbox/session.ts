/**
 * A process inside, over execd's PTY sessions: `POST /pty` makes one, the first WebSocket to `/pty/{id}/ws` starts it, with a terminal or (`pty=0`)
 * with pipes; the frames are those of components/execd/pkg/web/model/pty_ws.go: one byte of type before binary data, JSON for the rest. There is no
 * frame for the end of stdin, and the exit frame may overtake the last output of a pipe; {@link pipedScript} makes up for both.
 *
 * Used by main, and by the terminal's command (`attach.ts`).
 */
import { randomBytes } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { WebSocket } from "ws";
import { shellQuote } from "#node/shell-quote.ts";
import { Failure } from "#shared/failure.ts";
import { guestFolder } from "../guest/init.ts";
import { ask, type Target } from "./server.ts";

const binary = { stdin: 0, stdout: 1, stderr: 2, replay: 3 } as const;
const openPatienceMs = 30_000;
/** The other side hangs up after a minute without a sign. */
const pingEveryMs = 20_000;
const silenceMs = 65_000;
const stdinChunk = 36 * 1024;

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

/** Name of {@link pipedScript} inside. */
export const pipedPath = `${guestFolder}/piped`;

/**
 * $1: a token, then a shell command's words. stdin comes as lines of base64 and ends with an empty one; the command's exit code comes after the token, at
 * the end of both streams. Then it waits to be deleted.
 */
export const pipedScript = `t=$1; shift
exec 3<&0
f=$(mktemp -u /tmp/.cellar-XXXXXXXX) && mkfifo -m 600 "$f" || exit 1
{ sed '/^$/q' <&3 | base64 -d >"$f"; } 2>/dev/null &
( exec 3<&-; exec "$@" ) <"$f"
code=$?
rm -f "$f"
printf '%s%03d' "$t" "$code"
printf '%s%03d' "$t" "$code" >&2
exec sleep 3600
`;

/** Name of {@link onceScript} inside. */
export const oncePath = `${guestFolder}/once`;

/** $1: a script of ours. Runs it once however often it is started: execd starts a session's command anew for whoever connects after its end. */
export const onceScript = `d=${guestFolder}/runs/$1
mkdir -p ${guestFolder}/runs
if ! mkdir "$d" 2>/dev/null; then exit "$(cat "$d/code" 2>/dev/null || echo 255)"; fi
trap : INT QUIT HUP TERM
/bin/sh ${guestFolder}/$1
code=$?
echo $code >"$d/code"
exit $code
`;

export type Piped = {
  argv: readonly string[];
  /** Chunks of stdin; without, it is empty. */
  stdin?: AsyncIterable<Buffer | string>;
  /** A promise is waited for before more is taken. */
  output(chunk: Buffer, stream: "stdout" | "stderr"): undefined | Promise<void>;
};

/** Runs something inside to its end. Throws when the connection is lost before. */
export async function runPiped(execd: Target, { argv, stdin, output }: Piped): Promise<number> {
  const token = randomBytes(16).toString("hex");
  const id = await createSession(execd, `exec /bin/sh ${[pipedPath, token, ...argv].map(shellQuote).join(" ")}`);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const tails = { stdout: new Tail(token), stderr: new Tail(token) };
  let writing = 0;
  let session: Session | undefined;
  session = await Session.open(
    execd,
    id,
    { pipe: true },
    {
      output(chunk, stream) {
        const fresh = tails[stream].take(chunk);
        const slow = fresh.length === 0 ? undefined : output(fresh, stream);
        if (slow !== undefined) {
          // Not read on until it was taken.
          writing++;
          session?.pause();
          void slow.then(() => {
            if (--writing === 0) session?.resume();
          });
        }
        if (tails.stdout.code !== null && tails.stderr.code !== null) resolve(tails.stdout.code);
      },
      exit: (code) => reject(new Failure("failed", `The command could not be run inside (${code})`)),
      closed: () => reject(new Failure("unavailable", "The connection to the sandbox was lost")),
    },
  );
  promise.catch(() => {});
  const opened = session;
  void feed(opened, stdin).catch(reject);
  try {
    return await promise;
  } finally {
    opened.close();
    await deleteSession(execd, id).catch(() => {});
  }
}

async function feed(session: Session, stdin: AsyncIterable<Buffer | string> | undefined): Promise<void> {
  const send = (text: string) => new Promise<void>((resolve) => session.write(Buffer.from(text), () => resolve()));
  for await (const chunk of stdin ?? []) {
    const bytes = Buffer.from(chunk);
    for (let at = 0; at < bytes.length; at += stdinChunk) {
      await send(`${bytes.subarray(at, at + stdinChunk).toString("base64")}\n`);
    }
  }
  await send("\n");
}

/** Finds the token with a number at the end of a stream, and holds back no more than could be its beginning. */
export class Tail {
  code: number | null = null;
  readonly #token: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(token: string) {
    this.#token = Buffer.from(token);
  }

  /** What of the stream is the command's own. */
  take(chunk: Buffer): Buffer {
    const all = Buffer.concat([this.#held, chunk]);
    const at = all.indexOf(this.#token);
    if (at >= 0) {
      const number = all.subarray(at + this.#token.length);
      if (number.length >= 3) this.code = Number(number.subarray(0, 3).toString());
      this.#held = all.subarray(at);
      return all.subarray(0, at);
    }
    const hold = Math.min(all.length, this.#token.length - 1);
    let keep = hold;
    while (keep > 0 && !this.#token.subarray(0, keep).equals(all.subarray(all.length - keep))) keep--;
    this.#held = all.subarray(all.length - keep);
    return all.subarray(0, all.length - keep);
  }
}
