/** `cellar bottle copy-out`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Copy a file or folder out of a bottle, to a place where nothing is",
  details: [
    "What comes out was made by an agent: links that lead out of it, devices and special modes are left out and named.",
  ],
  arguments: {
    bottle: { required: true, completes: "bottle", summary: "The bottle" },
    from: { required: true, summary: "In the bottle, a whole path" },
    to: { completes: "folder", summary: "On this computer; its name in the current directory when left out" },
  },
  json: "{from, to, leftOut: string[]}",
  async run(session, { arguments: { bottle: wanted, from, to } }) {
    const [{ findBottle }, { posix, resolve }, { warn }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("node:path"),
      import("../../output/index.ts"),
    ]);
    const main = await session.main();
    const { bottle } = await findBottle(session, main, wanted);
    const target = resolve(to ?? posix.basename(from));
    const { leftOut } = await main.call("bottles.copyOut", { id: bottle.id, from, to: target });
    for (const path of leftOut) warn(`left out: ${path}`);
    session.result({ from, to: target, leftOut }, () => `Copied to ${target}.`);
    return 0;
  },
});
