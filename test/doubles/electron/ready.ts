import { life } from "./app.ts";

/** Much of Electron throws before the `ready` event. */
export function needsReady(message: string): void {
  if (!life.ready) throw new Error(message);
}
