/** Deletes a workspace by the plan that was shown. */
import type { DeletePlan, Workspace } from "#shared/contract/workspaces.ts";
import { counted } from "#shared/time.ts";
import { needConsent } from "../ask.ts";
import { followJob } from "../jobs/follow.ts";
import { detail, info } from "../output/index.ts";
import type { Session } from "../session.ts";

export type Keeping = { agreed: boolean; keepBranch: boolean; keepDirectory: boolean };

export async function deleteWorkspace(session: Session, workspace: Workspace, keeping: Keeping): Promise<void> {
  const main = await session.main();
  const plan = await main.call("workspaces.planDelete", { id: workspace.id });
  info(`Deleting workspace '${plan.workspace.name}':`);
  for (const line of losses(plan, keeping)) detail(line);
  await needConsent(session, `Delete workspace '${plan.workspace.name}'?`, keeping.agreed);
  const { keepBranch, keepDirectory } = keeping;
  const { jobId } = await main.call("workspaces.delete", { planId: plan.planId, keepBranch, keepDirectory });
  await followJob(main, jobId, `Deleting workspace '${plan.workspace.name}'`);
}

/** What would end and be lost, one sentence each. */
export function losses(plan: DeletePlan, { keepBranch, keepDirectory }: Omit<Keeping, "agreed">): string[] {
  const { workspace, terminals, uncommitted, unpushed, branch, directory } = plan;
  const removed = directory === "removed" && !keepDirectory;
  return [
    ...terminals.map(({ id, title }) => `Ends terminal '${title}' (${id})`),
    removed ? `Removes ${workspace.path}` : `Keeps ${workspace.path}`,
    ...(removed && uncommitted > 0 ? [`Loses uncommitted changes in ${counted(uncommitted, "file")}`] : []),
    ...(branch === null || workspace.mode !== "worktree"
      ? []
      : [keepBranch ? `Keeps branch ${branch}` : `Deletes branch ${branch}`]),
    ...(removed && !keepBranch && unpushed > 0
      ? [`Loses ${counted(unpushed, "commit")} that are nowhere else`.replace("1 commit that are", "1 commit that is")]
      : []),
    ...plan.warnings,
  ];
}
