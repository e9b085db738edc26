/** One terminal the host knows: its record, and while its program runs (and shortly after) everything live about it. */

import { endTrees } from "#node/processes/end-tree.ts";
import { identify } from "#node/processes/list.ts";
import type { TerminalSize } from "#shared/contract/base.ts";
import type { CellEnd, Terminal as TerminalInfo } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import { ActivityWatch } from "../activity/watch.ts";
import type { TerminalFacts } from "../cells/cell-terminal.ts";
import type { HostedTerminal } from "../protocol.ts";
import type { ScreenView } from "../screen/messages.ts";
import type { Attachment } from "./attachment.ts";
import { captureLines } from "./capture.ts";
import { CellPort } from "./cell-port.ts";
import type { StartCommand } from "./commands.ts";
import { LiveTerminal } from "./live.ts";
import { readLog } from "./log-reader.ts";
import { nestedHostMarker, terminalMarker } from "./markers.ts";
import type { Notice } from "./osc.ts";
import type { TerminalRecord } from "./records.ts";
import { checkTransition, isFinal, stateAtEnd } from "./state.ts";
import type { Sendable } from "./stream-frames.ts";
import type { TerminalSurroundings } from "./surroundings.ts";

/** How long an ended terminal stays in memory, for those who look at it right then, in ms. */
const evictAfterMs = 30_000;
/** An ended terminal's log is waited for so long, so that whoever hears of the end finds it whole, in ms. */
const logPatienceMs = 2_000;
/** An emulator keeps all columns of every line: a screen wider than this would take a hundred kilobytes for each. */
const wideColumns = 1_000;
const wideScrollback = 50;
/** Most of a log that a capture reads. */
const captureBytes = 16 * 1024 * 1024;

/** A piece of a terminal's output that begins at this byte of it. */
export type OutputPart = { offset: number; bytes: Buffer };

export class Terminal {
  readonly record: TerminalRecord;
  /** What it was made from; after a restart of the host only what the record says of it (the environment is not kept on disk). */
  readonly wanted: HostedTerminal;
  readonly #surroundings: TerminalSurroundings<Terminal>;
  #live: LiveTerminal | null = null;
  #activity: ActivityWatch | null = null;
  #cells: CellPort | null = null;
  #heldCellId: string | null = null;
  /** Version of the older Cellar whose host runs it; null: it is this host's own. */
  #elsewhere: string | null = null;
  #killed = false;
  /** Ends the grace of a kill under way. */
  #impatience = new AbortController();
  #settled: Promise<void> = Promise.resolve();
  #ending: Promise<number[]> | null = null;

  constructor(record: TerminalRecord, wanted: HostedTerminal, surroundings: TerminalSurroundings<Terminal>) {
    this.record = record;
    this.wanted = wanted;
    this.#surroundings = surroundings;
  }

  get id(): string {
    return this.record.id;
  }
  get alive(): boolean {
    return !isFinal(this.record.state);
  }
  get elsewhere(): string | null {
    return this.#elsewhere;
  }
  get live(): LiveTerminal | null {
    return this.#live;
  }
  /** Null for what is no launched agent program. */
  get activity(): ActivityWatch | null {
    return this.#activity;
  }
  /** Its shell was started so that it marks its prompts. */
  get integrates(): boolean {
    return this.#cells !== null && this.#cells.integration !== null;
  }
  get info(): TerminalInfo {
    this.count();
    const { pidStarted: _, ...record } = this.record;
    const olderVersion = this.#elsewhere === null ? {} : { olderVersion: this.#elsewhere };
    return { ...record, heldCellId: this.#heldCellId, ...olderVersion };
  }

  /** What the host that runs it says of it. `version` null: it has ended, and whatever is left of it is this host's. */
  toldElsewhere(record: TerminalRecord, version: string | null): void {
    Object.assign(this.record, record);
    this.#elsewhere = version;
    // That host saw a signal, and not who sent it.
    if (version === null && this.#killed && record.state === "failed") this.record.state = "cancelled";
  }

  /** Starts the program. On failure the record is `failed`, says why in `lastLine`, and the failure is thrown on. */
  start({ command, integration }: StartCommand): void {
    const { folder, screens, endedScreens, spawn, scrollback, logLimit } = this.#surroundings;
    const { agent } = this.wanted;
    this.#activity = agent
      ? new ActivityWatch({
          id: this.id,
          agent,
          view: () => this.#live?.view() ?? null,
          told: (activity) => this.#surroundings.active(activity),
        })
      : null;
    try {
      this.#live = new LiveTerminal(command, {
        id: this.id,
        folder,
        screens,
        spawn,
        scrollback: command.size.cols > wideColumns ? Math.min(scrollback(), wideScrollback) : scrollback(),
        logLimit: logLimit(),
        notice: (notice) => this.#noticed(notice),
        resized: (size) => {
          this.record.size = size;
          this.#activity?.repainted();
          this.#surroundings.changed(this, false);
        },
        typed: (bytes) => this.#activity?.typed(bytes),
        lastScreen: () => endedScreens.snapshot(this.record),
        ended: (exitCode) => {
          this.#settled = this.#ended(exitCode);
        },
      });
    } catch (error) {
      this.failed(error);
      throw error;
    }
    this.#live.output.follow({
      outputArrived: () => {
        this.#surroundings.changed(this, false);
        this.#activity?.output();
      },
      outputEnded() {},
      holdsBack: () => false,
    });
    this.#cells = new CellPort(this.record, this.#live, integration);
    this.#surroundings.cells.attach(this.#cells);
    this.record.pid = this.#live.pty.pid;
    this.#to("running");
    void this.#identify(this.record.pid);
  }

  failed(error: unknown): void {
    this.record.lastLine = `spawn failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200);
    this.#to("failed");
  }

  /** Number of bytes taken: all of them, or 0 when the terminal has ended. */
  write(bytes: Uint8Array): number {
    return this.#live?.type(Buffer.from(bytes)) ? bytes.byteLength : 0;
  }

  resize(size: TerminalSize): void {
    if (this.alive) this.#live?.resize(size);
  }

  rename(name: string | null): void {
    this.record.name = name;
    this.#surroundings.changed(this, true);
  }

  /** Throws `conflict` while a cell is held: how its end is found cannot change under way. */
  setCellEnd(cellEnd: CellEnd): void {
    if (this.#heldCellId !== null) {
      throw new Failure("conflict", `active cell '${this.#heldCellId}'`, { hint: "Wait for it, or interrupt it." });
    }
    this.record.cellEnd = cellEnd;
    this.#surroundings.changed(this, true);
  }

  /** What the cell engine has learnt. */
  learnt({ integrated, currentCwd, heldCellId }: TerminalFacts): void {
    const important = heldCellId !== this.#heldCellId || integrated !== this.record.integrated;
    this.#heldCellId = heldCellId;
    this.record.integrated = integrated;
    this.record.currentCwd = currentCwd ?? this.record.currentCwd;
    this.#surroundings.changed(this, important);
  }

  /**
   * Ends the whole process tree and resolves when nothing of it is left and the record is final. An ended terminal's leftovers
   * (started with nohup, say) are ended too.
   */
  async kill(force: boolean): Promise<void> {
    if (this.alive) this.#killed = true;
    if (force) this.#impatience.abort();
    this.#ending ??= this.#endTree(force).finally(() => {
      this.#ending = null;
      this.#impatience = new AbortController();
    });
    const left = await this.#ending;
    if (left.length > 0) console.error(`${this.id}: processes ${left.join(", ")} cannot be ended`);
    await this.#settled;
  }

  /** Resolves when everything about an ended terminal is on disk. */
  settled(): Promise<void> {
    return this.#settled;
  }

  async capture(lines: number, tail: boolean): Promise<string> {
    if (this.#live) {
      const { ring } = this.#live.output;
      return captureLines(ring.slice(ring.start, ring.end), lines, tail);
    }
    const logged = await readLog(this.#surroundings.folder, this.id, captureBytes, tail ? "last" : "first");
    if (logged.length > 0) return captureLines(logged, lines, tail);
    return lines > 0 ? this.record.lastLine : "";
  }

  /** What is in memory of the output, its first byte at `offset`; null when the terminal ended a while ago. */
  recentOutput(): OutputPart | null {
    const ring = this.#live?.output.ring;
    return ring ? { offset: ring.start, bytes: ring.slice(ring.start, ring.end) } : null;
  }

  /** The end of the log; null when there is none. */
  async loggedOutput(): Promise<OutputPart | null> {
    await this.#live?.flushLog();
    const end = this.#live?.logged ?? this.record.bytesOut;
    const bytes = await readLog(this.#surroundings.folder, this.id, captureBytes, "last");
    if (bytes.length === 0 && end > 0) return null;
    // More may have been written while it was read.
    const more = (this.#live?.logged ?? end) - end;
    return { offset: Math.max(0, end + more - bytes.length), bytes };
  }

  async view(): Promise<ScreenView> {
    return this.#live?.view() ?? this.#surroundings.endedScreens.view(this.record);
  }

  /** Without `live` there is one frame to be had, and nothing to keep: see {@link EndedScreens}. */
  attach(size: TerminalSize | null, focused: boolean, send: (frame: Sendable) => void): Attachment | null {
    if (this.#live) return this.#live.attach(this.alive ? size : null, focused, send);
    void this.#surroundings.endedScreens.send(this.record, send);
    return null;
  }

  #endTree(force: boolean): Promise<number[]> {
    const { pid, pidStarted: started } = this.record;
    const root = this.alive && pid !== null && started !== null ? { pid, started } : null;
    const tree = { root, marker: terminalMarker(this.id), spared: nestedHostMarker };
    return endTrees([tree], force ? 0 : undefined, this.#impatience.signal);
  }

  async #identify(pid: number): Promise<void> {
    const identity = await identify(pid);
    if (!identity || !this.alive) return;
    this.record.pidStarted = identity.started;
    this.#surroundings.save(this);
  }

  #noticed(notice: Notice): void {
    if (notice.type !== "cwd" && (notice.type !== "title" || notice.title !== this.record.title)) {
      this.#activity?.notice(notice);
    }
    switch (notice.type) {
      case "title":
        if (notice.title === this.record.title) return;
        this.record.title = notice.title;
        break;
      case "cwd":
        if (notice.path === this.record.currentCwd) return;
        this.record.currentCwd = notice.path;
        break;
      default:
        this.#surroundings.noticed(this, notice);
        return;
    }
    this.#surroundings.changed(this, false);
  }

  /** Takes the present counters into the record. */
  count(): void {
    if (!this.#live) return;
    const { output } = this.#live;
    this.record.bytesOut = output.bytes;
    this.record.linesOut = output.lines;
    this.record.truncated = output.truncated;
    this.record.lastLine = output.lastLine();
  }

  async #ended(exitCode: number | null): Promise<void> {
    const live = this.#live!;
    this.#cells?.end({ killed: this.#killed, exitCode });
    this.#heldCellId = null;
    // Whoever is told of the end may look into the log at once.
    const log = live.finishLog();
    await Promise.race([log, pause(logPatienceMs)]);
    this.count();
    this.record.exitCode = exitCode;
    this.#to(stateAtEnd(exitCode, this.#killed));
    try {
      await log;
      await live.saveScreen();
    } catch (error) {
      console.error(`the last screen of ${this.id} was not saved:`, error);
    }
    setTimeout(() => {
      this.#live = null;
    }, evictAfterMs).unref();
  }

  #to(state: TerminalRecord["state"]): void {
    checkTransition(this.id, this.record.state, state);
    const now = new Date().toISOString();
    this.record.state = state;
    this.record.updatedAt = now;
    if (isFinal(state)) {
      this.record.resolvedAt ??= now;
      this.#activity?.ended(state, this.record.exitCode);
    }
    this.#surroundings.changed(this, true);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
