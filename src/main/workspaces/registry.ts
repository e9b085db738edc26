/** All workspaces: their records, unique names, and the list that is watched. Every change goes to the database first. */
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import { nameProblem } from "#shared/workspaces/name.ts";
import type { WorkspaceRecord, WorkspaceRepository } from "./record.ts";

export class WorkspaceRegistry {
  readonly #repository: WorkspaceRepository;
  readonly #records = new Map<string, WorkspaceRecord>();
  readonly #list = new LiveList<Workspace>();

  constructor(repository: WorkspaceRepository) {
    this.#repository = repository;
    for (const record of repository.all()) this.#records.set(record.workspace.id, record);
    this.#list.reset(this.workspaces());
  }

  /** In the order they were made. */
  records(): WorkspaceRecord[] {
    return [...this.#records.values()].sort((a, b) => a.workspace.createdAt.localeCompare(b.workspace.createdAt));
  }

  workspaces(): Workspace[] {
    return this.records().map(({ workspace }) => workspace);
  }

  find(id: string): WorkspaceRecord | undefined {
    return this.#records.get(id);
  }

  /** Throws `not_found`. */
  get(id: string): WorkspaceRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new Failure("not_found", `There is no workspace ${id}`);
    return record;
  }

  watch(signal: AbortSignal | undefined) {
    return this.#list.watch(signal);
  }

  put(record: WorkspaceRecord): WorkspaceRecord {
    this.#repository.put(record);
    this.#records.set(record.workspace.id, record);
    this.#list.set(record.workspace);
    return record;
  }

  /** Changes the workspace that is shown; nothing happens when it is gone. */
  change(id: string, change: Partial<Workspace>): void {
    const record = this.#records.get(id);
    if (record !== undefined) this.put({ ...record, workspace: { ...record.workspace, ...change } });
  }

  remove(id: string): void {
    this.#repository.remove(id);
    this.#records.delete(id);
    this.#list.remove(id);
  }

  /** Throws `invalid_input` for a bad name, `conflict` for one that another workspace has. */
  checkName(name: string, own?: string): void {
    const problem = nameProblem(name);
    if (problem !== null) throw new Failure("invalid_input", problem);
    const other = this.workspaces().find((workspace) => workspace.name === name && workspace.id !== own);
    if (other === undefined) return;
    throw new Failure("conflict", `There is already a workspace '${name}'`, { hint: "Choose another name." });
  }
}
