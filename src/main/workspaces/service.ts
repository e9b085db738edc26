/** Workspaces on this computer: everything the contract offers, on top of the parts that do it. */

import type { Git } from "#node/git/index.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { DeletePlan, Inspection, Workspace, WorkspaceDetails } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import type { JobService } from "../jobs/index.ts";
import { type Completion, completeFolder } from "./complete.ts";
import { CopyIn } from "./copy-in.ts";
import { type CreateRequest, WorkspaceMaker } from "./create.ts";
import { WorkspaceRemover } from "./delete.ts";
import { type Patch, workspaceDetails, workspaceDiff } from "./details.ts";
import { inspect } from "./inspect.ts";
import { Presence } from "./presence.ts";
import type { WorkspaceRepository } from "./record.ts";
import { WorkspaceRegistry } from "./registry.ts";
import type { WorkspaceTerminals } from "./terminals.ts";
import { Uploads } from "./uploads.ts";

export type WorkspaceParts = {
  repository: WorkspaceRepository;
  jobs: JobService;
  git: Git;
  terminals: WorkspaceTerminals;
  /** Real paths: Cellar's home, the folder in it where workspaces are made, and the person's home directory. */
  /** `workspaces` is read for each new one: a person may choose another meanwhile. */
  folders: { cellarHome: string; readonly workspaces: string; userHome: string };
  /** See {@link Uploads}. */
  uploadIdleMs?: number;
};

export class WorkspaceService {
  /** Files of uploads come in here, beside the contract. */
  readonly uploads: Uploads;
  readonly #parts: WorkspaceParts;
  readonly #registry: WorkspaceRegistry;
  readonly #maker: WorkspaceMaker;
  readonly #remover: WorkspaceRemover;
  readonly #copyIn: CopyIn;
  readonly #presence: Presence;

  constructor(parts: WorkspaceParts) {
    const { jobs, git, folders } = parts;
    this.#parts = parts;
    this.#registry = new WorkspaceRegistry(parts.repository);
    const shared = { registry: this.#registry, jobs, git };
    this.#maker = new WorkspaceMaker({
      ...shared,
      get workspacesFolder() {
        return folders.workspaces;
      },
      surroundings: () => this.#surroundings(),
    });
    this.#remover = new WorkspaceRemover({ ...shared, terminals: parts.terminals });
    this.uploads = new Uploads({
      ...shared,
      maker: this.#maker,
      ...(parts.uploadIdleMs === undefined ? {} : { idleMs: parts.uploadIdleMs }),
    });
    this.#copyIn = new CopyIn(this.#registry, jobs);
    this.#presence = new Presence(this.#registry);
  }

  /** After `jobs.recover()`: undoes and goes on with what a crash interrupted, and begins to watch the directories. */
  async start(): Promise<void> {
    this.#maker.undoAbandoned();
    this.#remover.resumeAll();
    await this.#presence.checkAll();
    this.#presence.start();
  }

  close(): void {
    this.#presence.stop();
  }

  list(): Workspace[] {
    return this.#registry.workspaces();
  }

  watch(signal: AbortSignal | undefined) {
    return this.#registry.watch(signal);
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<Workspace> {
    await this.#presence.check(this.#registry.get(id));
    return this.#registry.get(id).workspace;
  }

  /** The workspace when something can be started in it now; throws `not_found` or `conflict`. */
  async ready(id: string): Promise<Workspace> {
    const workspace = await this.get(id);
    if (workspace.state === "ready") return workspace;
    if (workspace.state === "missing") {
      throw new Failure("conflict", `The folder of '${workspace.name}' is gone: ${workspace.path}`, {
        hint: "Put it back, or delete the workspace.",
      });
    }
    const why = {
      creating: "is still being made",
      failed: "could not be made or deleted",
      deleting: "is being deleted",
    }[workspace.state];
    throw new Failure("conflict", `'${workspace.name}' ${why}`);
  }

  async inspect(source: string, signal?: AbortSignal): Promise<Inspection> {
    return (await inspect(this.#parts.git, source, this.#surroundings(), { size: true, signal })).inspection;
  }

  complete(prefix: string): Promise<Completion[]> {
    return completeFolder(prefix, this.#parts.folders.userHome);
  }

  create(request: CreateRequest, signal?: AbortSignal): Promise<Workspace> {
    return this.#maker.create(request, signal);
  }

  /** The job that copies a file or folder of this computer into it. */
  async copyIn(id: string, from: string): Promise<Job> {
    return this.#copyIn.start(await this.ready(id), from);
  }

  rename(id: string, name: string): Workspace {
    this.#registry.get(id);
    this.#registry.checkName(name, id);
    this.#registry.change(id, { name });
    return this.#registry.get(id).workspace;
  }

  async details(id: string, signal?: AbortSignal): Promise<WorkspaceDetails> {
    return workspaceDetails(this.#parts.git, await this.#present(id), signal);
  }

  async diff(id: string, path: string | undefined, signal?: AbortSignal): Promise<Patch> {
    return workspaceDiff(this.#parts.git, await this.#present(id), path, signal);
  }

  planDelete(id: string, signal?: AbortSignal): Promise<DeletePlan> {
    return this.#remover.plan(id, signal);
  }

  /** Id of the job that deletes. */
  delete(planId: string, keep: { keepBranch: boolean; keepDirectory: boolean }): Promise<string> {
    return this.#remover.delete(planId, keep);
  }

  async #present(id: string): Promise<Workspace> {
    const workspace = await this.get(id);
    if (workspace.state !== "missing") return workspace;
    throw new Failure("not_found", `The folder of '${workspace.name}' is gone: ${workspace.path}`, {
      hint: "Put it back, or delete the workspace.",
    });
  }

  #surroundings() {
    const { cellarHome, userHome } = this.#parts.folders;
    return { cellarHome, userHome, workspaces: this.#registry.workspaces() };
  }
}
