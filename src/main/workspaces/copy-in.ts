/**
 * Copies a file or a folder of this computer into a workspace. It is made beside the workspace and moved in when it is whole: what runs in the workspace
 * could exchange a folder of a half-made copy for a link, and have the rest of it written to where the link leads.
 */
import { constants } from "node:fs";
import { chmod, copyFile, lstat, realpath, rename, rm, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Job } from "#shared/contract/jobs.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import type { JobService, RunningJob } from "../jobs/index.ts";
import { copyFolder, copySteps } from "./copy.ts";
import { exists, isSameOrInside } from "./folders.ts";
import type { WorkspaceRegistry } from "./registry.ts";

const kind = "workspace.copy-in";
const moveStep = "Move it in";

export class CopyIn {
  readonly #registry: WorkspaceRegistry;
  readonly #jobs: JobService;

  constructor(registry: WorkspaceRegistry, jobs: JobService) {
    this.#registry = registry;
    this.#jobs = jobs;
    jobs.resumable(kind, (job) => (running) => this.#undoInterrupted(job.targetId ?? "", running));
  }

  /** Throws a Failure when it is clear at once that it cannot be done; what shows later is the job's failure. */
  async start(workspace: Workspace, from: string): Promise<Job> {
    const source = await realpath(from).catch(() => null);
    const found = source === null ? null : await lstat(source);
    if (source === null || found === null) throw new Failure("not_found", `There is nothing at ${from}`);
    if (!found.isDirectory() && !found.isFile()) {
      throw new Failure("invalid_input", `${from} is neither a file nor a folder`);
    }
    if (isSameOrInside(workspace.path, source) || isSameOrInside(source, workspace.path)) {
      throw new Failure("conflict", `${from} is in ${workspace.name} already, or holds it`);
    }
    const to = join(workspace.path, basename(from));
    await checkFree(to, workspace);
    return this.#jobs.start({
      kind,
      title: `${basename(from)} into ${workspace.name}`,
      targetId: workspace.id,
      steps: found.isDirectory() ? [...copySteps, moveStep] : [copySteps[1], moveStep],
      cancellable: true,
      work: async (job) => {
        const half = beside(workspace, job);
        try {
          if (found.isDirectory()) await copyFolder(source, half, job);
          else await job.step(copySteps[1], () => copyOne(source, half));
          await job.step(moveStep, async () => {
            await checkFree(to, workspace);
            await rename(half, to);
          });
        } finally {
          await rm(half, { recursive: true, force: true });
        }
      },
    });
  }

  async #undoInterrupted(workspaceId: string, job: RunningJob): Promise<void> {
    const workspace = this.#registry.find(workspaceId)?.workspace;
    if (workspace !== undefined) await rm(beside(workspace, job), { recursive: true, force: true });
    throw new Failure("failed", "Cellar ended while this was being copied", {
      hint: "What was half done has been removed; copy it again.",
    });
  }
}

/** On the same file system, so that moving it in is one step; of the job's own, so that it is found again after a crash. */
function beside({ path }: Workspace, { id }: Pick<RunningJob, "id">): string {
  return join(dirname(path), `.cellar-${id}`);
}

async function checkFree(to: string, { name }: Workspace): Promise<void> {
  if (await exists(to)) throw new Failure("conflict", `There is something called ${basename(to)} in ${name} already`);
}

async function copyOne(from: string, to: string): Promise<void> {
  const { mode, atime, mtime } = await lstat(from);
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(to, mode & 0o777);
    await utimes(to, atime, mtime);
  } catch (error) {
    throw new Failure("failed", `Copying failed: ${(error as Error).message}`, { cause: error });
  }
}
