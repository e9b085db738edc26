import { life } from "./app.ts";

export const isReady = () => life.ready;

/** Much of Electron throws before the `ready` event. */
export function needsReady(message: string): void {
  if (!life.ready) throw new Error(message);
}
