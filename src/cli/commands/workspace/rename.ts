/** `cellar workspace rename`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Give a workspace another name; its folder stays where it is",
  arguments: {
    workspace: { required: true, completes: "workspace", summary: "The workspace" },
    name: { summary: "Its new name; you are asked when it is left out" },
  },
  json: "workspace",
  async run(session, { arguments: { workspace, name: given } }) {
    const [{ findWorkspace }, { askFor }, { nameProblem }, { misunderstood }] = await Promise.all([
      import("../../find.ts"),
      import("../../ask.ts"),
      import("#shared/workspaces/name.ts"),
      import("../../usage.ts"),
    ]);
    const name = given ?? (await askFor(session, "name", "New name"));
    const problem = nameProblem(name);
    if (problem !== null) throw misunderstood(problem, ["workspace", "rename"]);
    const main = await session.main();
    const { id } = await findWorkspace(session, workspace);
    const renamed = await main.call("workspaces.rename", { id, name });
    session.result(renamed, () => "");
    return 0;
  },
});
