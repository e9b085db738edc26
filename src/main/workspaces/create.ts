/** Makes workspaces. What is going to be made is written down before it is made, so that a failure, a cancel or a crash can undo all of it. */
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "#node/git/index.ts";
import { endOwnedBy } from "#node/subprocess.ts";
import type { Workspace, WorkspaceMode } from "#shared/contract/workspaces.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import type { JobService, RunningJob } from "../jobs/index.ts";
import { cloneRepository } from "./clone.ts";
import { copyFolder, copySteps } from "./copy.ts";
import { dismantle } from "./dismantle.ts";
import { directoryIdentity, exists } from "./folders.ts";
import { inspect, type Look, type Surroundings } from "./inspect.ts";
import { newWorkspaceRecord, nothingMade, type WorkspaceRecord } from "./record.ts";
import type { WorkspaceRegistry } from "./registry.ts";
import { addWorktree, checkNewBranch, commitOf, fillWorktree, freeBranch, openGitDir } from "./worktree.ts";

export type CreateRequest = {
  source: string;
  mode: WorkspaceMode;
  name: string;
  branch?: string | undefined;
  startPoint?: string | undefined;
};

/** How a kind of workspace is made: its steps, and the work that fills the record's directory. */
type Making = { steps: string[]; record: WorkspaceRecord; work: (job: RunningJob) => Promise<Partial<Workspace>> };

export type MakerParts = {
  registry: WorkspaceRegistry;
  jobs: JobService;
  git: Git;
  workspacesFolder: string;
  surroundings: () => Surroundings;
};

const createKind = "workspace.create";

export class WorkspaceMaker {
  readonly #parts: MakerParts;

  constructor(parts: MakerParts) {
    this.#parts = parts;
    parts.jobs.resumable(createKind, (job) => (running) => this.#undoInterrupted(job.targetId ?? "", running));
  }

  /** Throws a Failure when it is clear at once that it cannot be made; what shows later is the job's failure. */
  async create(request: CreateRequest, signal?: AbortSignal): Promise<Workspace> {
    const { registry, git, surroundings } = this.#parts;
    this.#makeRoom(request.name);
    const look = await inspect(git, request.source, surroundings(), { size: false, signal });
    const impossible = look.inspection.unavailable.find(({ mode }) => mode === request.mode);
    if (impossible !== undefined) throw new Failure("conflict", impossible.reason);
    if (request.mode === "in-place") return registry.put(inPlace(request, look)).workspace;
    const making = await this.#making(request, look);
    // Asked again: looking takes time, and another call may have taken the name.
    registry.checkName(request.name);
    return this.start(making);
  }

  /** Begins the job that makes a workspace. Also used for what was uploaded. */
  start({ steps, record, work }: Making): Workspace {
    const { registry, jobs } = this.#parts;
    const { id, name } = record.workspace;
    const job = jobs.start({
      kind: createKind,
      title: name,
      targetId: id,
      steps,
      cancellable: true,
      work: (running) => this.#make(id, work, running),
    });
    return registry.put({ ...record, workspace: { ...record.workspace, jobId: job.id } }).workspace;
  }

  /** A directory for a workspace that does not exist yet. */
  async freeDirectory(name: string): Promise<string> {
    const { registry } = this.#parts;
    await mkdir(this.#parts.workspacesFolder, { recursive: true, mode: 0o700 });
    const workspacesFolder = await realpath(this.#parts.workspacesFolder);
    const taken = new Set(registry.records().map(({ made }) => made.directory));
    for (let number = 1; ; number++) {
      const directory = join(workspacesFolder, number === 1 ? name : `${name}-${number}`);
      const there = taken.has(directory) || (await exists(directory));
      if (!there) return directory;
    }
  }

  async #making(request: CreateRequest, look: Look): Promise<Making> {
    const record = newRecord(request, look, await this.freeDirectory(request.name));
    if (look.kind === "url") return this.#clone(request, look, record);
    return request.mode === "worktree" ? this.#worktree(request, look, record) : this.#copy(request, look, record);
  }

  async #worktree(request: CreateRequest, look: Look & { kind: "folder" }, record: WorkspaceRecord): Promise<Making> {
    if (look.git.found !== "repository") throw new Failure("conflict", "This is not a git repository.");
    const { git } = this.#parts;
    const { gitDir, facts } = look.git;
    const repository = openGitDir(git, gitDir);
    const branch = request.branch ?? (await freeBranch(repository, `cellar/${request.name}`));
    await checkNewBranch(repository, branch);
    const commit = await commitOf(look.git.repository, request.startPoint ?? "HEAD");
    const directory = record.workspace.path;
    return {
      steps: ["Make worktree", "Check out files"],
      record: {
        ...record,
        workspace: { ...record.workspace, repository: facts.top, branch, baseCommit: commit },
        made: { ...record.made, gitDir, branch },
      },
      work: async (job) => {
        await job.step("Make worktree", () => addWorktree(repository, { directory, branch, commit }, job));
        await job.step("Check out files", () => fillWorktree(git, directory, job));
        if (facts.submodules)
          job.log("Submodules are not filled: run `git submodule update --init` in a terminal here.");
        return {};
      },
    };
  }

  async #copy(request: CreateRequest, look: Look & { kind: "folder" }, record: WorkspaceRecord): Promise<Making> {
    if (request.branch !== undefined || request.startPoint !== undefined) {
      throw new Failure("invalid_input", "A copy leaves .git out, so it has no branches", {
        hint: "Leave the branch out, or make a worktree.",
      });
    }
    return {
      steps: [...copySteps],
      record,
      work: async (job) => {
        await copyFolder(look.path, record.workspace.path, job);
        return {};
      },
    };
  }

  async #clone(request: CreateRequest, look: Look & { kind: "url" }, record: WorkspaceRecord): Promise<Making> {
    if (request.startPoint !== undefined)
      throw new Failure("invalid_input", "A clone starts from a branch; give that instead");
    if (request.branch?.startsWith("-"))
      throw new Failure("invalid_input", `'${request.branch}' cannot be the name of a branch`);
    return {
      steps: ["Clone", "Check out files"],
      record,
      work: (job) =>
        cloneRepository(this.#parts.git, { ...look, directory: record.workspace.path, branch: request.branch }, job),
    };
  }

  async #make(id: string, work: Making["work"], job: RunningJob): Promise<void> {
    const { registry } = this.#parts;
    try {
      await this.#claimDirectory(id);
      const found = await work(job);
      const record = registry.get(id);
      const identity = record.made.directory === null ? null : await directoryIdentity(record.made.directory);
      job.signal.throwIfAborted();
      registry.put({
        ...record,
        workspace: { ...record.workspace, ...found, state: "ready" },
        made: { ...record.made, identity },
      });
    } catch (error) {
      await this.#undo(id, error, job);
      throw error;
    }
  }

  /** Makes the directory, so that whatever is undone later is undone in one that is ours. */
  async #claimDirectory(id: string): Promise<void> {
    const { registry } = this.#parts;
    const record = registry.get(id);
    const { directory } = record.made;
    if (directory === null) return;
    try {
      await mkdir(directory);
    } catch (error) {
      registry.put({ ...record, made: nothingMade });
      throw new Failure("failed", `${directory} could not be made: ${(error as Error).message}`, { cause: error });
    }
    registry.put({ ...record, made: { ...record.made, identity: await directoryIdentity(directory) } });
  }

  /** Nothing stays of what could not be made; the record tells why, unless the person cancelled it. */
  async #undo(id: string, error: unknown, job: RunningJob): Promise<void> {
    const { registry } = this.#parts;
    const record = registry.find(id);
    if (record === undefined) return;
    const quiet = {
      step: <Result>(_name: string, work: () => Result | Promise<Result>) => Promise.resolve(work()),
      skip: () => {},
    };
    try {
      await dismantle(
        this.#parts.git,
        record,
        { keepBranch: false, keepDirectory: false },
        quiet as Pick<RunningJob, "step" | "skip">,
      );
      if (job.cancelled) registry.remove(id);
      else registry.put({ ...record, workspace: failed(record, error, job), made: nothingMade });
    } catch (left) {
      job.log(`Undoing did not succeed: ${problemOf(left).message}`);
      registry.put({ ...record, workspace: failed(record, left, job) });
    }
  }

  /** Cellar ended while a workspace was made: it is undone, and its record says so. */
  async #undoInterrupted(id: string, job: RunningJob): Promise<void> {
    const state = this.#parts.registry.find(id)?.workspace.state;
    if (state === "ready" || state === "missing") return;
    // A clone goes on without us, and would write into what is being removed.
    await Promise.all(
      [job.id, this.#parts.registry.find(id)?.workspace.jobId].map((owner) => owner && endOwnedBy(owner)),
    );
    const interrupted = new Failure("failed", "Cellar ended while this workspace was being made", {
      hint: "What was half done has been removed; make it again.",
    });
    if (state === "creating") await this.#undo(id, interrupted, job);
    throw interrupted;
  }

  /** At start: workspaces in the making whose job is not known (a crash between the two rows). */
  undoAbandoned(): void {
    const { registry, jobs } = this.#parts;
    for (const { workspace } of registry.records()) {
      if (workspace.state !== "creating" || (workspace.jobId !== null && jobs.isOpen(workspace.jobId))) continue;
      const job = jobs.start({
        kind: createKind,
        title: workspace.name,
        targetId: workspace.id,
        steps: [],
        cancellable: false,
        work: (running) => this.#undoInterrupted(workspace.id, running),
      });
      registry.change(workspace.id, { jobId: job.id });
    }
  }

  /** A workspace that could not be made gives way to the next try under its name. */
  #makeRoom(name: string): void {
    const { registry } = this.#parts;
    const old = registry.records().find(({ workspace }) => workspace.name === name);
    if (old?.workspace.state === "failed" && old.made.directory === null && old.workspace.mode !== "in-place")
      registry.remove(old.workspace.id);
    registry.checkName(name);
  }
}

function failed({ workspace }: WorkspaceRecord, error: unknown, job: RunningJob): Workspace {
  return { ...workspace, state: "failed", jobId: job.id, problem: problemOf(error) };
}

function newRecord({ name, mode }: CreateRequest, look: Look, directory: string): WorkspaceRecord {
  const source = { kind: look.kind, location: look.inspection.location };
  return newWorkspaceRecord({ name, mode, source }, directory);
}

function inPlace(request: CreateRequest, look: Look): WorkspaceRecord {
  if (request.branch !== undefined || request.startPoint !== undefined) {
    throw new Failure("invalid_input", "A workspace in place works on what is checked out there", {
      hint: "Leave the branch out, or make a worktree.",
    });
  }
  const facts = look.inspection.git;
  const { workspace } = newRecord(request, look, look.inspection.location);
  return {
    workspace: {
      ...workspace,
      repository: facts?.top ?? null,
      branch: facts?.branch ?? null,
      baseCommit: facts?.head ?? null,
      state: "ready",
    },
    made: nothingMade,
    deleting: null,
  };
}
