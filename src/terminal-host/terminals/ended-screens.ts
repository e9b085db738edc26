/** Screens of terminals that have ended and are no longer in memory: from their file, else made again from the end of their log. */
import { randomUUID } from "node:crypto";
import type { ScreenView } from "../screen/messages.ts";
import { readSavedScreen } from "../screen/saved-screen.ts";
import type { Screens } from "../screen/screens.ts";
import { readLog } from "./log-reader.ts";
import type { TerminalRecord } from "./records.ts";
import { ringBytes } from "./ring.ts";
import { type Sendable, type Snapshot, streamFrame } from "./stream-frames.ts";

export class EndedScreens {
  readonly #folder: string;
  readonly #screens: Screens;
  readonly #scrollback: () => number;

  constructor(folder: string, screens: Screens, scrollback: () => number) {
    this.#folder = folder;
    this.#screens = screens;
    this.#scrollback = scrollback;
  }

  /** The two frames an attached client gets. */
  async send(record: TerminalRecord, send: (frame: Sendable) => void): Promise<void> {
    let snapshot: Snapshot;
    try {
      snapshot = await this.snapshot(record);
    } catch (error) {
      console.error(`no screen of ${record.id}:`, error);
      snapshot = { offset: record.bytesOut, ...record.size, screen: Buffer.from(record.lastLine) };
    }
    send(streamFrame({ type: "snapshot", ...snapshot }));
    send(streamFrame({ type: "end", offset: snapshot.offset }));
  }

  async snapshot(record: TerminalRecord): Promise<Snapshot> {
    const saved = await readSavedScreen(this.#folder, record.id);
    if (saved) return saved;
    // Its host died with it. The log may lack the last moments, and what it says of the state before is a guess.
    const bytes = await readLog(this.#folder, record.id, ringBytes, "last");
    const screen = await this.#emulated(record, bytes, (id) => this.#screens.serialize(id));
    return { offset: Math.max(record.bytesOut, bytes.length), ...record.size, screen };
  }

  async view(record: TerminalRecord): Promise<ScreenView> {
    const { screen, cols, rows } = await this.snapshot(record);
    return this.#emulated({ ...record, size: { cols, rows } }, screen, (id) => this.#screens.view(id));
  }

  async #emulated<T>(record: TerminalRecord, bytes: Uint8Array, look: (id: string) => Promise<T>): Promise<T> {
    const id = randomUUID();
    this.#screens.open(id, record.size, this.#scrollback(), { parsed() {}, reply() {}, lost() {} });
    try {
      this.#screens.write(id, Uint8Array.from(bytes));
      return await look(id);
    } finally {
      this.#screens.close(id);
    }
  }
}
