/**
 * Everything of a terminal that exists only while its program runs, and for a little while after: PTY, output, log, screen, and
 * the clients that watch it.
 */
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Pty, PtyCommand, SpawnPty } from "../pty/pty.ts";
import type { ScreenView } from "../screen/messages.ts";
import { saveScreen } from "../screen/saved-screen.ts";
import { Screen } from "../screen/screen.ts";
import type { Screens } from "../screen/screens.ts";
import { Attachment } from "./attachment.ts";
import { OutputLog } from "./log.ts";
import type { Notice } from "./osc.ts";
import { Output } from "./output.ts";
import { SequenceScanner } from "./sequences.ts";
import type { Sendable, Snapshot } from "./stream-frames.ts";
import { unfinishedUtf8Bytes } from "./utf8.ts";

export type LiveOptions = {
  id: string;
  /** Folder of logs and saved screens. */
  folder: string;
  screens: Screens;
  scrollback: number;
  logLimit: number;
  spawn: SpawnPty;
  notice(notice: Notice): void;
  resized(size: TerminalSize): void;
  /** A client, or a call, has sent this to the program. */
  typed(bytes: Buffer): void;
  /** What {@link LiveTerminal.saveScreen} has saved. */
  lastScreen(): Promise<Snapshot>;
  /** After the last byte; `exitCode` as in {@link PtyEvents}. */
  ended(exitCode: number | null): void;
};

/** A sequence longer than this is garbage; a snapshot then may cut it. */
const longestSequence = 256 * 1024;

export class LiveTerminal {
  readonly output = new Output();
  readonly pty: Pty;
  readonly #options: LiveOptions;
  readonly #log: OutputLog;
  readonly #screen: Screen;
  readonly #attachments = new Map<Attachment, { size: TerminalSize | null }>();
  #size: TerminalSize;
  /** The attachment whose size counts: the last one that had the focus. */
  #sizing: Attachment | null = null;

  /** Throws what spawning throws. */
  constructor(command: PtyCommand, options: LiveOptions) {
    const { id, folder, screens, scrollback } = options;
    this.#options = options;
    this.#size = command.size;
    const scanner = new SequenceScanner((notice) => options.notice(notice));
    this.output.follow({
      outputArrived: (chunk) => scanner.push(chunk),
      outputEnded() {},
      holdsBack: () => false,
    });
    this.#log = new OutputLog(folder, id, this.output, options.logLimit);
    this.#screen = new Screen({
      id,
      screens,
      output: this.output,
      size: command.size,
      scrollback,
      unfinishedBytes: () => {
        const sequence = scanner.unfinishedBytes;
        return sequence === 0 ? unfinishedUtf8Bytes(this.output.tail(3)) : sequence > longestSequence ? 0 : sequence;
      },
      answersPrograms: () => this.#attachments.size === 0,
      reply: (text) => this.pty.write(Buffer.from(text)),
    });
    this.pty = options.spawn(command, {
      output: (chunk) => this.output.append(chunk),
      end: (exitCode) => {
        this.output.end();
        options.ended(exitCode);
      },
    });
    this.output.from(this.pty);
  }

  /** What a person or a script types. False when the program has ended. */
  type(bytes: Buffer): boolean {
    this.#options.typed(bytes);
    return this.pty.write(bytes);
  }

  set logLimit(bytes: number) {
    this.#log.limit = bytes;
  }

  /**
   * False when the program has it already. Every client is told, the one that asked too: the change has its place among the bytes,
   * and an emulator must make it there.
   */
  resize(size: TerminalSize): boolean {
    if (size.cols === this.#size.cols && size.rows === this.#size.rows) return false;
    this.#size = size;
    this.pty.resize(size);
    this.#screen.resize(size);
    for (const attachment of this.#attachments.keys()) attachment.sizeChanged(size);
    this.#options.resized(size);
    return true;
  }

  attach(size: TerminalSize | null, focused: boolean, send: (frame: Sendable) => void): Attachment {
    const takesOver = focused || this.#sizing === null;
    // Before the snapshot, so that the client gets a screen of its own size at once.
    if (takesOver && size) this.resize(size);
    const attachment = new Attachment({
      output: this.output,
      send,
      snapshot: () => this.snapshot(),
      size: () => this.#size,
    });
    this.#attachments.set(attachment, { size });
    if (takesOver) this.#sizing = attachment;
    return attachment;
  }

  detach(attachment: Attachment): void {
    attachment.close();
    this.#attachments.delete(attachment);
    if (this.#sizing === attachment) this.#sizing = null;
  }

  /** The client keeps the say over the size until another has the focus: a window in the background is still laid out. */
  focus(attachment: Attachment): void {
    this.#sizing = attachment;
    const size = this.#attachments.get(attachment)?.size;
    if (size) this.resize(size);
  }

  clientSize(attachment: Attachment, size: TerminalSize): void {
    const client = this.#attachments.get(attachment);
    if (!client) return;
    client.size = size;
    this.#sizing ??= attachment;
    if (this.#sizing === attachment) this.resize(size);
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#screen.closed) return this.#options.lastScreen();
    try {
      return await this.#screen.snapshot();
    } catch (error) {
      // Without its emulator a terminal is still better shown as its raw last output than not at all.
      console.error(`no screen of ${this.#options.id}:`, error);
      const { ring } = this.output;
      return { offset: ring.end, ...this.#size, screen: ring.slice(ring.start, ring.end) };
    }
  }

  /** Null once the screen is only on disk. */
  view(): Promise<ScreenView> | null {
    return this.#screen.closed ? null : this.#screen.view();
  }

  flushLog(): Promise<void> {
    return this.#log.flush();
  }

  /** Offset up to which the output is in the log. */
  get logged(): number {
    return this.#log.written;
  }

  /** After the end: the whole output is on disk. */
  finishLog(): Promise<void> {
    return this.#log.finish();
  }

  /** After the end: the last screen is on disk, and the emulator, the larger part of a terminal's memory, is freed. */
  async saveScreen(): Promise<void> {
    try {
      const snapshot = await this.snapshot();
      if (snapshot.offset > 0) await saveScreen(this.#options.folder, this.#options.id, snapshot);
    } finally {
      this.#screen.close();
    }
  }
}
