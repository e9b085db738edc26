/** `cellar workspace rename`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Give a workspace another name; its folder stays where it is",
  arguments: {
    workspace: { required: true, completes: "workspace", summary: "The workspace" },
    name: { required: true, summary: "Its new name" },
  },
  json: "workspace",
  async run(session, { arguments: { workspace, name } }) {
    const [{ findWorkspace }, { nameProblem }, { misunderstood }] = await Promise.all([
      import("../../find.ts"),
      import("#shared/workspaces/name.ts"),
      import("../../usage.ts"),
    ]);
    const problem = nameProblem(name);
    if (problem !== null) throw misunderstood(problem, ["workspace", "rename"]);
    const main = await session.main();
    const { id } = await findWorkspace(session, workspace);
    const renamed = await main.call("workspaces.rename", { id, name });
    session.result(renamed, () => "");
    return 0;
  },
});
