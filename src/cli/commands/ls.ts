/** `cellar ls`: everything that runs. */
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  summary: "List everything that runs, in all workspaces; what needs you stands first",
  details: [
    "Only looks: starts nothing. While Cellar does not run, the terminals in its host are listed all the same.",
  ],
  options: { all: { short: "a", summary: "Also what has ended" } },
  examples: [
    ["ls", "what runs, and what needs you"],
    ["ls --json | jq '.terminals[] | select(.needsYou) | .label'", "names of what needs you"],
  ],
  json: "{terminals: [{label, status, needsYou, alive, terminal: terminal, workspace: workspace | null, launch: launch | null}], jobs: [{status, job: job}]}",
  async run(session, { options }) {
    const { list } = await import("../list.ts");
    return list(session, options);
  },
});
