/**
 * One terminal as it is shown in one panel: the emulator, its stream, and what the panel says about both. It lives while the panel is in
 * view and a little longer; after that only its place in the dock remains, and showing it again starts from a fresh snapshot.
 */
import type { IDisposable } from "@xterm/xterm";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Connection } from "../connection/index.ts";
import { type Attached, attach } from "./attach.ts";
import { clipboardText, copyText } from "./clipboard.ts";
import { asOneLine, needsConfirmation, pasteable } from "./clipboard-text.ts";
import { Emulator } from "./emulator.ts";
import { type Following, watchFollowing } from "./follow.ts";
import { allowClipboard } from "./osc52.ts";
import type { StreamState } from "./stream-client.ts";
import type { TerminalLook } from "./xterm-options.ts";

export type SessionState = Following & {
  stream: StreamState;
  /** The first snapshot is on screen. */
  painted: boolean;
  hasSelection: boolean;
  /** Link under the pointer. */
  link: string | null;
  /** Counts bells, so that each can be shown. */
  bells: number;
  /** A paste of several lines that waits for a yes. */
  pendingPaste: string | null;
  /** The terminal is larger than the panel: another window decides its size. */
  oversize: boolean;
};

/** What becomes of a paste of several lines. */
export type PasteAnswer = "lines" | "one-line" | "no";

export type Behaviour = {
  copyOnSelect: boolean;
  confirmMultilinePaste: boolean;
  osc52: boolean;
};

export type SessionParts = {
  connection: Connection;
  terminalId: string;
  element: HTMLElement;
  look: TerminalLook;
  behaviour: Behaviour;
  openLink: (url: string) => void;
  /** True when the key was a command of ours: the terminal does not see it. `native`: neither do we, the browser acts on it. */
  onKey: (event: KeyboardEvent) => "command" | "native" | "terminal";
};

/** Selecting with the mouse changes the selection many times; what is left when the hand rests is copied. */
const copySettleMs = 120;

/** A size that was asked for takes a round trip; only one that stays different belongs to another window. */
const oversizeSettleMs = 300;

export class TerminalSession {
  readonly emulator: Emulator;
  readonly state: StoreApi<SessionState>;
  readonly #attached: Attached;
  readonly #parts: SessionParts;
  readonly #owned: IDisposable[] = [];
  #behaviour: Behaviour;
  #osc52: IDisposable | null = null;
  #copyTimer: ReturnType<typeof setTimeout> | undefined;
  #oversizeTimer: ReturnType<typeof setTimeout> | undefined;
  #measuring: number | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#behaviour = parts.behaviour;
    this.state = createStore<SessionState>(() => ({
      stream: "connecting",
      painted: false,
      following: true,
      newLines: 0,
      hasSelection: false,
      link: null,
      bells: 0,
      pendingPaste: null,
      oversize: false,
    }));
    this.emulator = new Emulator(parts.element, parts.look, {
      open: parts.openLink,
      hover: (link) => this.state.setState({ link }),
    });
    const { terminal } = this.emulator;
    const size = this.emulator.room() ?? { cols: terminal.cols, rows: terminal.rows };
    terminal.resize(size.cols, size.rows);
    this.#attached = attach(
      parts.connection,
      parts.terminalId,
      {
        snapshot: (frame, parsed) =>
          this.emulator.snapshot(frame, () => {
            parsed();
            this.state.setState({ painted: true });
            this.measure();
          }),
        data: (bytes, parsed) => this.emulator.data(bytes, parsed),
        size: (cols, rows) => {
          this.emulator.size(cols, rows);
          this.measure();
        },
        state: (stream) => this.#whenStream(stream),
      },
      { size, focused: this.#hasKeyboard() },
    );
    this.#listen();
    this.setBehaviour(parts.behaviour);
    this.emulator.shown();
  }

  /** Without the empty rows that a selection of everything ends in. */
  get selection(): string {
    return this.emulator.terminal.getSelection().replace(/\n{2,}$/, "");
  }

  setLook(look: TerminalLook): void {
    this.emulator.setLook(look);
    this.measure();
  }

  setBehaviour(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    if (behaviour.osc52 === (this.#osc52 !== null)) return;
    this.#osc52?.dispose();
    this.#osc52 = behaviour.osc52 ? allowClipboard(this.emulator.terminal, this.#parts.connection) : null;
  }

  shown(): void {
    this.emulator.shown();
    this.measure();
  }

  focus(): void {
    this.emulator.terminal.focus();
  }

  follow(): void {
    this.emulator.terminal.scrollToBottom();
  }

  /** Text from the clipboard or a drop: cleaned, asked about where it would run several commands, and sent. */
  paste(text: string): void {
    const clean = pasteable(text);
    if (clean === "" || this.state.getState().stream !== "live") return;
    const { bracketedPasteMode } = this.emulator.terminal.modes;
    if (this.#behaviour.confirmMultilinePaste && needsConfirmation(clean, bracketedPasteMode)) {
      this.state.setState({ pendingPaste: clean });
      return;
    }
    this.emulator.terminal.paste(clean);
  }

  /** From a menu: no key was pressed by which the browser itself would paste. */
  async pasteFromClipboard(): Promise<void> {
    this.paste(await clipboardText(this.#parts.connection));
  }

  answerPaste(answer: PasteAnswer): void {
    const { pendingPaste } = this.state.getState();
    this.state.setState({ pendingPaste: null });
    if (answer !== "no" && pendingPaste !== null) {
      this.emulator.terminal.paste(answer === "one-line" ? asOneLine(pendingPaste) : pendingPaste);
    }
    this.focus();
  }

  /** Fits the terminal to its room with the next frame of the screen. */
  readonly measure = (): void => {
    this.#measuring ??= requestAnimationFrame(() => {
      this.#measuring = null;
      const room = this.emulator.room();
      if (room === null || !this.#parts.element.isConnected) return;
      const { terminal } = this.emulator;
      // The size of a live terminal changes when the host says so, at its place among the bytes; a dead one is only a text to be wrapped.
      if (this.state.getState().stream === "ended") terminal.resize(room.cols, room.rows);
      else this.#attached.client.resize(room.cols, room.rows);
      clearTimeout(this.#oversizeTimer);
      this.#oversizeTimer = setTimeout(() => {
        const oversize = terminal.cols > room.cols || terminal.rows > room.rows;
        if (oversize !== this.state.getState().oversize) this.state.setState({ oversize });
      }, oversizeSettleMs);
    });
  };

  dispose(): void {
    clearTimeout(this.#copyTimer);
    clearTimeout(this.#oversizeTimer);
    if (this.#measuring !== null) cancelAnimationFrame(this.#measuring);
    this.#attached.detach();
    for (const one of this.#owned) one.dispose();
    this.#osc52?.dispose();
    this.emulator.dispose();
  }

  #whenStream(stream: StreamState): void {
    if (stream === "ended") this.emulator.end();
    this.state.setState({ stream });
    if (stream === "ended") this.measure();
  }

  #listen(): void {
    const { terminal } = this.emulator;
    const { client } = this.#attached;
    terminal.attachCustomKeyEventHandler((event) => this.#whenKey(event));
    this.#owned.push(
      terminal.onData((text) => void client.input(text)),
      terminal.onBinary((data) => void client.binary(data)),
      terminal.onBell(() => this.state.setState(({ bells }) => ({ bells: bells + 1 }))),
      terminal.onSelectionChange(() => this.#whenSelected()),
      watchFollowing(terminal, (following) => this.state.setState(following)),
      on(this.#parts.element, "paste", (event) => this.#whenPasted(event as ClipboardEvent)),
      on(this.#parts.element, "focusin", () => client.focus(true)),
      on(this.#parts.element, "focusout", () => client.focus(false)),
    );
    const room = new ResizeObserver(this.measure);
    room.observe(this.#parts.element);
    this.#owned.push({ dispose: () => room.disconnect() });
  }

  #whenKey(event: KeyboardEvent): boolean {
    if (event.type !== "keydown" || event.isComposing || event.getModifierState("AltGraph")) return true;
    if (event.key === "End" && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey) {
      if (this.state.getState().following) return true;
      event.preventDefault();
      this.follow();
      return false;
    }
    const meaning = this.#parts.onKey(event);
    if (meaning === "command") event.preventDefault();
    return meaning === "terminal";
  }

  #whenPasted(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.paste(event.clipboardData?.getData("text/plain") ?? "");
  }

  #whenSelected(): void {
    const hasSelection = this.emulator.terminal.hasSelection();
    if (hasSelection !== this.state.getState().hasSelection) this.state.setState({ hasSelection });
    clearTimeout(this.#copyTimer);
    if (!hasSelection || !this.#behaviour.copyOnSelect) return;
    this.#copyTimer = setTimeout(() => void copyText(this.selection).catch(() => {}), copySettleMs);
  }

  #hasKeyboard(): boolean {
    return document.hasFocus() && this.#parts.element.contains(document.activeElement);
  }
}

function on(element: HTMLElement, type: string, listener: (event: Event) => void): IDisposable {
  element.addEventListener(type, listener, { capture: true });
  return { dispose: () => element.removeEventListener(type, listener, { capture: true }) };
}
