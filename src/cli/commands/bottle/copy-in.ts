/** `cellar bottle copy-in`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Copy a file or folder into a bottle, to a place where nothing is",
  details: ["Links are copied as links and never followed."],
  arguments: {
    bottle: { required: true, completes: "bottle", summary: "The bottle" },
    from: { required: true, completes: "folder", summary: "On this computer" },
    to: { summary: "In the bottle; /home/agent/<its name> when left out" },
  },
  examples: [["bottle copy-in fix-login ./notes.md", "puts it into the agent's home"]],
  json: "{from, to}",
  async run(session, { arguments: { bottle: wanted, from, to } }) {
    const [{ findBottle }, { basename, resolve }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("node:path"),
    ]);
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted);
    const source = resolve(from);
    const target = to ?? `/home/agent/${basename(source)}`;
    await main.call("bottles.copyIn", { id: bottle.id, from: source, to: target });
    session.result({ from: source, to: target }, () => `Copied to ${target} in '${bottle.label}'.`);
    return 0;
  },
});
