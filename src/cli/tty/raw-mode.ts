/**
 * The terminal we were started from, read key by key for a while. It is put right again whatever happens: when we leave, on any exit and
 * signal, and after a `kill -9` by a guardian, a few lines of shell that wait for our end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeSync } from "node:fs";
import type { Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";

export type TtyInput = ReadStream & { fd: number };
export type TtyOutput = WriteStream & { fd: number };

export type RawModeParts = {
  /** Where `onLeave` is written; null when there is nothing to write. */
  output: TtyOutput | null;
  /** Sequences that undo what was shown (another screen, a hidden cursor). */
  onLeave: string;
};

/** fd 3 is the terminal's input, fd 4 its output. It acts only on what is still as we left it: a shell may have been faster. */
const guardianScript = `
saved=$(stty -g <&3) || exit 0
echo saved
read -r word || exit 0
raw=$(stty -g <&3)
read -r word && exit 0
[ "$(stty -g <&3)" = "$raw" ] && stty "$saved" <&3
printf '%s' "$1" >&4
`;

/** Without an answer from the guardian's stty by then we go on without it, in ms. */
const guardianPatienceMs = 1_000;

export class RawMode {
  readonly #input: TtyInput;
  readonly #parts: RawModeParts;
  readonly #guardian: ChildProcess | null;
  readonly #onExit = () => this.leave();
  readonly #onSignal = (signal: NodeJS.Signals) => {
    this.leave();
    process.kill(process.pid, signal);
  };
  #left = false;

  private constructor(input: TtyInput, parts: RawModeParts, guardian: ChildProcess | null) {
    this.#input = input;
    this.#parts = parts;
    this.#guardian = guardian;
    process.once("exit", this.#onExit);
    for (const signal of endingSignals) process.once(signal, this.#onSignal);
    input.setRawMode(true);
    tell(guardian);
  }

  static async enter(input: TtyInput, parts: RawModeParts): Promise<RawMode> {
    return new RawMode(input, parts, await startGuardian(input, parts));
  }

  /** Before we are stopped: somebody else has the terminal until {@link again}. */
  pause(): void {
    if (!this.#left) this.#restore();
  }

  again(): void {
    if (this.#left) return;
    this.#input.setRawMode(false);
    this.#input.setRawMode(true);
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    process.off("exit", this.#onExit);
    for (const signal of endingSignals) process.off(signal, this.#onSignal);
    tell(this.#guardian);
    this.#restore();
  }

  #restore(): void {
    try {
      if (this.#parts.output !== null) writeSync(this.#parts.output.fd, this.#parts.onLeave);
      this.#input.setRawMode(false);
    } catch {
      // The terminal is gone, and with it what was to be put right.
    }
  }
}

const endingSignals = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;

/** Resolves when it knows how the terminal is now. Null where there is no such thing. */
async function startGuardian(input: TtyInput, { output, onLeave }: RawModeParts): Promise<ChildProcess | null> {
  if (process.platform === "win32") return null;
  // In a session of its own: no key of this terminal reaches it, and it may set the terminal of ours.
  const child = spawn("/bin/sh", ["-c", guardianScript, "guardian", onLeave], {
    stdio: ["pipe", "pipe", "ignore", input.fd, output?.fd ?? "ignore"],
    detached: true,
    cwd: "/",
  });
  child.stdin!.on("error", () => {});
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), guardianPatienceMs);
  try {
    await Promise.race([
      once(child.stdout!, "data", { signal: patience.signal }),
      once(child, "exit", { signal: patience.signal }),
    ]);
  } catch {
    // No shell, or no stty in time: everything but kill -9 is still seen to.
  } finally {
    clearTimeout(timer);
    patience.abort();
  }
  child.stdout!.destroy();
  child.on("error", () => {});
  child.unref();
  (child.stdin as Writable & { unref?(): void }).unref?.();
  return child;
}

/** The first word: the terminal is raw now. The second: it is put right, there is nothing to do. */
function tell(guardian: ChildProcess | null): void {
  if (guardian?.stdin?.writable) guardian.stdin.write("go\n");
}
