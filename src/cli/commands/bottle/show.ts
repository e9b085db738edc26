/** `cellar bottle show`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Say what a bottle is, how its services are, what it used, and what was agreed before its launch",
  arguments: { bottle: { completes: "bottle", summary: "The bottle" } },
  json: "{bottle: bottle, usage: brokerUsage | null}",
  async run(session, { arguments: { bottle: wanted } }) {
    const [{ findBottle }, { bottleStatus, usageTable }, { planLines }, { lookOf, oneLine }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../bottles/tables.ts"),
      import("../../bottles/summary.ts"),
      import("../../table.ts"),
    ]);
    const entry = await findBottle(session, await session.main(), wanted);
    const { bottle, usage } = entry;
    session.result(entry, () =>
      [
        `${oneLine(bottle.label)}: ${bottleStatus(bottle, usage).words}`,
        ...(bottle.terminalId === null ? [] : [`terminal: ${bottle.terminalId}`]),
        ...bottle.services.map(({ name, state, detail }) => `service ${name}: ${state}${detail ? `, ${detail}` : ""}`),
        ...planLines(bottle.plan),
        ...bottle.changedTriggers.map((path) => `look at before you open the workspace: ${oneLine(path)}`),
        ...(usage === null ? [] : ["", ...usageTable([entry], lookOf(process.stdout))]),
      ].join("\n"),
    );
    return 0;
  },
});
