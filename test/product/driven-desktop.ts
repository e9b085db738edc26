/**
 * The desktop app as a test drives it, whatever it runs on: the double of Electron ({@link file://./double-desktop.ts}) or Electron itself
 * ({@link file://../electron/real-desktop.ts}). What only the double can do (displays, keychains, crashes of renderers) is not here.
 */
import type { Page } from "playwright-core";
import type { Running } from "./call.ts";
import type { TemporaryFolder } from "./temporary.ts";

export type Rectangle = { x: number; y: number; width: number; height: number };
export type WindowFacts = { id: number; url: string; visible: boolean; minimized: boolean; bounds: Rectangle };
/** Of the application menu, at any depth. */
export type ItemFacts = { id: string | null; label: string; enabled: boolean };
export type Question = { message: string; buttons: string[] };

export interface DrivenDesktop extends Running, AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly home: string;
  /** Starts the app. Resolves when its main process answers, or has ended already. */
  start(...args: string[]): Promise<DrivenApp>;
}

/** One run of the app. */
export interface DrivenApp {
  readonly exited: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  windows(): Promise<WindowFacts[]>;
  /** The page of a window (by default of any), when it has shown the product's frame. */
  page(windowId?: number): Promise<Page>;
  closeWindow(id: number): Promise<void>;
  focusWindow(id: number): Promise<void>;
  setBounds(id: number, bounds: Rectangle): Promise<void>;
  menu(): Promise<ItemFacts[]>;
  /** By its label, at any depth. */
  clickMenu(label: string): Promise<void>;
  /** The system hands over a link. */
  openUrl(url: string): Promise<void>;
  /** The system asks the app to quit, as the Dock does. */
  quit(): Promise<void>;
  /** The computer is about to be shut down. */
  shutDown(): Promise<void>;
  /** Message boxes that are open. */
  questions(): Promise<Question[]>;
  clickButton(label: string): Promise<void>;
  /** The next dialog for files is answered by these; by none of them it is cancelled. */
  answerDialog(paths: string[]): Promise<void>;
}
