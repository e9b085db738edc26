/** Something that runs inside to its end, with pipes: what execd's sessions lack for that is made up for by a script around it. */
import { randomBytes } from "node:crypto";
import { shellQuote } from "#node/shell-quote.ts";
import { Failure } from "#shared/failure.ts";
import { guestFolder } from "../guest/init.ts";
import type { Target } from "./server.ts";
import { createSession, deleteSession, Session } from "./session.ts";

const stdinChunk = 36 * 1024;

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
