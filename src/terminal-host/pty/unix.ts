/**
 * Pseudo-terminals on Linux and macOS: node-pty's native part, with our own reading and writing around it.
 *
 * Why not node-pty's `UnixTerminal`: 200 ms after the child's exit it destroys its socket, so what the kernel still holds is lost
 * when the reader was paused or busy; and its write queue spins on EAGAIN, so that one program that does not read its
 * input takes a whole core and every other terminal's latency.
 */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { ReadStream } from "node:tty";
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Pty, PtyCommand, PtyEvents } from "./pty.ts";

type Native = {
  fork(
    file: string,
    args: string[],
    env: string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (code: number, signal: number) => void,
  ): { fd: number; pid: number; pty: string };
  resize(fd: number, cols: number, rows: number, pixelWidth: number, pixelHeight: number): void;
};

/** First and longest pause before a full input queue of the kernel is tried again, in ms. */
const retryFirstMs = 1;
const retryLongestMs = 20;
/**
 * When the child is gone but something else still holds the terminal open (it left the session before), we wait for its output
 * until it has been silent for so long, in ms. Elsewhere the kernel hangs the terminal up with its session leader.
 */
const lingerMs = 250;
/**
 * A chunk this long means that the program is busy; then we read on by ourselves until nothing is left or the buffer is full,
 * instead of going through the event loop for every 4 KiB that a PTY hands over. That is half of the throughput.
 */
const busyChunkBytes = 1024;
/**
 * Such a read may wait within the kernel for its own worker to bring the bytes over, and on a computer that has too much to do that worker waits
 * for its turn: the keys of other terminals must not wait with it for longer than this, in ms.
 */
const gatherPatienceMs = 1;
/** Every terminal's output is read into this: receivers may use it during the call only. Nothing is allocated for a chunk. */
const gathered = Buffer.allocUnsafeSlow(16 * 1024);

let loaded: { native: Native; helper: string } | undefined;

function load(): { native: Native; helper: string } {
  if (!loaded) {
    const require = createRequire(import.meta.url);
    const utils = require.resolve("node-pty/lib/utils.js");
    const { loadNativeModule } = require(utils) as {
      loadNativeModule(name: string): { dir: string; module: Native };
    };
    const { dir, module } = loadNativeModule("pty");
    // Electron packs node_modules into an archive, from which nothing can be executed.
    const helper = resolve(dirname(utils), dir, "spawn-helper").replace(
      /\b(app|node_modules)\.asar\b/,
      "$1.asar.unpacked",
    );
    loaded = { native: module, helper };
  }
  return loaded;
}

/** Null when the child is over so fast that there is nothing to open any more. */
function openOtherSide(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    return null;
  }
}

/** Bytes on their way to the program. */
type Input = { bytes: Uint8Array; taken: number; written: ((delivered: number) => void) | undefined };

export function spawnUnixPty(command: PtyCommand, events: PtyEvents): Pty {
  return new UnixPty(command, events);
}

class UnixPty implements Pty {
  readonly pid: number;
  readonly ttyPath: string;
  readonly #fd: number;
  readonly #stream: ReadStream;
  readonly #events: PtyEvents;
  #input: Input[] = [];
  #pendingInput = 0;
  #retry: NodeJS.Timeout | null = null;
  #retryMs = retryFirstMs;
  #linger: NodeJS.Timeout | null = null;
  /**
   * The program's side of the PTY, held while the child lives. Without it a child that closes its descriptors before it exits (`cat` does)
   * hangs the PTY up, our stream closes at that, and the kernel answers with a SIGHUP that the child may just still be there to die of.
   */
  #otherSide: number | null;
  /** undefined while the child lives. */
  #exitCode: number | undefined;
  #closed = false;
  /** A read of ours found the other side closed. */
  #ranOut = false;
  /** No more bytes will come. */
  #hungUp = false;

  constructor(command: PtyCommand, events: PtyEvents) {
    this.#events = events;
    const { native, helper } = load();
    const env = Object.entries(command.env).map(([name, value]) => `${name}=${value}`);
    const { cols, rows } = command.size;
    const child = native.fork(
      command.file,
      command.args,
      env,
      command.cwd,
      cols,
      rows,
      -1,
      -1,
      true,
      helper,
      (code, signal) => this.#exited(signal > 0 ? -signal : code),
    );
    this.pid = child.pid;
    this.ttyPath = child.pty;
    this.#fd = child.fd;
    this.#otherSide = openOtherSide(child.pty);
    this.#stream = new ReadStream(child.fd, {
      onread: {
        buffer: gathered,
        callback: (length) => {
          this.#received(length);
          return true;
        },
      },
    });
    // EIO is how Linux says that the other side is closed.
    this.#stream.on("error", () => this.#hangUp());
    this.#stream.on("end", () => this.#hangUp());
    this.#stream.resume();
  }

  get pendingInput(): number {
    return this.#pendingInput;
  }

  /** Whether the descriptor is still ours: the stream closes it by itself at a hang-up, and its number may be another terminal's next. */
  get #open(): boolean {
    return !this.#closed && !this.#hungUp && !this.#stream.destroyed;
  }

  write(bytes: Uint8Array, written?: (delivered: number) => void): boolean {
    if (!this.#open || this.#exitCode !== undefined) return false;
    this.#input.push({ bytes, taken: 0, written });
    this.#pendingInput += bytes.byteLength;
    if (this.#input.length === 1) this.#writeOn();
    return true;
  }

  resize({ cols, rows }: TerminalSize): void {
    if (this.#open) load().native.resize(this.#fd, cols, rows, 0, 0);
  }

  pause(): void {
    // After the exit there is no program left to hold back, and the little that the kernel holds is wanted.
    if (!this.#closed && this.#exitCode === undefined) this.#stream.pause();
  }

  resume(): void {
    if (!this.#closed) this.#stream.resume();
  }

  /** Writes until the kernel takes no more, then waits a little: the descriptor does not block, and cannot be polled for writing. */
  #writeOn(): void {
    this.#retry = null;
    while (this.#input.length > 0) {
      const first = this.#input[0]!;
      if (first.taken === first.bytes.byteLength) {
        this.#input.shift();
        first.written?.(first.taken);
        continue;
      }
      const taken = this.#writeNow(first.bytes.subarray(first.taken));
      if (taken === null) {
        this.#dropInput();
        return;
      }
      if (taken === 0) {
        this.#retry = setTimeout(() => this.#writeOn(), this.#retryMs);
        this.#retryMs = Math.min(this.#retryMs * 2, retryLongestMs);
        return;
      }
      this.#retryMs = retryFirstMs;
      first.taken += taken;
      this.#pendingInput -= taken;
    }
  }

  /** How many bytes the kernel has taken, 0 when it takes none now, null when it never will again. */
  #writeNow(bytes: Uint8Array): number | null {
    if (!this.#open) return null;
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === "EAGAIN" || code === "EINTR" ? 0 : null;
    }
  }

  #dropInput(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    const dropped = this.#input;
    this.#input = [];
    this.#pendingInput = 0;
    for (const { taken, written } of dropped) written?.(taken);
  }

  /** So many bytes are at the beginning of the gathering buffer. */
  #received(first: number): void {
    this.#linger?.refresh();
    let length = first;
    if (first >= busyChunkBytes) {
      const until = performance.now() + gatherPatienceMs;
      while (length < gathered.length && performance.now() < until) {
        const taken = this.#readNow(length);
        if (taken === 0) break;
        length += taken;
      }
    }
    this.#events.output(gathered.subarray(0, length));
  }

  /** Reads into the gathering buffer from `at` on without waiting: 0 when there is nothing now, or nothing any more. */
  #readNow(at: number): number {
    if (!this.#open) return 0;
    const { stackTraceLimit } = Error;
    // "Nothing now" is an exception here, and its stack would be the expensive part.
    Error.stackTraceLimit = 0;
    try {
      return readSync(this.#fd, gathered, at, gathered.length - at, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN" && code !== "EINTR") this.#ranOut = true;
      return 0;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  #exited(exitCode: number): void {
    this.#exitCode = exitCode;
    if (this.#otherSide !== null) closeSync(this.#otherSide);
    this.#otherSide = null;
    if (this.#hungUp) {
      this.#close();
      return;
    }
    this.#drain();
    if (this.#hungUp) this.#close();
    else {
      this.#stream.resume();
      this.#linger = setTimeout(() => {
        this.#drain();
        this.#close();
      }, lingerMs);
    }
  }

  /** Takes everything that the kernel holds. */
  #drain(): void {
    for (let taken = this.#readNow(0); taken > 0; taken = this.#readNow(0)) {
      this.#events.output(gathered.subarray(0, taken));
    }
    if (this.#ranOut) this.#hungUp = true;
  }

  #hangUp(): void {
    this.#hungUp = true;
    if (this.#exitCode !== undefined) this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#linger) clearTimeout(this.#linger);
    this.#dropInput();
    this.#stream.destroy();
    this.#events.end(this.#exitCode ?? null);
  }
}
