/** What was chosen in a launch form and not launched yet: it survives closing the panel. */
import { create } from "zustand";
import type { BottleColour, Isolation } from "#shared/bottles/names.ts";
import type { LimitText } from "#shared/broker/limit-text.ts";

export type LaunchDraft = {
  programId: string | null;
  prompt: string;
  drivesTerminals: boolean;
  /** It may ask the person. Null: as its manifest says. */
  supervise: boolean | null;
  /** Relative to the workspace; empty: the workspace itself. */
  folder: string;
  /** Null: what the settings say. */
  isolation: Isolation | null;
  /** Name of an agent's manifest. */
  agent: string | null;
  /** Empty: the workspace and the program. */
  label: string;
  colour: BottleColour | null;
  /** Empty: what the manifest or the settings say. */
  limits: LimitText;
  /** The summary of this launch is on the screen. */
  summary: boolean;
  /** The launch whose conversation is continued. */
  resume: string | null;
};

const useLaunchDrafts = create<Record<string, LaunchDraft>>(() => ({}));

export const emptyDraft: LaunchDraft = {
  programId: null,
  prompt: "",
  drivesTerminals: false,
  supervise: null,
  folder: "",
  isolation: null,
  agent: null,
  label: "",
  colour: null,
  limits: { dollars: "", tokens: "" },
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
