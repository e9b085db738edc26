/** Makes a workspace and stays until it is made. */
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { nameProblem, suggestName } from "#shared/workspaces/name.ts";
import { followJob } from "../jobs/follow.ts";
import { warn } from "../output/index.ts";
import type { Session } from "../session.ts";
import { sourceOf } from "./source.ts";

export type Wanted = {
  source: string;
  name?: string | undefined;
  mode?: string | undefined;
  branch?: string | undefined;
  startPoint?: string | undefined;
};

export async function createWorkspace(session: Session, wanted: Wanted): Promise<Workspace> {
  const problem = wanted.name === undefined ? null : nameProblem(wanted.name);
  if (problem !== null) throw new Failure("invalid_input", problem);
  const main = await session.main();
  const source = sourceOf(wanted.source);
  const inspection = await main.call("workspaces.inspect", { source });
  for (const warning of inspection.warnings) warn(warning);
  const { settings } = await main.call("settings.get", {});
  const [best] = inspection.modes;
  const preferred = inspection.modes.includes(settings.defaultWorkspaceMode) ? settings.defaultWorkspaceMode : best;
  const mode = (wanted.mode as Workspace["mode"] | undefined) ?? preferred;
  if (mode === undefined || !inspection.modes.includes(mode)) {
    const reason = inspection.unavailable.find((each) => each.mode === mode)?.reason;
    throw new Failure("unavailable", reason ?? `No workspace can be made of ${inspection.location}`);
  }
  const taken = (await main.items("workspaces.watch", {})).map(({ name }) => name);
  const workspace = await main.call("workspaces.create", {
    source,
    mode,
    name: wanted.name ?? suggestName(inspection.suggestedName, taken),
    ...(wanted.branch === undefined ? {} : { branch: wanted.branch }),
    ...(wanted.startPoint === undefined ? {} : { startPoint: wanted.startPoint }),
  });
  if (workspace.jobId !== null) await followJob(main, workspace.jobId, `Making workspace '${workspace.name}'`);
  return main.call("workspaces.get", { id: workspace.id });
}
