/** Which isolations work on this computer, and which one a launch has unless told otherwise. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Isolation } from "#shared/bottles/names.ts";
import type { BottleBackendView } from "#shared/contract/bottles.ts";
import type { AgentProgram } from "#shared/contract/programs.ts";
import { useClient } from "../connection/index.ts";
import { useSettings } from "../live/index.ts";
import { isShell } from "./use-programs.ts";

/** What works depends on settings: after a change of one of these it is asked again. */
export function useBackendsFollowSettings(): void {
  const queries = useQueryClient();
  const { dockerContext, opensandboxUrl } = useSettings();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changes is the reason, not the means
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["bottle-backends"] });
  }, [queries, dockerContext, opensandboxUrl]);
}

export function useBackends() {
  const client = useClient();
  return useQuery({ queryKey: ["bottle-backends"], queryFn: () => client.bottles.backends({}), staleTime: 60_000 });
}

/** A shell is the person themselves at work, and has no need to be kept from what is theirs. */
export function defaultIsolation(
  backends: readonly BottleBackendView[],
  setting: "bottle" | "none",
  program: Pick<AgentProgram, "prompt" | "install"> | null | undefined,
): Isolation {
  if (program && isShell(program)) return "none";
  return setting === "none" ? "none" : (backends.find(({ preferred }) => preferred)?.name ?? "none");
}

/** Null until the backends are known. */
export function useDefaultIsolation(program?: AgentProgram): Isolation | null {
  const { launchIsolation } = useSettings();
  const { data, isError } = useBackends();
  if (data === undefined) return isError ? "none" : null;
  return defaultIsolation(data, launchIsolation, program);
}
