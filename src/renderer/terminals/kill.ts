/**
 * Ending a terminal takes two presses within three seconds, wherever they come from: a button, a key, the palette. The first arms it and
 * says so in every place that shows the terminal.
 */
import { create } from "zustand";
import type { Client } from "../connection/index.ts";
import { orNotice } from "../ui/index.ts";

/** As long as a person may think about it; after that a press means "arm" again. */
const armedMs = 3_000;

type ArmedKill = {
  terminalId: string | null;
  /** A button that was pressed says itself what comes next; after a key or the palette the terminal says it. */
  by: "button" | "command";
};

export const useArmedKill = create<ArmedKill>(() => ({ terminalId: null, by: "button" }));

let timer: ReturnType<typeof setTimeout> | undefined;

export function pressKill(client: Client, terminalId: string, by: ArmedKill["by"]): void {
  clearTimeout(timer);
  if (useArmedKill.getState().terminalId !== terminalId) {
    useArmedKill.setState({ terminalId, by });
    timer = setTimeout(() => useArmedKill.setState({ terminalId: null }), armedMs);
    return;
  }
  useArmedKill.setState({ terminalId: null });
  void orNotice("Could not kill the terminal", client.terminals.kill({ id: terminalId }));
}
