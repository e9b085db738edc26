/** `cellar workspace delete`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Delete a workspace, after saying what would be lost",
  details: [
    "What is said is what is done: it is a plan that is made first and carried out only when you agree. A folder that is worked in in place is never removed.",
  ],
  arguments: { workspace: { completes: "workspace", summary: "The workspace" } },
  options: {
    yes: { short: "y", summary: "Agree to whatever would be lost" },
    "keep-branch": { summary: "The branch of a worktree stays" },
    "keep-directory": { summary: "The folder stays where it is" },
  },
  json: "{id} of the workspace that is no more",
  async run(session, { options, arguments: { workspace } }) {
    const [{ findWorkspace }, { deleteWorkspace }] = await Promise.all([
      import("../../find.ts"),
      import("../../workspaces/delete.ts"),
    ]);
    const found = await findWorkspace(session, workspace);
    await deleteWorkspace(session, found, {
      agreed: options.yes,
      keepBranch: options["keep-branch"],
      keepDirectory: options["keep-directory"],
    });
    session.result({ id: found.id }, () => "");
    return 0;
  },
});
