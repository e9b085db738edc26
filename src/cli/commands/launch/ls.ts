/** `cellar launch ls`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "List launches, the latest last",
  json: "launch[]",
  async run(session) {
    const [{ overview }, { launchTable }, { lookOf }] = await Promise.all([
      import("../../overview.ts"),
      import("../../launches/tables.ts"),
      import("../../table.ts"),
    ]);
    const main = await session.main();
    const launches = (await main.items("launches.watch", {})).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    const { entries, workspaces } = await overview(session);
    session.result(launches, () =>
      launches.length === 0
        ? "Nothing was launched yet; cellar launch <program> does."
        : launchTable(launches, entries, workspaces, lookOf(process.stdout)).join("\n"),
    );
    return 0;
  },
});
