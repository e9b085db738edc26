/** `cellar` as a script starts it, and as a person does: on a real terminal. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type IPty, spawn } from "node-pty";
import type { Product } from "./product.ts";

export const program = resolve(import.meta.dirname, "../../resources/bin/cellar");

export type Said = { code: number; out: string; err: string };

export type Running = { input?: string; cwd?: string; env?: NodeJS.ProcessEnv };

export function cellar(product: Product, args: readonly string[], more: Running = {}): Promise<Said> {
  return new Promise((settle) => {
    const options = {
      env: { ...product.environment, ...more.env },
      cwd: more.cwd ?? product.folder.path,
      timeout: 60_000,
    };
    const child = execFile(program, args, options, (error, out, err) => {
      settle({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(more.input ?? "");
  });
}

/** What `--json` printed; fails with what was said instead. */
export async function json<T = Record<string, unknown>>(
  product: Product,
  args: readonly string[],
  more: Running = {},
): Promise<T> {
  const said = await cellar(product, ["--json", ...args], more);
  if (said.code !== 0) throw new Error(`cellar ${args.join(" ")} ended with ${said.code}: ${said.err}`);
  return JSON.parse(said.out) as T;
}

/** A program on a pseudo-terminal of its own, with everything it has shown. */
export class OnTerminal implements Disposable {
  readonly pty: IPty;
  /** Raw, escape sequences and all. */
  raw = "";
  exitCode: number | null = null;
  #changed: () => void = () => {};
  #from = 0;

  constructor(
    product: Product,
    command: readonly string[],
    size = { cols: 100, rows: 30 },
    env: NodeJS.ProcessEnv = {},
  ) {
    const [file = program, ...args] = command;
    this.pty = spawn(file, args, {
      ...size,
      name: "xterm-256color",
      cwd: product.folder.path,
      env: { ...product.environment, TERM: "xterm-256color", ...env },
    });
    this.pty.onData((data) => {
      this.raw += data;
      this.#changed();
    });
    this.pty.onExit(({ exitCode }) => {
      this.exitCode = exitCode;
      this.#changed();
    });
  }

  /** Without escape sequences and carriage returns. */
  get text(): string {
    return stripVTControlCharacters(this.raw).replaceAll("\r", "");
  }

  type(text: string): void {
    this.pty.write(text);
  }

  /** Resolves when this is shown after what was waited for before. */
  async shows(wanted: string | RegExp): Promise<void> {
    await this.until(() => {
      const rest = this.text.slice(this.#from);
      const at = typeof wanted === "string" ? rest.indexOf(wanted) : rest.search(wanted);
      if (at < 0) return false;
      const length = typeof wanted === "string" ? wanted.length : (wanted.exec(rest)?.[0].length ?? 0);
      this.#from += at + length;
      return true;
    }, String(wanted));
  }

  /** The exit code when it has ended. */
  async ended(): Promise<number> {
    await this.until(() => this.exitCode !== null, "its end");
    return this.exitCode!;
  }

  async until(condition: () => boolean, what: string, withinMs = 20_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (!condition()) {
      if (performance.now() > end)
        throw new Error(`no ${what} within ${withinMs} ms: ${JSON.stringify(this.text.slice(-1500))}`);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, 100);
        this.#changed = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }

  [Symbol.dispose](): void {
    if (this.exitCode === null) this.pty.kill("SIGKILL");
  }
}
