/** `cellar terminal ls`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "List terminals",
  details: ["Only looks: starts nothing."],
  options: {
    all: { short: "a", summary: "Also those that have ended" },
    workspace: { short: "w", value: "workspace", completes: "workspace", summary: "Only those of this workspace" },
  },
  json: "terminal[]",
  async run(session, { options }) {
    const [{ overview }, { terminalTable }, { lookOf }, { workspaceNamed }] = await Promise.all([
      import("../../overview.ts"),
      import("../../list.ts"),
      import("../../table.ts"),
      import("../../find.ts"),
    ]);
    const { entries, workspaces } = await overview(session);
    const of = options.workspace === undefined ? null : workspaceNamed(workspaces, options.workspace);
    const shown = entries
      .filter(({ alive, needsYou }) => options.all || alive || needsYou)
      .filter(({ workspace }) => of === null || workspace?.id === of.id);
    session.result(
      shown.map(({ terminal }) => terminal),
      () => (shown.length === 0 ? "No terminals run." : terminalTable(shown, lookOf(process.stdout)).join("\n")),
    );
    return 0;
  },
});
