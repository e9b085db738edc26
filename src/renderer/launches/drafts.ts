/** What was typed into a launch form and not launched yet: it survives closing the panel. */
import { create } from "zustand";

export type LaunchDraft = { programId: string | null; prompt: string; drivesTerminals: boolean };

export const useLaunchDrafts = create<Record<string, LaunchDraft>>(() => ({}));

const empty: LaunchDraft = { programId: null, prompt: "", drivesTerminals: false };

export function useLaunchDraft(key: string): [LaunchDraft, (change: Partial<LaunchDraft>) => void] {
  const draft = useLaunchDrafts((drafts) => drafts[key] ?? empty);
  return [
    draft,
    (change) => useLaunchDrafts.setState((drafts) => ({ [key]: { ...(drafts[key] ?? empty), ...change } })),
  ];
}
