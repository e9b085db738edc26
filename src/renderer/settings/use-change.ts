/** Changes go to main and come back as the new state; a refusal stays beside the setting it was about. A reset can be undone. */
import { useEffect, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { SettingsChange } from "#shared/contract/settings.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { useLists, useSettingsState } from "../live/index.ts";
import { notice, orNotice } from "../ui/index.ts";

export function useChange() {
  const client = useClient();
  const { settings } = useLists();
  const [problem, setProblem] = useState<Problem | null>(null);
  const state = useSettingsState();
  // What was refused may be possible since: the file was mended, or the same was set elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changes is the reason, not the means
  useEffect(() => setProblem(null), [state]);
  const take = async (work: ReturnType<typeof client.settings.change>): Promise<boolean> => {
    setProblem(null);
    try {
      settings.put(await work);
      return true;
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      return false;
    }
  };
  /** Does it, and offers the change that takes it back. */
  const undoably = async (work: ReturnType<typeof client.settings.change>, text: string, undo: SettingsChange) => {
    if (!(await take(work))) return;
    const back = async () => {
      const state = await orNotice("Could not undo it", client.settings.change(undo));
      if (state) settings.put(state);
    };
    notice({ kind: "done", text, action: { label: "Undo", run: () => void back() } });
  };
  return {
    problem,
    change: (change: SettingsChange) => void take(client.settings.change(change)),
    resetTo: (change: SettingsChange, label: string, undo: SettingsChange) =>
      void undoably(client.settings.change(change), `${label}: back to the default`, undo),
    reset: (key: string, label: string, undo: SettingsChange) =>
      void undoably(client.settings.reset({ key }), `${label}: back to the default`, undo),
    resetAll: (undo: SettingsChange) =>
      void undoably(client.settings.reset({}), "All settings are back to their defaults", undo),
  };
}
