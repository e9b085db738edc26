/** Which isolations work on this computer, and which one a launch has unless told otherwise. */
import { useQuery } from "@tanstack/react-query";
import type { Isolation } from "#shared/bottles/names.ts";
import type { BottleBackendView } from "#shared/contract/bottles.ts";
import { useClient } from "../connection/index.ts";
import { useSettings } from "../live/index.ts";

export function useBackends() {
  const client = useClient();
  return useQuery({ queryKey: ["bottle-backends"], queryFn: () => client.bottles.backends({}), staleTime: 60_000 });
}

export function defaultIsolation(backends: readonly BottleBackendView[], setting: "bottle" | "none"): Isolation {
  return setting === "none" ? "none" : (backends.find(({ preferred }) => preferred)?.name ?? "none");
}

/** Null until the backends are known. */
export function useDefaultIsolation(): Isolation | null {
  const { launchIsolation } = useSettings();
  const { data, isError } = useBackends();
  if (data === undefined) return isError ? "none" : null;
  return defaultIsolation(data, launchIsolation);
}
