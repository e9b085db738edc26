/** `cellar launch programs`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "List the agent programs that can be launched, and how to get the others",
  options: { refresh: { summary: "Look again what is installed" } },
  json: "agentProgram[]",
  async run(session, { options }) {
    const [{ programTable }, { lookOf }, { warn }] = await Promise.all([
      import("../../launches/tables.ts"),
      import("../../table.ts"),
      import("../../output/index.ts"),
    ]);
    const main = await session.main();
    const { programs, problem } = await main.call("programs.list", { refresh: options.refresh });
    if (problem !== null) warn(problem);
    session.result(programs, () => programTable(programs, lookOf(process.stdout)).join("\n"));
    return 0;
  },
});
