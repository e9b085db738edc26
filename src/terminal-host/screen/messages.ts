/** Between the host and its screen worker. Messages about one screen are obeyed in the order they were sent. */
import type { TerminalSize } from "#shared/contract/base.ts";

export type ToWorker =
  | { type: "open"; id: string; size: TerminalSize; scrollback: number }
  | { type: "write"; id: string; bytes: Uint8Array }
  | { type: "resize"; id: string; size: TerminalSize }
  /** The screen as VT sequences, after everything written before. */
  | { type: "serialize"; id: string; request: number }
  /** What is to be seen, as text. */
  | { type: "view"; id: string; request: number }
  | { type: "close"; id: string };

export type ScreenView = {
  lines: string[];
  cursor: { x: number; y: number; visible: boolean };
  alternate: boolean;
};

export type FromWorker =
  | { type: "parsed"; id: string; bytes: number }
  /** What the emulator answers to a program that asks (device attributes, cursor position …). */
  | { type: "reply"; id: string; text: string }
  | { type: "serialized"; request: number; screen: Uint8Array }
  | { type: "viewed"; request: number; view: ScreenView };
