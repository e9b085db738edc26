/** A hook program that decides when a cell has ended: it is fed each cleaned line and has spoken when it exits (features AT-6, AT-7). */
import { type ChildProcess, spawn } from "node:child_process";

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
