/**
 * Finds the end of a cell by lines, where the program says nothing about itself: five equal prompt lines after five empty Enters (repeat),
 * a line equal to a prompt (exact), or a hook program that exits. Enters are sent only once the program stands at something that has not
 * ended its line, so that they are neither echoed into its output nor eaten by what it runs.
 */
import type { CellEnd } from "#shared/contract/terminals.ts";
import type { CellOutput } from "./cell-output.ts";
import { EchoFilter, isContinuation } from "./echo.ts";
import { HookProgram } from "./hook-program.ts";
import { TextModel } from "./text-model.ts";
import type { CellOutcome, CellWatcher } from "./watcher.ts";

/** Empty Enters in repeat mode, and equal lines that end a cell. */
export const frameEnters = 5;
/** Silence after which text without a line feed counts as a line: a waiting prompt has not ended its line. */
const quietMs = 8;
/** The same where the text does not look like the prompt that stood there before. */
const unfamiliarQuietMs = 150;
/** Enters that were read by something else are sent again after so much silence at the known prompt. */
const reframeMs = 400;

export type LineWatcherOptions = {
  end: Exclude<CellEnd, { mode: "integration" }>;
  code: string;
  /** Raw bytes of the line in which the cursor stands when the code is sent. */
  before: Uint8Array;
  output: CellOutput;
  rows: number;
  columns: () => number;
  sendEnters: () => void;
  onEnd: (outcome: CellOutcome) => void;
};

export class LineWatcher implements CellWatcher {
  readonly #options: LineWatcherOptions;
  readonly #model: TextModel;
  readonly #echo: EchoFilter;
  readonly #progress: EchoFilter;
  readonly #prompt: string;
  readonly #hook: HookProgram | null;
  readonly #startedAt = performance.now();
  #sent = false;
  /** Something has come back since the code was sent, so what stands there now is not just the old prompt. */
  #heard = false;
  #framed = false;
  #run = { line: "", count: 0 };
  #quiet: NodeJS.Timeout | null = null;
  #fed = "";
  /** The line by which the hook may have seen the end. */
  #told = "";
  #over = false;

  constructor(options: LineWatcherOptions) {
    this.#options = options;
    this.#model = new TextModel({
      settle: (text) => this.#settle(text),
      onLine: (line) => this.#line(line),
      rows: Math.max(options.rows, 4 * frameEnters),
      columns: options.columns,
      returnToRow: () => !this.#progress?.complete,
    });
    this.#model.write(options.before);
    this.#prompt = promptOf(this.#model.pending.trim());
    this.#echo = new EchoFilter(options.code, this.#prompt);
    this.#progress = new EchoFilter(options.code, this.#prompt);
    this.#hook = options.end.mode === "hook" ? new HookProgram(options.end.path, () => this.#end()) : null;
  }

  mark(): void {}

  sent(): void {
    this.#sent = true;
    this.#waitForQuiet();
  }

  text(bytes: Uint8Array): void {
    this.#model.write(bytes);
    this.#heard = true;
    if (!this.#over) this.#waitForQuiet();
  }

  #settle(text: string): void {
    if (this.#echo.over) {
      this.#options.output.append(text);
      return;
    }
    for (const line of text.slice(0, -1).split("\n")) {
      const kept = this.#echo.keep(line);
      if (kept !== null) this.#options.output.append(`${kept}\n`);
    }
  }

  /** A line has ended. Lines of the echo count for no end condition. */
  #line(line: string): void {
    if (!this.#progress.complete && this.#progress.keep(line) === null) return;
    const cleaned = line.trim();
    if (cleaned === "" || this.#over) return;
    const { end } = this.#options;
    if (end.mode === "hook") {
      // The line that was handed over while it stood unfinished is not handed over again.
      if (cleaned !== this.#fed) this.#tellHook(cleaned);
      this.#fed = "";
    } else if (end.mode === "exact") {
      if (cleaned === end.prompt.trim() && this.#progress.complete) setImmediate(() => this.#end());
    } else if (isContinuation(cleaned)) this.#run = { line: "", count: 0 };
    else this.#run = { line: cleaned, count: cleaned === this.#run.line ? this.#run.count + 1 : 1 };
  }

  #waitForQuiet(): void {
    const pending = this.#model.pending.trim();
    const familiar = this.#prompts(pending) > 0 || isContinuation(pending) || this.#framed;
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#quiet = null;
    if (!this.#sent || pending === "") return;
    const { end } = this.#options;
    if (end.mode === "exact") {
      if (pending !== end.prompt.trim()) return;
      this.#after(this.#progress.complete ? 0 : unfamiliarQuietMs, () => this.#end());
    } else if (end.mode === "hook") this.#after(quietMs, () => this.#feedPending());
    else if (!this.#heard) this.#after(reframeMs, () => this.#atRest());
    else this.#after(familiar ? quietMs : unfamiliarQuietMs, () => this.#atRest());
  }

  #after(delayMs: number, action: () => void): void {
    this.#quiet = setTimeout(() => {
      this.#quiet = null;
      if (!this.#over) action();
    }, delayMs);
  }

  #feedPending(): void {
    const pending = this.#model.pending.trim();
    if (pending === this.#fed || (!this.#progress.complete && pending === this.#prompt)) return;
    this.#fed = pending;
    this.#tellHook(pending);
  }

  #tellHook(line: string): void {
    this.#told = line;
    this.#hook?.line(line);
  }

  #atRest(): void {
    const pending = this.#model.pending.trim();
    if (!this.#framed) {
      this.#framed = true;
      this.#options.sendEnters();
      this.#after(reframeMs, () => this.#reframe());
      return;
    }
    const count = pending === this.#run.line ? this.#run.count + 1 : 1;
    if (count >= frameEnters || this.#prompts(pending) >= frameEnters) this.#end();
    else this.#after(reframeMs, () => this.#reframe());
  }

  /** How often the known prompt stands in a line of nothing else: where Enters were typed ahead, their line feeds came before. */
  #prompts(pending: string): number {
    if (this.#prompt === "") return 0;
    const pieces = pending.split(this.#prompt);
    return pieces.every((piece) => piece.trim() === "") ? pieces.length - 1 : 0;
  }

  #reframe(): void {
    if (this.#prompts(this.#model.pending.trim()) === 0) return;
    this.#options.sendEnters();
    this.#after(reframeMs, () => this.#reframe());
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    const lines = this.#restOfLines();
    if (this.#options.end.mode === "repeat")
      trimFrame(lines, this.#prompts(lines.at(-1)?.trim() ?? "") > 1 ? this.#prompt : null);
    else {
      const last = this.#options.end.mode === "exact" ? this.#options.end.prompt.trim() : this.#told;
      const index = lines.findLastIndex((line) => line.trim() === last);
      if (index !== -1) lines.length = index;
    }
    this.#options.output.append(lines.join("\n"));
    this.#options.onEnd({ exitCode: null, startedAt: this.#startedAt });
  }

  #restOfLines(): string[] {
    const lines: string[] = [];
    for (const line of this.#model.drain()) {
      const kept = this.#echo.keep(line);
      if (kept !== null) lines.push(kept);
    }
    return lines;
  }

  flush(): void {
    if (this.#over) return;
    this.#over = true;
    const text = this.#restOfLines().join("\n");
    this.#options.output.append(text.endsWith("\n") ? text.slice(0, -1) : text);
  }

  dispose(): void {
    this.#over = true;
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#hook?.kill();
  }
}

/** The prompt in a line that the frame of the cell before has left: the same prompt several times, or once. */
function promptOf(line: string): string {
  const repeated = line.length < 1_000 ? /^(.+?)(?:\s*\1){4,}$/.exec(line) : null;
  return repeated?.[1]?.trim() ?? line;
}

/**
 * Removes the repeated prompt lines at the end, and the prompt behind output that did not end its line. With `merged`, the last line is
 * that prompt several times, and what stands above it are the line feeds that were echoed at once.
 */
function trimFrame(lines: string[], merged: string | null): void {
  if (merged !== null) {
    lines.pop();
    for (let blanks = 1; blanks < frameEnters && lines.at(-1)?.trim() === ""; blanks++) lines.pop();
    const first = lines.pop()?.trimEnd() ?? "";
    const before = first.endsWith(merged) ? first.slice(0, -merged.length) : first;
    if (before !== "") lines.push(before);
    return;
  }
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  const last = lines.at(-1)?.trim();
  if (last === undefined) return;
  let removed = 0;
  for (;;) {
    let end = lines.length;
    // Blank lines between prompts are the echo of Enters; those in front of the first prompt are output.
    while (end > 0 && removed > 0 && removed < frameEnters && lines[end - 1]!.trim() === "") end--;
    if (end === 0 || lines[end - 1]!.trim() !== last) break;
    lines.length = end - 1;
    removed++;
  }
  const unfinished = lines.at(-1);
  if (removed === frameEnters && unfinished !== undefined && unfinished.trimEnd().endsWith(last)) {
    lines[lines.length - 1] = unfinished.trimEnd().slice(0, -last.length);
  }
}
