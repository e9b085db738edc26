/** `cellar workspace create`. */
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  summary: "Make a workspace from a folder or a git URL, and show how it goes",
  details: [
    "Without options it becomes what the folder allows and your settings prefer: a git worktree on a branch of its own, a copy, or the folder itself. Ctrl-C cancels and leaves nothing.",
  ],
  arguments: { source: { completes: "folder", summary: "A folder or a git URL; the current folder when left out" } },
  options: {
    name: { short: "n", value: "name", summary: "Its name; made from the source when left out" },
    mode: {
      short: "m",
      value: "mode",
      choices: ["in-place", "worktree", "copy"],
      summary: "How the work is kept apart from the source",
    },
    branch: {
      short: "b",
      value: "branch",
      summary: "New branch of a worktree; for a clone or copy the branch to check out",
    },
    from: { value: "commit", summary: "Commit or branch that a worktree starts from; HEAD when left out" },
  },
  examples: [
    ["workspace create ~/src/api", "a worktree of api on a new branch"],
    ["workspace create https://example.org/api.git --name api-2", "a clone"],
    ["workspace create . --mode in-place", "this folder itself"],
  ],
  json: "workspace",
  async run(session, { options, arguments: { source } }) {
    const { createWorkspace } = await import("../../workspaces/create.ts");
    const workspace = await createWorkspace(session, { ...options, source: source ?? ".", startPoint: options.from });
    session.result(workspace, () => workspace.path);
    return 0;
  },
});
