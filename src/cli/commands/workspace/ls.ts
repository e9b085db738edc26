/** `cellar workspace ls`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "List workspaces",
  json: "workspace[]",
  async run(session) {
    const [{ workspaceTable }, { lookOf }] = await Promise.all([
      import("../../workspaces/tables.ts"),
      import("../../table.ts"),
    ]);
    const main = await session.main();
    const all = await main.items("workspaces.watch", {});
    session.result(all, () =>
      all.length === 0
        ? "There are no workspaces; cellar workspace create <folder or git URL> makes one."
        : workspaceTable(all, lookOf(process.stdout)).join("\n"),
    );
    return 0;
  },
});
