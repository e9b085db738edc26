/** The real scripts of `k` and `km` in a home of their own, which start the real terminal host. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { onPath } from "#test/requirements.ts";
import { endMarked } from "./processes.ts";
import { TemporaryFolder } from "./temporary.ts";

export const scripts = resolve(import.meta.dirname, "../../resources/bin");

export type Said = { out: string; err: string; code: number | null; signal: NodeJS.Signals | null };
export type Running = {
  child: ChildProcess;
  /** Lines of standard output so far. */
  lines: string[];
  /** Resolves with the first line from now on (or before) that fits. */
  line(wanted: RegExp): Promise<string>;
  ended: Promise<Said>;
};
export type How = {
  input?: string | Buffer;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  shell?: string[];
  stdout?: "closed";
};

/** No call of `k` in a test takes longer, in ms. */
const patience = 30_000;

export class TestK implements AsyncDisposable {
  readonly folder = new TemporaryFolder("k");
  readonly home = this.folder.in("home");
  readonly environment: NodeJS.ProcessEnv;

  constructor() {
    const { K_SESSION: _, CELLAR_TERMINAL_ID: __, ...rest } = process.env;
    // Start files of whoever runs the tests are slow, and print.
    this.environment = {
      ...rest,
      HOME: this.folder.path,
      CELLAR_HOME: this.home,
      XDG_RUNTIME_DIR: this.folder.path,
      SHELL: "/bin/sh",
      PS1: "$ ",
    };
  }

  /** A PATH with nothing but these programs. */
  pathOf(name: string, programs: string[]): string {
    const folder = this.folder.in(name);
    mkdirSync(folder);
    for (const program of programs) {
      const path = onPath(program);
      if (path !== null) symlinkSync(path, join(folder, program));
    }
    return folder;
  }

  start(program: "k" | "km" | "agent-tty", args: string[], how: How = {}): Running {
    const { input, env = {}, cwd = this.folder.path, shell = [], stdout } = how;
    const script = join(scripts, program);
    const command = [...shell, script];
    const closed = stdout === "closed" ? ["/bin/sh", "-c", 'exec "$@" >&-', "sh"] : [];
    const [file, ...first] = [...closed, ...command];
    const child = spawn(file!, [...first, ...args], {
      cwd,
      env: { ...this.environment, ...env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: patience,
    });
    child.stdin.on("error", () => {});
    if (input === undefined) child.stdin.end();
    else child.stdin.end(input);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const lines: string[] = [];
    const waiting = new Set<() => void>();
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
    const ended = new Promise<Said>((done, fail) => {
      child.on("error", fail);
      child.on("close", (code, signal) =>
        done({ out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), code, signal }),
      );
    });
    const line = (wanted: RegExp) =>
      new Promise<string>((done, fail) => {
        const look = () => {
          const found = lines.find((one) => wanted.test(one));
          if (found === undefined) return;
          waiting.delete(look);
          done(found);
        };
        waiting.add(look);
        look();
        void ended.then((said) => fail(new Error(`${program} ended without ${wanted}: ${JSON.stringify(said)}`)), fail);
      });
    return { child, lines, line, ended };
  }

  run(program: "k" | "km" | "agent-tty", args: string[], how: How = {}): Promise<Said> {
    return this.start(program, args, how).ended;
  }

  /** `k` with these words: what it printed, and its exit code where that is not 0. Standard error has to stay empty. */
  async k(...args: string[]): Promise<string> {
    return this.kWith({}, ...args);
  }

  async kWith(how: How, ...args: string[]): Promise<string> {
    const { out, err, code, signal } = await this.run("k", args, how);
    if (err !== "" || signal !== null) throw new Error(`k ${args.join(" ").slice(0, 200)}: ${signal ?? ""} ${err}`);
    return code === 0 ? out : `${out}exit ${code}\n`;
  }

  /** The object that `k` printed in JSON. */
  async object(...args: string[]): Promise<Record<string, unknown>> {
    return JSON.parse((await this.run("k", args)).out) as Record<string, unknown>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endMarked(this.folder.path);
    this.folder[Symbol.dispose]();
  }
}
