/** `powerMonitor` (docs/api/power-monitor.md) and the end of a session: a test raises what the system would tell. */
import { EventEmitter } from "node:events";
import type { PowerMonitor } from "electron";
import { preventable } from "./app.ts";
import { BrowserWindow } from "./browser-window.ts";
import { strict } from "./strict.ts";

/** Only for an event that Electron declares. */
type Declared<Name extends string> = PowerMonitor extends { on(event: Name, listener: () => void): unknown }
  ? Name
  : never;
export type PowerEvent = Declared<"suspend"> | Declared<"resume"> | Declared<"lock-screen"> | Declared<"unlock-screen">;

const monitor = new EventEmitter();
export const powerMonitor = strict("powerMonitor", monitor);

export function raisePower(event: PowerEvent): void {
  monitor.emit(event);
}

/** "If the event handler invokes `e.preventDefault()`, Electron will attempt to delay system shutdown in order for the app to exit cleanly." Whether it is delayed. */
export function raiseShutdown(): boolean {
  const event = preventable();
  monitor.emit("shutdown" satisfies Declared<"shutdown">, event);
  return event.defaultPrevented;
}

/** "Emitted when a session is about to end due to a shutdown, machine restart, or user log-off": every window is told. */
export function endSession(): void {
  for (const window of BrowserWindow.all) window.emit("session-end", { reasons: ["shutdown"] });
}
