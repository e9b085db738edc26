/**
 * How the window reaches main: one typed client, a binary stream per attached terminal, uploads, and whether it is there at all.
 * Electron (a MessagePort) and browser mode (a WebSocket) are two implementations; nothing outside this folder knows which one runs.
 */
import type { ContractRouterClient } from "@orpc/contract";
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Contract } from "#shared/contract/index.ts";
import type { ClientFrame, HostFrame } from "#shared/terminals/stream.ts";

export type Client = ContractRouterClient<Contract>;

/**
 * `connecting`: the first attempt. `lost`: it was there and is being looked for again. `refused`: it answers but does not let this
 * window in (an old page after a restart); only loading again helps.
 */
export type ConnectionState = "connecting" | "connected" | "lost" | "refused";

export type ConnectionStatus = {
  readonly state: ConnectionState;
  /** Since when, as milliseconds of `Date.now()`. */
  readonly since: number;
};

/** What the stream of a terminal is opened with. Without a size the window only watches. */
export type TerminalView = { size: TerminalSize | null; focused: boolean };

/** Frames of one attached terminal. The connection codes them; it does not look at their order. */
export type TerminalStreamPort = {
  /** Ignored after the end. */
  send(frame: ClientFrame): void;
  close(): void;
};

export type TerminalStreamEvents = {
  /** Frames can be sent from now on. */
  opened(): void;
  frame(frame: HostFrame): void;
  /** Called once, whoever ended it. `gone`: the terminal does not exist, so trying again is pointless. */
  closed(reason: "lost" | "gone"): void;
};

export interface Connection {
  readonly face: "electron" | "browser";
  readonly client: Client;
  readonly status: ConnectionStatus;
  /** Calls back on every change of `status`; returns how to stop. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void;
  /** One attempt; who holds it opens again after `lost`, best when `status` is `connected` again. */
  openTerminalStream(terminalId: string, view: TerminalView, events: TerminalStreamEvents): TerminalStreamPort;
  /** One file of an upload (browser mode). `progress` gets the bytes sent so far. Throws a Failure. */
  upload(
    uploadId: string,
    relativePath: string,
    file: Blob,
    options?: { signal?: AbortSignal; progress?: (bytes: number) => void },
  ): Promise<void>;
  /** Real path of a dropped file or folder; null where the window is not told (browser mode). */
  pathOf(file: File): string | null;
}
