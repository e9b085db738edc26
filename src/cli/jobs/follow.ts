/** Stays with a job until it has ended, and tells how it goes. */
import type { LiveListEvent } from "#shared/contract/base.ts";
import type { Job, JobStep } from "#shared/contract/jobs.ts";
import { Failure } from "#shared/failure.ts";
import { bytes, counted } from "#shared/time.ts";
import type { Main } from "../contract.ts";
import { info, progress, UserAbort } from "../output/index.ts";

/** Between two lines of the same step, in ms. */
const tellEveryMs = 1_000;

/**
 * Resolves when it is done. Throws what it failed with; {@link UserAbort} when it was cancelled. Ctrl-C cancels it, where that is possible;
 * a second one leaves it alone.
 */
export async function followJob(main: Main, id: string, label: string): Promise<void> {
  const told = new Told(label);
  const enough = new AbortController();
  let latest: Job | null = null;
  let interrupts = 0;
  const interrupt = () => {
    interrupts += 1;
    if (interrupts === 1 && latest?.cancellable !== false) {
      info("Cancelling… Ctrl-C again leaves it to itself.");
      // Its outcome is the job's.
      main.call("jobs.cancel", { id }).catch(() => {});
    } else {
      info("It goes on without us; cellar ls shows how.");
      enough.abort();
    }
  };
  process.on("SIGINT", interrupt);
  try {
    for await (const event of main.events("jobs.watch", {}, enough.signal)) {
      const job = jobIn(event as LiveListEvent<Job>, id);
      if (job === undefined) continue;
      latest = job;
      told.tell(job);
      if (job.endedAt !== null) return ended(job, told);
    }
  } finally {
    process.off("SIGINT", interrupt);
    enough.abort();
  }
  throw interrupts > 0
    ? new UserAbort()
    : new Failure("unavailable", "Cellar has ended; the job goes on at its next start");
}

function jobIn(event: LiveListEvent<Job>, id: string): Job | undefined {
  if (event.type === "all") {
    const job = event.items.find((each) => each.id === id);
    if (job === undefined) throw new Failure("not_found", `there is no job ${id}`);
    return job;
  }
  return event.type === "changed" && event.item.id === id ? event.item : undefined;
}

function ended(job: Job, told: Told): void {
  if (job.state === "done") {
    told.done();
    return;
  }
  if (job.state === "cancelled") throw new UserAbort("cancelled");
  throw job.problem === null
    ? new Failure("failed", `${job.title}: it failed`, { logPath: job.logPath })
    : Failure.from({ logPath: job.logPath, ...job.problem });
}

/** Lines about a job: one for each step that begins, and now and then how far it is. */
class Told {
  readonly #progress;
  readonly #begun = new Set<string>();
  #lastAt = 0;
  #last = "";

  constructor(label: string) {
    this.#progress = progress(label);
  }

  tell(job: Job): void {
    const running = job.steps.filter((step) => step.state !== "waiting" && step.state !== "skipped");
    for (const step of running) {
      if (this.#begun.has(step.name)) continue;
      this.#begun.add(step.name);
      this.#say(step.name);
    }
    const step = running.at(-1);
    if (step === undefined || performance.now() - this.#lastAt < tellEveryMs) return;
    const far = howFar(job, step);
    if (far !== null && far !== this.#last) this.#say(far);
  }

  done(): void {
    this.#progress.done();
  }

  #say(message: string): void {
    this.#progress.update(undefined, message);
    this.#lastAt = performance.now();
    this.#last = message;
  }
}

function howFar({ progress: at }: Job, step: JobStep): string | null {
  if (at === null || step.state !== "running") return null;
  const amount = (value: number) => (at.unit === "bytes" ? bytes(value) : String(Math.floor(value)));
  if (at.unit === "percent") return `${step.name}: ${Math.floor(at.current)}%`;
  if (at.total === null || at.total === 0) {
    return `${step.name}: ${at.unit === "bytes" ? bytes(at.current) : counted(at.current, at.unit.slice(0, -1))}`;
  }
  return `${step.name}: ${Math.floor((at.current / at.total) * 100)}% (${amount(at.current)}/${amount(at.total)})`;
}
