/** `cellar bottle ls`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "List bottles of all backends, in the order of their start",
  options: { all: { short: "a", summary: "Also those that have ended, the latest first" } },
  json: "{bottle: bottle, usage: brokerUsage | null}[]",
  async run(session, { options }) {
    const [{ bottleEntries, isOver }, { bottleTable }, { lookOf }] = await Promise.all([
      import("../../bottles/find.ts"),
      import("../../bottles/tables.ts"),
      import("../../table.ts"),
    ]);
    const main = await session.main();
    const [entries, workspaces] = await Promise.all([bottleEntries(main), main.items("workspaces.watch", {})]);
    const shown = options.all ? entries : entries.filter(({ bottle }) => !isOver(bottle));
    session.result(shown, () =>
      shown.length === 0
        ? `No bottle runs${options.all ? ", and none is remembered" : ""}; cellar launch --isolation bottle starts one.`
        : bottleTable(shown, workspaces, lookOf(process.stdout)).join("\n"),
    );
    return 0;
  },
});
