/**
 * The one way by which system programs (git, ssh, docker, bwrap) are run: a program and its arguments without a shell between, an
 * environment given on purpose, a time limit, bounded output, and an owner that ends the whole tree on abort and at shutdown.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { parse } from "node:path";
import { pipeline, Readable, type Writable } from "node:stream";
import { Failure } from "#shared/failure.ts";
import { type Environment, findProgram } from "./find-program.ts";
import { endTrees } from "./processes/end-tree.ts";
import { checkRoomToSpawn } from "./room-to-spawn.ts";
import { LineSplitter } from "./subprocess/lines.ts";
import { Beginning, Ending, lastLines } from "./subprocess/output.ts";

export type { Environment };
export { findProgram, lastLines };

export type Command = {
  /** A name that is looked up on the PATH of `env`, or an absolute path. */
  program: string;
  args: readonly string[];
  /** The whole environment: nothing is inherited. */
  env: Environment;
  /** Default: the root of the file system, where no repository is found by accident. */
  cwd?: string;
  /** Milliseconds until the tree is ended; `none` for what only a signal or its own end may stop. */
  timeoutMs: number | "none";
  signal?: AbortSignal | undefined;
  /** Id of the job it runs for, by which {@link endOwnedBy} finds it again after a crash. */
  owner?: string;
  /** Written to stdin, which is then closed. Without it stdin is empty. A stream is destroyed when the program ends before it. */
  input?: string | Uint8Array | Readable;
  /** Given on file descriptor 3 (not on Windows): the one way to hand over a secret without argument, variable or file. */
  secret?: string;
  /** Bytes of memory (address space) that it may have, where util-linux can hold it to that. */
  memoryBytes?: number;
  /** Bytes of stdout that are kept; 16 MiB unless said otherwise. */
  maxStdoutBytes?: number;
  /** When stdout is longer than that: end the program and fail (default), end it and keep the beginning, or let it go on. */
  overflow?: "fail" | "stop" | "drop";
  onStdout?: (chunk: Buffer) => void;
  /** Takes stdout at its own pace, which is then not kept, and is left open. The program is ended when this is closed before it. */
  stdoutTo?: Writable;
  /** Lines of either stream as they come; a carriage return ends one too. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
};

export type Ended = {
  /** Null when a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  /** stdout was longer than the limit. */
  cut: boolean;
  /** The last 64 KiB. */
  stderr: string;
};

const ownerVariable = "CELLAR_JOB";
const defaultStdoutBytes = 16 * 1024 * 1024;
/** A program that is asked to end gets this long before it is killed. */
const graceMs = 1000;
/** A pipe that a grandchild (a credential daemon) keeps open after the program's end is read for this long and then left. */
const lingerMs = 500;
/** More than a pipe or a socket pair holds: whatever comes beyond was written by somebody else after the program's end. */
const pipeBytes = 1024 * 1024;

/** Owns every process it starts; `close` ends them all. */
export class Subprocesses {
  readonly #running = new Set<Running>();
  #closed = false;

  get count(): number {
    return this.#running.size;
  }

  /**
   * Resolves when the program has ended, whatever its exit code. Throws a Failure: `unavailable` when there is no such program,
   * `cancelled` after an abort, `failed` after the time limit, `too_large` when stdout outgrew its limit.
   */
  async run(command: Command): Promise<Ended> {
    if (command.signal?.aborted) throw cancelled(command);
    if (this.#closed) throw new Failure("unavailable", "Cellar is shutting down");
    const path = findProgram(command.program, command.env);
    if (path === null) {
      throw new Failure("unavailable", `${command.program} was not found on this computer`, {
        hint: `Install ${command.program}, or add its folder to PATH.`,
      });
    }
    const running = new Running(command, path);
    this.#running.add(running);
    try {
      return await running.ended;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Like {@link run}, and throws `failed` with the last lines of stderr when the exit code is not 0. `what` begins the message: `git clone`. */
  async runOrFail(command: Command, what: string): Promise<Ended> {
    const ended = await this.run(command);
    if (ended.exitCode !== 0) throw exitFailure(ended, what);
    return ended;
  }

  /** Ends everything that still runs and refuses what comes later. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#running];
    for (const running of all) running.end("closed");
    await Promise.allSettled(all.map((running) => running.ended));
  }
}

/** Ends what a job that did not live to see its end has left running, whoever its parent is now. */
export async function endOwnedBy(owner: string): Promise<void> {
  await endTrees([{ root: null, marker: `${ownerVariable}=${owner}` }]);
}

export function exitFailure(ended: Ended, what: string): Failure {
  const how = ended.signal === null ? `exit code ${ended.exitCode}` : `ended by ${ended.signal}`;
  return new Failure("failed", `${what} failed: ${lastLines(ended.stderr) || how}`);
}

function cancelled(command: Command): Failure {
  return new Failure("cancelled", `${command.program} was stopped`);
}

type Reason = "aborted" | "timeout" | "overflow" | "closed";

/** One process from start to end. */
class Running {
  readonly ended: Promise<Ended>;
  readonly #command: Command;
  readonly #child: ChildProcess;
  readonly #stdout: Beginning;
  readonly #stderr = new Ending();
  #heardBytes = 0;
  #reason: Reason | null = null;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(command: Command, path: string) {
    this.#command = command;
    this.#stdout = new Beginning(command.maxStdoutBytes ?? defaultStdoutBytes);
    const [program, args] = withLimit(command, path);
    checkRoomToSpawn();
    this.#child = spawn(program, args, {
      cwd: command.cwd ?? parse(process.cwd()).root,
      env: { ...command.env, ...(command.owner === undefined ? {} : { [ownerVariable]: command.owner }) },
      stdio: ["pipe", "pipe", "pipe", command.secret === undefined ? "ignore" : "pipe"],
      // A session of its own: its group can be ended as a whole, and no program can reach for our terminal to ask something.
      detached: process.platform !== "win32",
      windowsHide: true,
      shell: false,
    });
    this.ended = this.#follow();
  }

  end(reason: Reason): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    signalTree(this.#child, "SIGTERM");
    this.#killTimer = setTimeout(() => signalTree(this.#child, "SIGKILL"), graceMs);
  }

  async #follow(): Promise<Ended> {
    const { signal, timeoutMs } = this.#command;
    const onAbort = () => this.end("aborted");
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = timeoutMs === "none" ? undefined : setTimeout(() => this.end("timeout"), timeoutMs);
    try {
      this.#feed();
      this.#read();
      const [exitCode, by] = await this.#exit();
      return this.#result(exitCode, by);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(timer);
      clearTimeout(this.#killTimer);
      // What the program left in its group goes with it when it was ended; after its own end (a daemon it made) it may stay.
      if (this.#reason !== null) signalTree(this.#child, "SIGKILL");
    }
  }

  #feed(): void {
    give(this.#child.stdin, this.#command.input);
    if (this.#command.secret !== undefined) give(this.#child.stdio[3] as Writable, this.#command.secret);
  }

  #read(): void {
    const { onStdout, onLine, overflow, stdoutTo } = this.#command;
    const lines = { stdout: splitter(onLine, "stdout"), stderr: splitter(onLine, "stderr") };
    if (stdoutTo !== undefined) this.#hand(stdoutTo);
    else
      this.#child.stdout?.on("data", (chunk: Buffer) => {
        this.#heardBytes += chunk.length;
        this.#stdout.push(chunk);
        if (this.#stdout.cut && overflow !== "drop") this.end("overflow");
        onStdout?.(chunk);
        lines.stdout?.push(chunk);
      });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#heardBytes += chunk.length;
      this.#stderr.push(chunk);
      lines.stderr?.push(chunk);
    });
    this.#child.stdout?.once("close", () => lines.stdout?.flush());
    this.#child.stderr?.once("close", () => lines.stderr?.flush());
  }

  #hand(to: Writable): void {
    const gone = () => this.end("aborted");
    if (to.destroyed) gone();
    to.once("close", gone);
    to.once("error", gone);
    this.#child.once("close", () => {
      to.off("close", gone);
      to.off("error", gone);
    });
    this.#child.stdout?.pipe(to, { end: false });
  }

  #exit(): Promise<[number | null, NodeJS.Signals | null]> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      let linger: NodeJS.Timeout | undefined;
      child.once("error", (error) => {
        if (child.pid !== undefined) return;
        reject(
          new Failure("failed", `${this.#command.program} could not be started: ${error.message}`, { cause: error }),
        );
      });
      child.once("exit", () => {
        linger = setTimeout(() => void this.#leavePipes(), lingerMs);
      });
      child.once("close", (code, by) => {
        clearTimeout(linger);
        resolve([code, by]);
      });
    });
  }

  /**
   * What the program itself has said is in its pipes since before its end, but while we were busy nothing was read: time alone says nothing. A turn
   * of the loop that brings no more shows that all of it was.
   */
  async #leavePipes(): Promise<void> {
    const before = this.#heardBytes;
    for (let heard = -1; heard !== this.#heardBytes && heard - before < pipeBytes; ) {
      heard = this.#heardBytes;
      await new Promise(setImmediate);
    }
    // A slow reader of stdout has not been given everything yet.
    if (this.#command.stdoutTo === undefined || this.#reason !== null) this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #result(exitCode: number | null, signal: NodeJS.Signals | null): Ended {
    const { program, overflow, timeoutMs } = this.#command;
    if (this.#reason === "aborted" || this.#reason === "closed") throw cancelled(this.#command);
    if (this.#reason === "timeout") {
      const said = lastLines(this.#stderr.text());
      throw new Failure("failed", `${program} did not end within ${Number(timeoutMs) / 1000} s${said && `: ${said}`}`);
    }
    if (this.#reason === "overflow" && overflow !== "stop") {
      throw new Failure(
        "too_large",
        `${program} printed more than ${this.#command.maxStdoutBytes ?? defaultStdoutBytes} bytes`,
      );
    }
    return { exitCode, signal, stdout: this.#stdout.bytes(), cut: this.#stdout.cut, stderr: this.#stderr.text() };
  }
}

function withLimit({ args, memoryBytes, env }: Command, path: string): [program: string, args: string[]] {
  const limiter = memoryBytes === undefined ? null : findProgram("prlimit", env);
  return limiter === null ? [path, [...args]] : [limiter, [`--as=${memoryBytes}`, "--", path, ...args]];
}

function splitter(onLine: Command["onLine"], stream: "stdout" | "stderr"): LineSplitter | undefined {
  return onLine && new LineSplitter((line) => onLine(line, stream));
}

/** Writes and closes. A program that ends without reading its input is no error. */
function give(stream: Writable | null, content: string | Uint8Array | Readable | undefined): void {
  stream?.on("error", () => {});
  if (content instanceof Readable) {
    if (stream !== null) pipeline(content, stream, () => {});
  } else stream?.end(content ?? "");
}

function signalTree(child: ChildProcess, signal: NodeJS.Signals): void {
  const pid = child.pid;
  if (pid === undefined || pid <= 1) return;
  if (process.platform === "win32") {
    if (child.exitCode === null)
      spawn("taskkill.exe", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore", windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
