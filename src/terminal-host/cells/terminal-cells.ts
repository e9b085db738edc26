/**
 * The cells of one live terminal: the exclusive lock and its life cycle (features 2.4).
 *
 * none → held (before sending) → held (sent) → released by `done`, by interrupt or by the terminal's end. A time limit never releases:
 * what was started may still run, and only interrupt or kill resolve it. A cell fired by `k` that is done goes on refusing further fires of
 * `k` until its result was polled, as scripts written for agent-tty expect; nobody else is held up by that.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cell, CellEvent } from "#shared/contract/cells.ts";
import type { CellEnd } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import { CellOutput } from "./cell-output.ts";
import { newRecord, publicCell } from "./cell-record.ts";
import type { CellStore, CellTerminal, Submission, TerminalEnd, TerminalFacts } from "./cell-terminal.ts";
import { WriteError } from "./cell-terminal.ts";
import { HeldCell } from "./held-cell.ts";
import { checkHook } from "./hook-program.ts";
import { frameEnters, LineWatcher } from "./line-watcher.ts";
import { ctrlC, enter, needsFile, needsLineMode, pasted, readsLines, runFile, submitted, typed } from "./sending.ts";
import { ShellWatcher } from "./shell-watcher.ts";
import { TerminalState } from "./terminal-state.ts";
import type { CellOutcome, CellWatcher } from "./watcher.ts";

export type TerminalCellsOptions = {
  store: CellStore;
  outputLimitBytes: number;
  /** A directory of mode 0700 for code that a shell reads from a file. */
  codeFolder: string;
  emit: (event: CellEvent) => void;
  changed: () => void;
};

/** A shell whose startup files take longer than this gets its first cell in repeat mode. */
const startupMs = 5_000;
/** zsh shows its prompt a moment before it turns bracketed paste on. */
const pasteOnMs = 150;
/** After Ctrl-C the prompt is waited for so long; the lock is released in any case. */
const promptAfterInterruptMs = { marked: 1_000, unmarked: 300 };
/** A program that has been silent for so long has read the block before. */
const betweenBlocksMs = 30;
/** fish shows a fresh prompt after a Ctrl-C within this. */
const fishClearMs = 300;
/** A Ctrl-C that falls between two commands of a list can get lost in the shell; after so long without a prompt it is sent once more. */
const secondInterruptMs = 500;

export class TerminalCells {
  readonly #options: TerminalCellsOptions;
  readonly #terminal: CellTerminal;
  readonly #state: TerminalState;
  readonly #attachedAt = performance.now();
  #held: HeldCell | null = null;
  #unpolled: string | null = null;
  #interrupting: Promise<Cell | null> | null = null;

  constructor(terminal: CellTerminal, options: TerminalCellsOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#state = new TerminalState(terminal, options.changed);
    terminal.onEnd((end) => this.#terminalEnded(end));
  }

  get facts(): TerminalFacts {
    return {
      integrated: this.#state.integrated,
      currentCwd: this.#state.cwd,
      heldCellId: this.#held?.record.id ?? null,
    };
  }

  get held(): HeldCell | null {
    return this.#held;
  }

  /** The cell that `k` takes for the active one. */
  get activeForK(): string | null {
    return this.#held?.record.id ?? this.#unpolled;
  }

  get label(): string {
    return this.#terminal.label;
  }

  get bytesOut(): number {
    return this.#terminal.bytesOut;
  }

  polled(cellId: string): void {
    if (this.#unpolled === cellId) this.#unpolled = null;
  }

  ready(withinMs: number): Promise<boolean> {
    if (this.#terminal.integration !== null && this.#terminal.cellEnd.mode === "integration") {
      return this.#state.until(() => this.#state.atPrompt, withinMs);
    }
    const waits = () => this.#state.line.length > 0;
    return this.#state.until(waits, withinMs).then(async (found) => {
      if (found) await this.#state.quiet(30, withinMs);
      return found;
    });
  }

  /** Takes the lock, then sends. The cell's `answered` settles later. */
  async submit(submission: Submission, keepForPoll: boolean): Promise<HeldCell> {
    const code = submitted(submission.code);
    if (!this.#terminal.alive) throw new Failure("not_found", `terminal ${this.#terminal.label} has ended`);
    const active = submission.via === "k" ? this.activeForK : this.#held?.record.id;
    if (active != null) {
      throw new Failure("conflict", `active cell '${active}'`, { hint: "Wait for it, or interrupt it." });
    }
    if (this.#terminal.cellEnd.mode === "hook") checkHook(this.#terminal.cellEnd.path);
    const held = this.#lock(submission, code, keepForPoll);
    try {
      await this.#send(held, code);
    } catch (error) {
      await this.#sendFailed(held, error);
    }
    // A terminal that ended meanwhile has resolved the cell already.
    if (this.#held === held) {
      this.#tellFired(held);
      held.startLimit(() => this.#limitReached(held));
      this.#state.watcher?.sent();
    }
    return held;
  }

  #lock(submission: Submission, code: string, keepForPoll: boolean): HeldCell {
    const record = newRecord(submission, code, this.#terminal.cellEnd.mode, keepForPoll);
    const output = new CellOutput(this.#options.store, record.id, this.#options.outputLimitBytes);
    const held = new HeldCell(record, output);
    this.#options.store.save(record);
    this.#held = held;
    this.#options.changed();
    return held;
  }

  async #send(held: HeldCell, code: string): Promise<void> {
    const end = await this.#howToEnd();
    held.record = { ...held.record, end: end.mode };
    const { integration } = this.#terminal;
    const marked = end.mode === "integration" && integration !== null;
    this.#state.watcher = marked ? this.#shellWatcher(held) : this.#lineWatcher(held, code, end);
    if (marked && needsFile(code, integration.shell, this.#state.pasteOn)) {
      held.codeFile = join(
        this.#options.codeFolder,
        `cell-${held.record.id}${integration.shell === "pwsh" ? ".ps1" : ""}`,
      );
      writeFileSync(held.codeFile, `${code}\n`, { mode: 0o600 });
      const line = runFile(held.codeFile, integration.shell);
      await this.#write(held, this.#state.pasteOn ? pasted(line) : Buffer.concat([Buffer.from(line), enter]));
    } else if (this.#state.pasteOn) {
      const pieces = takesLines.test(lastLine(this.#state.line)) ? code.split("\n") : [code];
      await this.#write(held, Buffer.concat(pieces.map(pasted)));
    } else await this.#type(held, code);
  }

  /** An integrated shell that is busy runs something that has no marks: its end is found by lines. */
  async #howToEnd(): Promise<CellEnd> {
    const { cellEnd, integration } = this.#terminal;
    if (cellEnd.mode !== "integration") return cellEnd;
    if (integration === null) return { mode: "repeat" };
    const sinceStart = performance.now() - this.#attachedAt;
    if (!this.#state.integrated)
      await this.#state.until(() => this.#state.atPrompt, Math.max(0, startupMs - sinceStart));
    if (!this.#state.atPrompt) return { mode: "repeat" };
    await this.#state.until(() => this.#state.pasteOn, integration.shell === "pwsh" ? 0 : pasteOnMs);
    return cellEnd;
  }

  async #type(held: HeldCell, code: string): Promise<void> {
    const canonical = needsLineMode(code) && (await readsLines(this.#terminal.ttyPath));
    // readline and libedit quote with ^V; node's editor does not, and takes a tab in a burst of input as it is.
    const quoteTabs = !canonical && code.includes("\t") && !/(?:^|[^>])> *$/.test(lastLine(this.#state.line));
    for (const [index, block] of typed(code, { canonical, quoteTabs }).entries()) {
      if (index > 0) await this.#state.quiet(betweenBlocksMs, 2_000);
      if (this.#held !== held || held.interrupting) return;
      await this.#write(held, block);
    }
  }

  async #write(held: HeldCell, bytes: Uint8Array): Promise<void> {
    const writing = this.#terminal.write(bytes);
    held.sent = true;
    try {
      await writing;
    } catch (error) {
      if (error instanceof WriteError && error.delivered === 0) held.sent = false;
      throw error;
    }
  }

  /** Nothing sent: released, as if never submitted. Something sent: it may run, so it is interrupted. */
  async #sendFailed(held: HeldCell, error: unknown): Promise<void> {
    if (this.#held !== held) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (held.sent) {
      await this.interrupt();
      return;
    }
    this.#resolve(held, { state: "error", error: `send failed: ${reason}`, event: "error", outcome: null });
    if (error instanceof Failure) throw error;
    throw new Failure("failed", `send failed: ${reason}`);
  }

  #shellWatcher(held: HeldCell): CellWatcher {
    return new ShellWatcher({
      output: held.output,
      rows: this.#terminal.size.rows,
      columns: () => this.#terminal.size.cols,
      onEnd: (outcome) => {
        // At once in the ordinary case: nobody waits for a turn of the event loop.
        if (outcome.startedAt !== null) this.#ended(held, outcome);
        else void this.#editorCleared().then(() => this.#ended(held, outcome));
      },
    });
  }

  /** fish keeps code that it cannot parse in its editor, where the next code would be put behind it. */
  async #editorCleared(): Promise<void> {
    if (this.#terminal.integration?.shell !== "fish") return;
    this.#state.atPrompt = false;
    await this.#terminal.write(ctrlC).catch(() => {});
    await this.#state.until(() => this.#state.atPrompt, fishClearMs);
    await this.#state.quiet(30, fishClearMs);
  }

  #lineWatcher(held: HeldCell, code: string, end: CellEnd): CellWatcher {
    return new LineWatcher({
      end: end.mode === "integration" ? { mode: "repeat" } : end,
      code,
      before: this.#state.line,
      output: held.output,
      rows: this.#terminal.size.rows,
      columns: () => this.#terminal.size.cols,
      sendEnters: () => void this.#terminal.write(enters).catch(() => {}),
      onEnd: (outcome) => this.#ended(held, outcome),
    });
  }

  #ended(held: HeldCell, outcome: CellOutcome): void {
    if (this.#held !== held) return;
    // A cell over its limit stays what it is until somebody interrupts it; its output is complete now.
    if (held.record.state === "timeout" && !held.interrupting) return;
    if (held.interrupting) {
      this.#resolve(held, { state: "error", error: "interrupted", event: "interrupted", outcome });
    } else this.#resolve(held, { state: "done", error: null, event: "done", outcome });
  }

  #limitReached(held: HeldCell): void {
    if (this.#held !== held || held.interrupting) return;
    held.record = { ...held.record, state: "timeout", pollable: true, ...measured(held) };
    this.#options.store.save(held.record);
    this.#emit("timeout", held);
    if (held.record.end === "hook") this.#state.watcher?.dispose();
    this.#options.changed();
    held.answer();
  }

  #resolve(
    held: HeldCell,
    how: {
      state: "done" | "error";
      error: string | null;
      event: "done" | "error" | "interrupted" | "killed";
      outcome: CellOutcome | null;
    },
  ): void {
    held.stopLimit();
    // A quick cell may be over before its write is known to be through.
    if (held.sent) this.#tellFired(held);
    const watcher = this.#state.watcher;
    this.#state.watcher = null;
    watcher?.flush();
    watcher?.dispose();
    if (held.codeFile !== null) rmSync(held.codeFile, { force: true });
    const took = performance.now() - (how.outcome?.startedAt ?? held.startedAt);
    const keep = how.state === "error" ? how.event !== "error" || held.sent : held.record.pollable;
    held.record = {
      ...held.record,
      ...measured(held),
      state: how.state,
      error: how.error,
      exitCode: how.outcome?.exitCode ?? null,
      endedAt: new Date().toISOString(),
      durationMs: Math.round(took * 1000) / 1000,
      cwd: how.outcome === null ? null : this.#state.cwd,
      pollable: keep,
    };
    this.#held = null;
    if (how.state === "done" && keep && held.record.via === "k") this.#unpolled = held.record.id;
    try {
      this.#options.store.save(held.record, held.output.takeUnsaved());
    } catch (error) {
      // Its result is lost with a full disk; the terminal is free again and those who wait are told.
      console.error(`the result of cell ${held.record.id} was not saved:`, error);
    }
    this.#emit(how.event, held);
    this.#options.changed();
    held.answer();
  }

  #tellFired(held: HeldCell): void {
    if (held.fired) return;
    held.fired = true;
    this.#emit("fired", held);
  }

  #emit(type: Exclude<CellEvent["type"], "notify" | "closed">, held: HeldCell): void {
    this.#options.emit({ type, cell: publicCell(held.record), at: new Date().toISOString() });
  }

  /** Ctrl-C, and the end of a held cell as `interrupted`. Callers at the same time share one. */
  interrupt(): Promise<Cell | null> {
    this.#interrupting ??= this.#interrupt().finally(() => {
      this.#interrupting = null;
    });
    return this.#interrupting;
  }

  async #interrupt(): Promise<Cell | null> {
    const held = this.#held;
    const marked = this.#state.integrated && this.#terminal.cellEnd.mode === "integration";
    const wasAtPrompt = this.#state.atPrompt;
    if (held !== null) held.interrupting = true;
    const from = this.#terminal.bytesOut;
    try {
      await this.#terminal.write(ctrlC);
    } catch {
      if (this.#terminal.alive) {
        if (held !== null) held.interrupting = false;
        throw new Failure("failed", "interrupt failed; use k kill", { hint: "Kill the terminal." });
      }
    }
    if (marked && (held === null || held.record.end === "integration")) {
      const back = () =>
        this.#held !== held || (this.#state.atPrompt && !(wasAtPrompt && this.#terminal.bytesOut === from));
      if (!(await this.#state.until(back, secondInterruptMs))) {
        await this.#terminal.write(ctrlC).catch(() => {});
        await this.#state.until(back, promptAfterInterruptMs.marked - secondInterruptMs);
      }
    } else await this.#unmarkedPrompt(from, held);
    if (held === null) return null;
    if (this.#held === held) {
      this.#resolve(held, { state: "error", error: "interrupted", event: "interrupted", outcome: null });
    }
    return publicCell(held.record);
  }

  async #unmarkedPrompt(from: number, held: HeldCell | null): Promise<void> {
    const { unmarked } = promptAfterInterruptMs;
    await this.#state.until(() => this.#terminal.bytesOut > from && this.#state.line.length > 0, unmarked);
    await this.#state.quiet(20, unmarked);
    if ((held?.record.end ?? this.#terminal.cellEnd.mode) !== "repeat" || !this.#terminal.alive) return;
    await this.#terminal.write(enters).catch(() => {});
    await this.#state.quiet(30, unmarked);
  }

  #terminalEnded(end: TerminalEnd): void {
    const held = this.#held;
    if (held !== null) {
      if (end.killed) this.#resolve(held, { state: "error", error: "killed", event: "killed", outcome: null });
      else {
        const error = `terminal ended${end.exitCode === null ? "" : ` (exit code ${end.exitCode})`} before the cell was done`;
        this.#resolve(held, { state: "error", error, event: "error", outcome: null });
      }
    }
    this.#unpolled = null;
    this.#state.dispose();
    this.#options.emit({ type: "closed", terminalId: this.#terminal.id, at: new Date().toISOString() });
  }

  dispose(): void {
    this.#held?.stopLimit();
    this.#state.dispose();
  }
}

/** gdb reads a paste of several lines as one command; each line is a paste of its own there. */
const takesLines = /\(\S*gdb\) *$/;

function lastLine(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

const enters = Buffer.from("\r".repeat(frameEnters));

function measured(held: HeldCell): Pick<Cell, "outputBytes" | "truncated"> {
  return { outputBytes: held.output.bytes, truncated: held.output.truncated };
}
