/** What there is to act on in this window: kept here for keys, palette and menus, and told to main for the application menu. */
import { useEffect } from "react";
import { create } from "zustand";
import { type CommandFacts, nothingToActOn, type TerminalFacts } from "#shared/commands/facts.ts";
import { useConnection } from "../connection/index.ts";
import { here } from "../live/index.ts";

export const useCommandFacts = create<CommandFacts>(() => nothingToActOn);

/** The facts of the window; what the terminal in front adds comes from itself. */
export function useWindowFacts(facts: Omit<CommandFacts, "terminal">): void {
  useEffect(() => useCommandFacts.setState(facts), [facts]);
}

/** Facts of the terminal in front; null from one that is not. */
export function useTerminalFacts(facts: TerminalFacts | null): void {
  useEffect(() => {
    if (facts === null) return;
    useCommandFacts.setState({ terminal: facts });
    return () => useCommandFacts.setState({ terminal: null });
  }, [facts]);
}

/** Main is told of what is so when this turn is over: one terminal comes in front in the same turn in which another no longer is. */
export function useTellFacts(): void {
  const { client, face } = useConnection();
  useEffect(() => {
    if (face !== "electron") return;
    let told = "";
    let waiting = false;
    const tell = () => {
      waiting = false;
      const facts = useCommandFacts.getState();
      const now = JSON.stringify(facts);
      if (now === told) return;
      told = now;
      client.app.windowFacts({ window: here, facts }).catch(() => {});
    };
    const later = () => {
      if (!waiting) queueMicrotask(tell);
      waiting = true;
    };
    later();
    return useCommandFacts.subscribe(later);
  }, [client, face]);
}
