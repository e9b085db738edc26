/** What was chosen in a launch form and not launched yet: it survives closing the panel. */
import { create } from "zustand";
import type { Isolation } from "#shared/bottles/names.ts";

export type LaunchDraft = {
  programId: string | null;
  prompt: string;
  drivesTerminals: boolean;
  /** Null: what the settings say. */
  isolation: Isolation | null;
  /** Name of an agent's manifest. */
  agent: string | null;
  /** The summary of this launch is on the screen. */
  summary: boolean;
  /** The launch whose conversation is continued. */
  resume: string | null;
};

export const useLaunchDrafts = create<Record<string, LaunchDraft>>(() => ({}));

export const emptyDraft: LaunchDraft = {
  programId: null,
  prompt: "",
  drivesTerminals: false,
  isolation: null,
  agent: null,
  summary: false,
  resume: null,
};

export function changeLaunchDraft(key: string, change: Partial<LaunchDraft>): void {
  useLaunchDrafts.setState((drafts) => ({ [key]: { ...(drafts[key] ?? emptyDraft), ...change } }));
}

export function useLaunchDraft(key: string): [LaunchDraft, (change: Partial<LaunchDraft>) => void] {
  const draft = useLaunchDrafts((drafts) => drafts[key] ?? emptyDraft);
  return [draft, (change) => changeLaunchDraft(key, change)];
}
