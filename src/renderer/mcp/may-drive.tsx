/** What the agent program in a terminal may drive through MCP, and the choice to allow more or less; it counts with its next call. */
import { useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { useLaunches } from "../live/index.ts";
import { ProblemNote, Select } from "../ui/index.ts";

const reaches = [
  { value: "workspace", label: "Its workspace" },
  { value: "all", label: "All terminals" },
] as const;

/** Nothing for a terminal that is no launch's, or has ended: its token does nothing any more. */
export function MayDrive({ terminal }: { terminal: Terminal }) {
  const launch = useLaunches().byId.get(terminal.owner.launchId ?? "");
  if (launch === undefined || terminal.resolvedAt !== null) return null;
  if (launch.isolation !== "none") return launch.drivesTerminals ? <Inside launch={launch} /> : null;
  return <Reach key={launch.id} launch={launch} />;
}

/** Every terminal outside would be a way out, so there is nothing to choose. */
function Inside({ launch }: { launch: Launch }) {
  return (
    <div
      className="flex h-8 flex-none items-center gap-2 border-line border-b px-3"
      data-tip={`Terminals that ${launch.programName} reaches through Cellar's MCP server`}
    >
      <span className="min-w-0 flex-1 text-muted">May drive</span>
      <span>Its bottle</span>
    </div>
  );
}

function Reach({ launch }: { launch: Launch }) {
  const client = useClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const change = async (reach: Launch["reach"]) => {
    setProblem(null);
    try {
      await client.launches.setReach({ id: launch.id, reach });
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  return (
    <div className="flex flex-none flex-col gap-2 border-line border-b px-3 py-1.5">
      <div
        className="flex items-center gap-2"
        data-tip={`Terminals that ${launch.programName} reaches through Cellar's MCP server`}
      >
        <span className="min-w-0 flex-1 text-muted">May drive</span>
        <Select label="May drive" value={launch.reach} options={reaches} onChange={(reach) => void change(reach)} />
      </div>
      {problem && <ProblemNote problem={problem} />}
    </div>
  );
}
