/** Finds the end of a cell in a shell that marks its prompts and commands: nothing that a program prints can look like those marks. */
import type { CellOutput } from "./cell-output.ts";
import type { Mark } from "./marks.ts";
import { TextModel } from "./text-model.ts";
import type { CellOutcome, CellWatcher } from "./watcher.ts";

/**
 * Code that the shell refuses (a syntax error) or that is empty runs no command: a prompt comes back without one having started. It could
 * also be the prompt of something typed just before, so the code gets this long to start.
 */
const noCommandGraceMs = 250;

export type ShellWatcherOptions = {
  output: CellOutput;
  rows: number;
  columns: () => number;
  onEnd: (outcome: CellOutcome) => void;
};

export class ShellWatcher implements CellWatcher {
  readonly #options: ShellWatcherOptions;
  #model: TextModel | null = null;
  #capturing = false;
  #started: number | null = null;
  #finished = false;
  #sent = false;
  #promptBack = false;
  #exitCode: number | null = null;
  #grace: NodeJS.Timeout | null = null;

  constructor(options: ShellWatcherOptions) {
    this.#options = options;
  }

  text(bytes: Uint8Array): void {
    if (!this.#capturing || this.#options.output.truncated) return;
    this.#model ??= this.#newModel();
    this.#model.write(bytes);
  }

  sent(): void {
    this.#sent = true;
    if (this.#promptBack) this.#promptEnd();
  }

  mark(mark: Mark): void {
    switch (mark.type) {
      case "paste":
        // The editor has let go of the code; what follows until the prompt is a complaint about it, unless a command starts.
        if (!mark.on && this.#started === null) this.#capture();
        // zsh's prompt without our end mark (somebody has just replaced it): the command's end was marked, and the editor is back.
        if (mark.on) this.#promptEnd();
        break;
      case "commandStart":
        this.#commandStart();
        break;
      case "commandEnd":
        this.#capturing = false;
        this.#finished = true;
        if (mark.exitCode !== null) this.#exitCode = mark.exitCode;
        break;
      case "promptEnd":
        this.#promptEnd();
        break;
      default:
    }
  }

  /** Several lines pasted into one prompt are several commands; prompts in between are not shown. */
  #commandStart(): void {
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#grace = null;
    if (this.#started === null) {
      this.#started = performance.now();
      this.#model = null;
    }
    this.#finished = false;
    this.#promptBack = false;
    this.#exitCode = null;
    this.#capturing = true;
  }

  #promptEnd(): void {
    if (!this.#finished) return;
    if (this.#started !== null) this.#end();
    else if (this.#sent) this.#grace ??= setTimeout(() => this.#end(), noCommandGraceMs);
    else this.#promptBack = true;
  }

  #capture(): void {
    this.#model = null;
    this.#capturing = true;
  }

  #end(): void {
    this.flush();
    this.#options.onEnd({ exitCode: this.#exitCode, startedAt: this.#started });
  }

  flush(): void {
    let text = this.#model?.drain().join("\n") ?? "";
    // The line feed behind the code, where no mark says that the command starts after it.
    if (this.#started === null && text.startsWith("\n")) text = text.slice(1);
    this.#model = null;
    this.#options.output.append(text.endsWith("\n") ? text.slice(0, -1) : text);
  }

  dispose(): void {
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#grace = null;
    this.#capturing = false;
  }

  #newModel(): TextModel {
    return new TextModel({
      settle: (text) => this.#options.output.append(text),
      rows: this.#options.rows,
      columns: this.#options.columns,
      returnToRow: () => false,
    });
  }
}
