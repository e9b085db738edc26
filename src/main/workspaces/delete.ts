/**
 * Deletes workspaces: first a plan that says what ends and is lost, then, once a person has approved that plan, a job that cannot be half done: the
 * tombstone is written before anything is touched and goes last, and what a crash interrupted is gone on with at the next start.
 */
import { randomBytes } from "node:crypto";
import type { Git } from "#node/git/index.ts";
import type { DeletePlan } from "#shared/contract/workspaces.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import type { JobService, RunningJob } from "../jobs/index.ts";
import { dismantle, dismantleSteps } from "./dismantle.ts";
import { exists } from "./folders.ts";
import { type Loss, lossOf } from "./loss.ts";
import type { WorkspaceRecord } from "./record.ts";
import type { WorkspaceRegistry } from "./registry.ts";
import type { WorkspaceTerminals } from "./terminals.ts";

/** How long a plan can be approved. */
const planMs = 10 * 60 * 1000;
const deleteKind = "workspace.delete";
const steps = ["End terminals", ...dismantleSteps, "Forget"];

export type RemoverParts = {
  registry: WorkspaceRegistry;
  jobs: JobService;
  git: Git;
  terminals: WorkspaceTerminals;
};

type Kept = { plan: DeletePlan; expires: number };
type Keep = { keepBranch: boolean; keepDirectory: boolean };

export class WorkspaceRemover {
  readonly #parts: RemoverParts;
  readonly #plans = new Map<string, Kept>();

  constructor(parts: RemoverParts) {
    this.#parts = parts;
    parts.jobs.resumable(deleteKind, (job) => (running) => this.#remove(job.targetId ?? "", running));
  }

  async plan(id: string, signal?: AbortSignal): Promise<DeletePlan> {
    const record = this.#parts.registry.get(id);
    refuseBusy(record);
    const [terminals, loss] = await Promise.all([
      this.#parts.terminals.running(id),
      lossOf(this.#parts.git, record, signal),
    ]);
    const plan: DeletePlan = {
      planId: `plan-${randomBytes(16).toString("hex")}`,
      workspace: record.workspace,
      terminals,
      ...loss,
      branch: record.made.branch,
      directory: record.made.directory === null ? "kept" : "removed",
    };
    this.#forgetExpired();
    this.#plans.set(plan.planId, { plan, expires: Date.now() + planMs });
    return plan;
  }

  /** A plan is used once. `conflict` when more would be lost by now than the plan said. */
  async delete(planId: string, keep: Keep): Promise<string> {
    this.#forgetExpired();
    const plan = this.#plans.get(planId)?.plan;
    this.#plans.delete(planId);
    if (plan === undefined) {
      throw new Failure("not_found", "This plan has expired or was used already", {
        hint: "Look at what would be deleted again.",
      });
    }
    const { registry, git, terminals } = this.#parts;
    const { id } = plan.workspace;
    refuseBusy(registry.get(id));
    const [running, loss] = await Promise.all([terminals.running(id), lossOf(git, registry.get(id))]);
    refuseSurprise(plan, running, loss);
    refuseBusy(registry.get(id));
    return this.#start(registry.get(id), keep);
  }

  /** At start: deletions that failed, or whose job was lost, are tried again. */
  resumeAll(): void {
    const { registry, jobs } = this.#parts;
    for (const record of registry.records()) {
      if (record.deleting === null) continue;
      const busy = record.workspace.jobId !== null && jobs.isOpen(record.workspace.jobId);
      if (!busy) this.#start(record, record.deleting);
    }
  }

  #start(record: WorkspaceRecord, keep: Keep): string {
    const { registry, jobs } = this.#parts;
    const { id, name } = record.workspace;
    const job = jobs.start({
      kind: deleteKind,
      title: name,
      targetId: id,
      steps,
      cancellable: false,
      work: (running) => this.#remove(id, running),
    });
    registry.put({
      ...record,
      workspace: { ...record.workspace, state: "deleting", jobId: job.id, problem: null },
      deleting: { keepBranch: keep.keepBranch, keepDirectory: keep.keepDirectory },
    });
    return job.id;
  }

  async #remove(id: string, job: RunningJob): Promise<void> {
    const { registry, terminals } = this.#parts;
    const record = registry.find(id);
    // Gone already: the last thing before the crash was the row itself. Without a tombstone nothing was approved.
    if (record === undefined || record.deleting === null) return;
    try {
      await job.step("End terminals", () => terminals.removeAll(id));
      await dismantle(this.#parts.git, record, record.deleting, job);
      await job.step("Forget", () => this.#forget(record, record.deleting?.keepDirectory ?? false));
    } catch (error) {
      if (!job.signal.aborted) registry.change(id, { state: "failed", problem: problemOf(error) });
      throw error;
    }
  }

  async #forget({ workspace, made }: WorkspaceRecord, keepDirectory: boolean): Promise<void> {
    if (made.directory !== null && !keepDirectory && (await exists(made.directory))) {
      throw new Failure("failed", `${made.directory} is there again`, {
        hint: "Something still writes to it; end it and delete again.",
      });
    }
    this.#parts.registry.remove(workspace.id);
  }

  #forgetExpired(): void {
    const now = Date.now();
    for (const [id, { expires }] of this.#plans) if (expires < now) this.#plans.delete(id);
  }
}

function refuseBusy({ workspace }: WorkspaceRecord): void {
  if (workspace.state === "creating") {
    throw new Failure("conflict", `'${workspace.name}' is still being made`, { hint: "Cancel its job instead." });
  }
  if (workspace.state === "deleting") throw new Failure("conflict", `'${workspace.name}' is being deleted already`);
}

function refuseSurprise(plan: DeletePlan, running: { id: string }[], loss: Loss): void {
  const approved = new Set(plan.terminals.map(({ id }) => id));
  const more =
    running.some(({ id }) => !approved.has(id)) || loss.uncommitted > plan.uncommitted || loss.unpushed > plan.unpushed;
  if (!more) return;
  throw new Failure("conflict", `'${plan.workspace.name}' has changed since: more would be lost than you were shown`, {
    hint: "Look at what would be deleted again.",
  });
}
