/** A home with real parts for tests of workspaces: real git with an empty configuration, a real database, and terminals that are only counted. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { JobService, jobRepository, jobsSchema } from "#main/jobs/index.ts";
import type { CreateRequest } from "#main/workspaces/create.ts";
import {
  WorkspaceService,
  type WorkspaceTerminals,
  workspaceRepository,
  workspacesSchema,
} from "#main/workspaces/index.ts";
import { Git } from "#node/git/index.ts";
import { openStore } from "#node/store/index.ts";
import { Subprocesses } from "#node/subprocess.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";

/** Terminals as the workspaces see them: a list by workspace, emptied when they are removed. */
export class ListedTerminals implements WorkspaceTerminals {
  readonly open = new Map<string, { id: string; title: string }[]>();

  async running(workspaceId: string) {
    return this.open.get(workspaceId) ?? [];
  }

  async removeAll(workspaceId: string) {
    this.open.delete(workspaceId);
  }
}

export type ServiceOptions = {
  terminals?: WorkspaceTerminals;
  uploadIdleMs?: number;
  path?: string;
  /** Called before every change of the database. */
  onWrite?: () => void;
};

/** The services over a home, as Cellar starts them. */
export async function startWorkspaces(root: string, options: ServiceOptions = {}) {
  const cellarHome = join(root, "cellar");
  const userHome = join(root, "home");
  const folders = { cellarHome, workspaces: join(cellarHome, "workspaces"), userHome };
  for (const folder of [userHome, folders.workspaces]) mkdirSync(folder, { recursive: true });
  const store = openStore({ path: join(cellarHome, "cellar.db"), migrations: [jobsSchema, workspacesSchema] });
  const subprocesses = new Subprocesses();
  const git = new Git(subprocesses, () => ({ ...gitEnv(root), PATH: options.path ?? process.env["PATH"] ?? "" }));
  const jobs = new JobService(told(jobRepository(store.database), options), join(cellarHome, "logs"));
  const service = new WorkspaceService({
    repository: told(workspaceRepository(store.database), options),
    jobs,
    git,
    terminals: options.terminals ?? new ListedTerminals(),
    folders,
    ...(options.uploadIdleMs === undefined ? {} : { uploadIdleMs: options.uploadIdleMs }),
  });
  jobs.recover();
  await service.start();
  /** Waits for the workspace's job and gives both as they are then. */
  const settled = async (workspace: Workspace): Promise<{ job: Job; workspace: Workspace | undefined }> => {
    const job = await jobs.ended(workspace.jobId ?? "");
    return { job, workspace: service.list().find(({ id }) => id === workspace.id) };
  };
  return {
    folders,
    store,
    jobs,
    git,
    service,
    subprocesses,
    async close() {
      service.close();
      await jobs.close();
      await subprocesses.close();
      store.close();
    },
    settled,
    /** Makes a workspace and waits until it is there. */
    async make(request: CreateRequest): Promise<Workspace> {
      const begun = await service.create(request);
      if (begun.jobId === null) return begun;
      const { job, workspace } = await settled(begun);
      if (workspace?.state !== "ready") throw new Error(`${request.name} was not made: ${job.problem?.message}`);
      return workspace;
    },
  };
}

function told<Item>(
  repository: { all(): Item[]; put(item: Item): void; remove(id: string): void },
  { onWrite = () => {} }: ServiceOptions,
) {
  return {
    all: () => repository.all(),
    put: (item: Item) => {
      onWrite();
      repository.put(item);
    },
    remove: (id: string) => {
      onWrite();
      repository.remove(id);
    },
  };
}

export type WorkspacesUnderTest = Awaited<ReturnType<typeof startWorkspaces>>;

function gitEnv(root: string): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: join(root, "home"), GIT_CONFIG_NOSYSTEM: "1" };
}

/** A temporary folder with a home directory in it, and git as a person would type it there. Made when it is first used, and after `remove` another. */
export class TestFolder {
  #root: string | null = null;

  get root(): string {
    this.#root ??= madeHome();
    return this.#root;
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  write(path: string, content: string | Buffer): string {
    const full = this.path(path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  }

  git(directory: string, ...args: string[]): string {
    return execFileSync("git", ["-C", this.path(directory), ...args], {
      env: {
        ...gitEnv(this.root),
        GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z",
        GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z",
      },
      encoding: "utf8",
      timeout: 30_000,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  }

  /** A repository with one commit of these files. */
  repository(path: string, files: Record<string, string> = { "README.md": "hello\n" }): string {
    mkdirSync(this.path(path), { recursive: true });
    this.git(path, "init", "-q");
    for (const [name, content] of Object.entries(files)) this.write(join(path, name), content);
    this.commit(path, "First");
    return this.path(path);
  }

  commit(path: string, message: string): string {
    this.git(path, "add", "-A");
    this.git(path, "commit", "-qm", message, "--allow-empty");
    return this.git(path, "rev-parse", "HEAD");
  }

  branches(repository: string): string[] {
    return this.git(repository, "branch", "--format=%(refname:short)").split("\n");
  }

  /** How many there are, the repository's own folder included. */
  worktrees(repository: string): number {
    return this.git(repository, "worktree", "list", "--porcelain").match(/^worktree /gm)?.length ?? 0;
  }

  remove(): void {
    if (this.#root !== null) rmSync(this.#root, { recursive: true, force: true });
    this.#root = null;
  }
}

function madeHome(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cellar-workspaces-")));
  mkdirSync(join(root, "home"));
  const settings =
    "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n[core]\n\tfsync = none\n";
  writeFileSync(join(root, "home/.gitconfig"), settings);
  return root;
}
