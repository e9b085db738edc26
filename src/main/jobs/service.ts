/**
 * Long operations of Cellar itself. A job's row is written before its first side effect; a job that Cellar's end interrupted is resumed at the next
 * start by whoever knows how, or marked failed with what to do. Cancelling aborts a signal; undoing is the job's own work.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "#shared/contract/jobs.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import { LogFile, removeLog, tail } from "./log-file.ts";
import type { JobRepository } from "./repository.ts";
import { RunningJob } from "./running-job.ts";

export type JobWork = (job: RunningJob) => Promise<void>;

export type NewJob = {
  /** What is done, e.g. `workspace.create`. */
  kind: string;
  /** What it is done to, as the person knows it. */
  title: string;
  targetId: string | null;
  /** Names of the steps, in order, so that they can be shown before they begin. */
  steps: string[];
  cancellable: boolean;
  work: JobWork;
};

/** Says how an interrupted job goes on, or null when it cannot; called once per such job at start. */
export type Resume = (job: Job) => JobWork | null;

/** Ended jobs that are kept, and for how long. */
const keptJobs = 200;
const keptMs = 30 * 24 * 3600 * 1000;
/** Progress is shown this often at most. */
const progressEveryMs = 100;

export class JobService {
  readonly #repository: JobRepository;
  readonly #logs: string;
  readonly #list = new LiveList<Job>();
  readonly #resume = new Map<string, Resume>();
  readonly #running = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  #closing = false;

  /** `logs` is Cellar's log folder. Call {@link recover} once every domain has said how it resumes. */
  constructor(repository: JobRepository, logs: string) {
    this.#repository = repository;
    this.#logs = join(logs, "jobs");
    mkdirSync(this.#logs, { recursive: true, mode: 0o700 });
    this.#list.reset(byAge(repository.all()));
  }

  /** Before {@link recover}: how interrupted jobs of a kind go on. */
  resumable(kind: string, resume: Resume): void {
    this.#resume.set(kind, resume);
  }

  recover(): void {
    for (const job of this.#list.values().filter(isOpen)) {
      const work = this.#resume.get(job.kind)?.(job) ?? null;
      if (work !== null) {
        const steps = job.steps.map((step) => ({ ...step, state: "waiting" as const, startedAt: null, endedAt: null }));
        this.#run(
          { ...job, state: "queued", steps, progress: null, line: "Resumed after Cellar was started again" },
          work,
        );
      } else {
        this.#save({
          ...job,
          state: "failed",
          steps: job.steps.map((step) => (step.state === "running" ? { ...step, state: "failed" as const } : step)),
          progress: null,
          problem: {
            code: "failed",
            message: "Cellar ended while this was under way.",
            hint: "Start it again; what was half done has been undone.",
            logPath: job.logPath,
          },
          cancellable: false,
          endedAt: new Date().toISOString(),
        });
      }
    }
    this.#prune();
  }

  /** The row is written before this returns; the work begins after the caller's own turn has ended. */
  start(wanted: NewJob): Job {
    if (this.#closing) throw new Failure("unavailable", "Cellar is shutting down");
    const id = `job-${randomBytes(6).toString("hex")}`;
    const job: Job = {
      id,
      kind: wanted.kind,
      title: wanted.title,
      targetId: wanted.targetId,
      state: "queued",
      steps: wanted.steps.map((name) => ({ name, state: "waiting", startedAt: null, endedAt: null })),
      progress: null,
      line: "",
      problem: null,
      logPath: join(this.#logs, `${id}.log`),
      cancellable: wanted.cancellable,
      createdAt: new Date().toISOString(),
      endedAt: null,
    };
    return this.#run(job, wanted.work);
  }

  get(id: string): Job {
    const job = this.#list.get(id);
    if (job === undefined) throw new Failure("not_found", `There is no job ${id}`);
    return job;
  }

  /** Whether it has not ended; false for a job that is not known. */
  isOpen(id: string): boolean {
    const job = this.#list.get(id);
    return job !== undefined && isOpen(job);
  }

  jobs(): Job[] {
    return this.#list.values();
  }

  watch(signal: AbortSignal | undefined) {
    return this.#list.watch(signal);
  }

  /** Resolves when the job has ended, however. */
  async ended(id: string): Promise<Job> {
    await this.#running.get(id)?.ended;
    return this.get(id);
  }

  /** Asks a job to stop; it undoes what it did and then says `cancelled`. A job that has ended stays as it is. */
  cancel(id: string): Job {
    const job = this.get(id);
    if (!isOpen(job)) return job;
    if (!job.cancellable) {
      throw new Failure("conflict", `${job.title}: this cannot be cancelled once it has begun`);
    }
    this.#running.get(id)?.abort.abort(new Failure("cancelled", `${job.title} was cancelled`));
    return this.get(id);
  }

  async log(id: string, lines: number): Promise<string> {
    return tail(this.get(id).logPath, lines);
  }

  async dismiss(id: string): Promise<void> {
    const job = this.get(id);
    if (isOpen(job)) throw new Failure("conflict", `${job.title} is still running`, { hint: "Cancel it first." });
    await this.#forget(job);
  }

  /** Stops what runs. Its rows stay as they are: the next start resumes them or says that they were interrupted. */
  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort(new Failure("unavailable", "Cellar is shutting down"));
    await Promise.allSettled(running.map(({ ended }) => ended));
  }

  #run(job: Job, work: JobWork): Job {
    this.#save(job);
    const abort = new AbortController();
    const ended = new Promise<void>((resolve) => {
      setImmediate(() => void this.#execute(job.id, work, abort.signal).finally(resolve));
    });
    this.#running.set(job.id, { abort, ended });
    return job;
  }

  async #execute(id: string, work: JobWork, signal: AbortSignal): Promise<void> {
    const log = new LogFile(this.get(id).logPath);
    const publisher = new Publisher((change) => this.#change(id, change));
    this.#change(id, { state: "running" });
    try {
      const running = new RunningJob(this.get(id), signal, log, publisher.changed);
      await work(running);
      publisher.flush();
      this.#end(id, { state: "done" });
    } catch (error) {
      publisher.flush();
      const problem = { ...problemOf(error), logPath: this.get(id).logPath };
      log.write(`${problem.code}: ${problem.message}`);
      if (!this.#closing) this.#end(id, { state: signal.aborted ? "cancelled" : "failed", problem });
    } finally {
      this.#running.delete(id);
      await log.close();
    }
  }

  #end(id: string, change: Pick<Job, "state"> & Partial<Job>): void {
    this.#change(id, { ...change, progress: null, cancellable: false, endedAt: new Date().toISOString() });
    this.#save(this.get(id));
    this.#prune();
  }

  /** Steps and states go to the database; progress and lines only to those who watch. */
  #change(id: string, change: Partial<Job>): void {
    const job = { ...this.get(id), ...change };
    if (change.steps !== undefined || change.state !== undefined) this.#save(job);
    else this.#list.set(job);
  }

  #save(job: Job): void {
    this.#repository.put(job);
    this.#list.set(job);
  }

  async #forget(job: Job): Promise<void> {
    this.#repository.remove(job.id);
    this.#list.remove(job.id);
    await removeLog(job.logPath).catch(() => {});
  }

  #prune(): void {
    const oldest = Date.now() - keptMs;
    const ended = byAge(this.#list.values().filter((job) => !isOpen(job))).reverse();
    for (const [index, job] of ended.entries()) {
      if (index >= keptJobs || Date.parse(job.endedAt ?? job.createdAt) < oldest) void this.#forget(job);
    }
  }
}

/** Collects the changes that may wait, so that a copy of 100 000 files does not publish 100 000 records. */
class Publisher {
  readonly #publish: (change: Partial<Job>) => void;
  #pending: Partial<Job> = {};
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: (change: Partial<Job>) => void) {
    this.#publish = publish;
  }

  readonly changed = (change: Partial<Job>, urgency: "now" | "soon"): void => {
    this.#pending = { ...this.#pending, ...change };
    if (urgency === "now") this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), progressEveryMs);
  };

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const change = this.#pending;
    this.#pending = {};
    if (Object.keys(change).length > 0) this.#publish(change);
  }
}

function isOpen(job: Job): boolean {
  return job.state === "queued" || job.state === "running";
}

function byAge(jobs: Job[]): Job[] {
  return jobs.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}
