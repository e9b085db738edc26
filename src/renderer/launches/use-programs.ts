/** The agent programs of this computer: those that can be launched first, then those that are missing. */
import { useQuery } from "@tanstack/react-query";
import type { AgentProgram } from "#shared/contract/programs.ts";
import { useClient } from "../connection/index.ts";

export type SortedPrograms = { usable: AgentProgram[]; missing: AgentProgram[]; broken: AgentProgram[] };

/** Shells come last among the usable: they are always there, and rarely what somebody came for. */
export function sortPrograms(programs: readonly AgentProgram[]): SortedPrograms {
  const usable = programs.filter(({ found, problem }) => found !== null && problem === null);
  const agents = usable.filter((program) => !isShell(program));
  return {
    usable: [...agents, ...usable.filter(isShell)],
    missing: programs.filter(({ found, problem }) => found === null && problem === null),
    broken: programs.filter(({ problem }) => problem !== null),
  };
}

export function isShell({ prompt, install }: Pick<AgentProgram, "prompt" | "install">): boolean {
  return prompt === "none" && install.length === 0;
}

/** What Enter launches: the one used last when it is still there, else the first agent found. */
export function preferredProgram(programs: readonly AgentProgram[], lastId: string | null): AgentProgram | null {
  const { usable } = sortPrograms(programs);
  return usable.find(({ id }) => id === lastId) ?? usable[0] ?? null;
}

export function usePrograms() {
  const client = useClient();
  return useQuery({ queryKey: ["programs"], queryFn: () => client.programs.list({}), staleTime: 60_000 });
}
