/** A hook program that decides when a cell has ended: it is fed each cleaned line and has spoken when it exits (features AT-6, AT-7). */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { Failure } from "#shared/failure.ts";

export class HookProgram {
  readonly #child: ChildProcess;
  #over = false;

  /** Started without arguments; its output and exit status are ignored. `onExit` also comes when it cannot be started or written to. */
  constructor(path: string, onExit: () => void) {
    const over = () => {
      if (this.#over) return;
      this.#over = true;
      onExit();
    };
    this.#child = spawn(path, [], { stdio: ["pipe", "ignore", "ignore"] });
    this.#child.on("error", over);
    this.#child.on("exit", over);
    this.#child.stdin?.on("error", over);
  }

  line(text: string): void {
    if (!this.#over) this.#child.stdin?.write(`${text}\n`);
  }

  kill(): void {
    this.#over = true;
    this.#child.kill("SIGKILL");
  }
}

/** Throws `unavailable` in the words of AT-7 when the path is no file, or cannot be read or executed. */
export function checkHook(path: string): void {
  const checks: [wrong: string, holds: () => unknown][] = [
    ["found", () => statSync(path).isFile()],
    ["readable", () => accessSync(path, constants.R_OK)],
    ["executable", () => accessSync(path, constants.X_OK)],
  ];
  for (const [wrong, holds] of checks) {
    try {
      if (holds() !== false) continue;
    } catch {}
    throw new Failure("unavailable", `hook not ${wrong}: ${path}`, { hint: "Give the path of an executable program." });
  }
}
