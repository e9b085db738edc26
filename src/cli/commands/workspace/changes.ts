/** `cellar workspace changes`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Show what differs from where a workspace started, committed or not",
  arguments: { workspace: { completes: "workspace", summary: "The workspace" } },
  options: {
    diff: { short: "d", summary: "The unified diff instead of a list" },
    file: { short: "f", value: "path", summary: "Only the diff of this file" },
  },
  examples: [["workspace changes api --diff | git apply --stat", "what an agent did, as a diff"]],
  json: "workspaceDetails; with --diff or --file {patch, truncated, binary}",
  async run(session, { options, arguments: { workspace: wanted } }) {
    const [{ findWorkspace }, { changesText }, { lookOf }, { warn }] = await Promise.all([
      import("../../find.ts"),
      import("../../workspaces/tables.ts"),
      import("../../table.ts"),
      import("../../output/index.ts"),
    ]);
    const main = await session.main();
    const { id } = await findWorkspace(session, wanted, ({ state }) => state === "ready");
    if (options.diff || options.file !== undefined) {
      const diff = await main.call("workspaces.diff", {
        id,
        ...(options.file === undefined ? {} : { path: options.file }),
      });
      if (diff.truncated) warn("the diff is longer than 1 MB and was cut; ask for single files with --file");
      session.result(diff, () => diff.patch);
      return 0;
    }
    const details = await main.call("workspaces.details", { id });
    session.result(details, () => changesText(details, lookOf(process.stdout)));
    return 0;
  },
});
