/** `cellar workspace show`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Show a workspace: where it is, what it was made from, how far it has come",
  arguments: { workspace: { completes: "workspace", summary: "The workspace" } },
  json: "{workspace: workspace, details: workspaceDetails | null, terminals: terminal[]}; details is null unless the workspace is ready",
  async run(session, { arguments: { workspace: wanted } }) {
    const [{ findWorkspace }, { workspaceText }, { lookOf }] = await Promise.all([
      import("../../find.ts"),
      import("../../workspaces/tables.ts"),
      import("../../table.ts"),
    ]);
    const main = await session.main();
    const { id } = await findWorkspace(session, wanted);
    const workspace = await main.call("workspaces.get", { id });
    const [details, terminals] = await Promise.all([
      workspace.state === "ready" ? main.call("workspaces.details", { id }) : null,
      main.call("terminals.list", { workspaceId: id }),
    ]);
    session.result({ workspace, details, terminals }, () =>
      workspaceText(workspace, details, terminals.length, lookOf(process.stdout)),
    );
    return 0;
  },
});
