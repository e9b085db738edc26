/** `cellar bottle attach`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Use the terminal of a bottle's agent from this terminal",
  details: ["Ctrl-\\ detaches; the agent goes on."],
  arguments: { bottle: { completes: "bottle", summary: "The bottle" } },
  options: { "read-only": { summary: "Only watch: no keys, no size" } },
  async run(session, { options, arguments: { bottle: wanted } }) {
    const [{ findBottle }, { attach }, { Failure }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../attach/attach.ts"),
      import("#shared/failure.ts"),
    ]);
    const { bottle } = await findBottle(session, await session.main(), wanted);
    if (bottle.terminalId === null) throw new Failure("conflict", `the bottle '${bottle.label}' has no terminal`);
    return attach(session, { terminalId: bottle.terminalId, label: bottle.label, readOnly: options["read-only"] });
  },
});
