/**
 * What the preload script gives an Electron window, as `window.cellar`: ports to main and the real path of a dropped file; nothing else.
 *
 * A port is asked for with the same address a WebSocket of browser mode has (`rpcPath`, `terminalPath(…)` of `#shared/connection.ts`)
 * and carries the same messages. It cannot be returned through the context bridge, so it arrives as a window message
 * `{ cellarPort: <ask> }` with the port transferred. Before main ends a port on purpose, it sends the reason as one string message
 * in the form of `closeReasonOf`; binary messages are never strings.
 */
export type WindowBridge = {
  /** `ask` is a number of the caller's choice that comes back with the port. */
  connect(ask: number, address: string): void;
  /** Empty when the file is not on disk. */
  pathOf(file: File): string;
};

export type PortMessage = { cellarPort: number };
