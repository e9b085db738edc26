/** Code that was typed and not yet submitted, per terminal: it survives going to another terminal and closing the inspector. */
import { create } from "zustand";

type Drafts = {
  code: Readonly<Record<string, string>>;
  /** Seconds as typed; empty: the default of run or fire. */
  limit: Readonly<Record<string, string>>;
};

const useDrafts = create<Drafts>(() => ({ code: {}, limit: {} }));

export function useDraft(terminalId: string): { code: string; limit: string } {
  const code = useDrafts((state) => state.code[terminalId] ?? "");
  const limit = useDrafts((state) => state.limit[terminalId] ?? "");
  return { code, limit };
}

export function setDraft(terminalId: string, change: { code?: string; limit?: string }): void {
  useDrafts.setState((before) => ({
    code: change.code === undefined ? before.code : { ...before.code, [terminalId]: change.code },
    limit: change.limit === undefined ? before.limit : { ...before.limit, [terminalId]: change.limit },
  }));
}
