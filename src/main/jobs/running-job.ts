/** What the code of a job has in hand while it runs: steps, progress, a log, and the signal that asks it to stop. */
import type { Job, JobStep } from "#shared/contract/jobs.ts";
import { Failure } from "#shared/failure.ts";
import type { LogFile } from "./log-file.ts";

export type ProgressUnit = "bytes" | "files" | "percent" | "steps";

/** Called with the job's new record; `soon` when nobody minds a tenth of a second. */
export type JobChanged = (change: Partial<Job>, urgency: "now" | "soon") => void;

export class RunningJob {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly #log: LogFile;
  readonly #changed: JobChanged;
  #steps: JobStep[];

  constructor(job: Job, signal: AbortSignal, log: LogFile, changed: JobChanged) {
    this.id = job.id;
    this.signal = signal;
    this.#log = log;
    this.#changed = changed;
    this.#steps = job.steps;
  }

  /** A person asked it to stop; false when Cellar itself is being closed. */
  get cancelled(): boolean {
    const reason: unknown = this.signal.reason;
    return this.signal.aborted && reason instanceof Failure && reason.code === "cancelled";
  }

  /** Runs one of the steps that were announced (another is added). The step's end is recorded whatever happens in it. */
  async step<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
    this.signal.throwIfAborted();
    this.#setStep(name, { state: "running", startedAt: new Date().toISOString() });
    this.#log.write(`== ${name}`);
    try {
      const result = await work();
      this.#setStep(name, { state: "done", endedAt: new Date().toISOString() });
      return result;
    } catch (error) {
      const state = this.signal.aborted ? "cancelled" : "failed";
      this.#setStep(name, { state, endedAt: new Date().toISOString() });
      throw error;
    }
  }

  skip(name: string, why: string): void {
    this.#setStep(name, { state: "skipped" });
    this.log(`${name}: ${why}`);
  }

  /** Of the running step; `total` null when it is not known. */
  progress(current: number, total: number | null, unit: ProgressUnit): void {
    this.#changed({ progress: { current, total, unit } }, "soon");
  }

  log(line: string): void {
    this.#log.write(line);
    this.#changed({ line: line.slice(0, 500) }, "soon");
  }

  #setStep(name: string, change: Partial<JobStep>): void {
    const known = this.#steps.some((step) => step.name === name);
    const steps = known
      ? this.#steps
      : [...this.#steps, { name, state: "waiting" as const, startedAt: null, endedAt: null }];
    this.#steps = steps.map((step) => (step.name === name ? { ...step, ...change } : step));
    this.#changed({ steps: this.#steps, progress: null }, "now");
  }
}
