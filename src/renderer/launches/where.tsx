/** Says where a launch will run, for places without a choice of their own. */
import type { AgentProgram } from "#shared/contract/programs.ts";
import { Sign } from "../ui/index.ts";
import { NotIsolated } from "./not-isolated.tsx";
import { useDefaultIsolation } from "./use-isolations.ts";

export function Where({ program }: { program?: AgentProgram }) {
  const isolation = useDefaultIsolation(program);
  if (isolation === null) return null;
  if (isolation === "none") return <NotIsolated />;
  return (
    <p className="flex items-start gap-2 text-muted">
      <Sign state="isolated" className="mt-[3px]" />
      <span>
        <span className="text-text">In a bottle ({isolation}).</span> It can change the workspace and nothing else of
        yours, and needs your yes for hosts beyond its own.
      </span>
    </p>
  );
}
