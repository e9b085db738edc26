/** What is known of one terminal while it lives: whether its shell stands at a prompt, where, and the line in which the cursor is. */
import type { CellTerminal } from "./cell-terminal.ts";
import { type Mark, MarkScanner } from "./marks.ts";
import type { CellWatcher } from "./watcher.ts";

/** Of a line longer than this only the end is kept: it is no prompt. */
const longestPromptBytes = 8192;
const lineFeed = 0x0a;

export class TerminalState {
  readonly terminal: CellTerminal;
  /** Marks of the injected scripts have been seen. */
  integrated = false;
  /** The integrated shell waits for input. False while it runs something, of which a nested shell or REPL is one. */
  atPrompt = false;
  /** The program understands bracketed paste. */
  pasteOn = false;
  cwd: string | null = null;
  watcher: CellWatcher | null = null;
  readonly #scanner: MarkScanner;
  #line: Buffer = Buffer.alloc(0);
  /** A command's end was marked, and none has started since. */
  #commandEnded = false;
  readonly #changed: () => void;
  readonly #waiting = new Set<() => void>();
  readonly #stop: () => void;

  constructor(terminal: CellTerminal, changed: () => void) {
    this.terminal = terminal;
    this.#changed = changed;
    this.#scanner = new MarkScanner(
      terminal.integration?.nonce ?? null,
      (bytes) => this.#text(bytes),
      (mark) => this.#mark(mark),
    );
    this.#stop = terminal.onOutput((bytes) => {
      this.#scanner.feed(bytes);
      for (const wake of this.#waiting) wake();
    });
  }

  /** Raw bytes since the last line feed: the prompt, when the program waits for input. */
  get line(): Uint8Array {
    return this.#line;
  }

  #text(bytes: Uint8Array): void {
    const feed = bytes.lastIndexOf(lineFeed);
    const rest = feed === -1 ? bytes : bytes.subarray(feed + 1);
    const kept = rest.length > longestPromptBytes ? rest.subarray(-longestPromptBytes) : rest;
    if (feed !== -1 || this.#line.length + kept.length > longestPromptBytes) this.#line = Buffer.from(kept);
    else this.#line = Buffer.concat([this.#line, kept]);
    this.watcher?.text(bytes);
  }

  #mark(mark: Mark): void {
    switch (mark.type) {
      case "paste":
        this.pasteOn = mark.on;
        if (mark.on && this.#commandEnded) this.atPrompt = true;
        break;
      case "commandEnd":
        this.#commandEnded = true;
        break;
      case "commandStart":
        this.#commandEnded = false;
        this.atPrompt = false;
        break;
      case "promptEnd":
        this.atPrompt = true;
        if (!this.integrated) {
          this.integrated = true;
          this.#changed();
        }
        break;
      case "cwd":
        if (this.cwd !== mark.path) {
          this.cwd = mark.path;
          this.#changed();
        }
        break;
      default:
    }
    this.watcher?.mark(mark);
  }

  /** Looks again after each piece of output until `condition` holds (true) or the time is over or the terminal ends (false). */
  until(condition: () => boolean, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (result: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const look = () => {
        if (condition()) settle(true);
        else if (!this.terminal.alive) settle(false);
      };
      const timer = setTimeout(() => settle(condition()), withinMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when nothing was put out for `silenceMs`, at the latest after `withinMs`. */
  async quiet(silenceMs: number, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (performance.now() < end) {
      const seen = this.terminal.bytesOut;
      if (!(await this.until(() => this.terminal.bytesOut !== seen, silenceMs))) return;
    }
  }

  dispose(): void {
    this.#stop();
    this.watcher?.dispose();
    this.watcher = null;
    for (const wake of this.#waiting) wake();
  }
}
