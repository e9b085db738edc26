/** Starts an agent program and shows its terminal; one that is to run in a bottle is shown as a summary first. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { openLaunch, openTerminal } from "../app/open.ts";
import { type Client, useClient } from "../connection/index.ts";
import { useSettings } from "../live/index.ts";
import { changeLaunchDraft, emptyDraft, type LaunchDraft } from "./drafts.ts";
import { defaultIsolation } from "./use-isolations.ts";

export type LaunchRequest = Pick<Parameters<Client["launches"]["start"]>[0], "workspaceId" | "programId" | "prompt">;

/** Throws what main refused it for; the caller shows it where the click was. */
export function useLaunch(): (request: LaunchRequest) => Promise<void> {
  const client = useClient();
  const queries = useQueryClient();
  const { launchIsolation } = useSettings();
  return useCallback(
    async (request) => {
      const backends = await queries.ensureQueryData({
        queryKey: ["bottle-backends"],
        queryFn: () => client.bottles.backends({}),
      });
      const { programs } = await queries.ensureQueryData({
        queryKey: ["programs"],
        queryFn: () => client.programs.list({}),
      });
      const program = programs.find(({ id }) => id === request.programId);
      if (defaultIsolation(backends, launchIsolation, program) !== "none") {
        showSummary(request.workspaceId, { programId: request.programId, prompt: request.prompt ?? "" });
        return;
      }
      const { terminal } = await client.launches.start(request);
      openTerminal(terminal.id);
    },
    [client, queries, launchIsolation],
  );
}

/** The page before a launch into a bottle. */
export function showSummary(
  workspaceId: string,
  what: Partial<Pick<LaunchDraft, "prompt" | "resume" | "label" | "colour">> & { programId: string },
): void {
  changeLaunchDraft(workspaceId, { ...emptyDraft, ...what, summary: true });
  openLaunch(workspaceId);
}
