/**
 * Ending a terminal takes two presses within three seconds, wherever they come from: a button, a key, the palette. The first arms it and
 * says so in every place that shows the terminal.
 */
import { create } from "zustand";
import type { Client } from "../connection/index.ts";
import { orNotice } from "../ui/index.ts";

/** As long as a person may think about it; after that a press means "arm" again. */
export const armedMs = 3_000;

export const useArmedKill = create<{ terminalId: string | null }>(() => ({ terminalId: null }));

let timer: ReturnType<typeof setTimeout> | undefined;

export function pressKill(client: Client, terminalId: string): void {
  clearTimeout(timer);
  if (useArmedKill.getState().terminalId !== terminalId) {
    useArmedKill.setState({ terminalId });
    timer = setTimeout(() => useArmedKill.setState({ terminalId: null }), armedMs);
    return;
  }
  useArmedKill.setState({ terminalId: null });
  void orNotice("Could not kill the terminal", client.terminals.kill({ id: terminalId }));
}
