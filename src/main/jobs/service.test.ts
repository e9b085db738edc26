import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "#node/store/index.ts";
import { type Job, job as jobSchema } from "#shared/contract/jobs.ts";
import { Failure } from "#shared/failure.ts";
import { JobService, type JobWork, jobRepository, jobsSchema } from "./index.ts";

let folder: string;
let store: Store;
let jobs: JobService;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellar-jobs-"));
  open();
});
afterEach(async () => {
  await jobs.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): void {
  store = openStore({ path: join(folder, "cellar.db"), migrations: [jobsSchema] });
  jobs = new JobService(jobRepository(store.database), folder);
}

/** As after `kill -9`: what runs is not told, what is in the database stays as it is. */
function crashAndReopen(): void {
  store.close();
  open();
}

const inDatabase = (id: string) =>
  jobRepository(store.database)
    .all()
    .find((job) => job.id === id);

function start(work: JobWork, more: { steps?: string[]; kind?: string; cancellable?: boolean } = {}): Job {
  return jobs.start({
    kind: "test",
    title: "thing",
    targetId: "ws-1",
    steps: ["One", "Two"],
    cancellable: true,
    work,
    ...more,
  });
}

test("the row is there before the work begins, and tells the whole story at the end", async () => {
  let before: Job | undefined;
  const { id } = start(async (job) => {
    before = inDatabase(id);
    await job.step("One", () => job.log("in one"));
    await job.step("Two", () => job.progress(5, 10, "files"));
    await job.step("Three", () => {});
    job.skip("Four", "not needed");
  });
  expect(inDatabase(id)).toMatchObject({ state: "queued" });
  const ended = await jobs.ended(id);
  expect(before).toMatchObject({ state: "running", endedAt: null });
  expect(jobSchema.parse(ended)).toMatchObject({
    state: "done",
    steps: [
      { name: "One", state: "done" },
      { name: "Two", state: "done" },
      { name: "Three", state: "done" },
      { name: "Four", state: "skipped" },
    ],
    progress: null,
    problem: null,
    cancellable: false,
  });
  expect(inDatabase(id)).toEqual(ended);
  expect(await jobs.log(id, 100)).toMatch(/== One\n\S+ in one\n\S+ == Two\n\S+ == Three\n\S+ Four: not needed\n$/);
  expect((await jobs.log(id, 1)).split("\n")).toHaveLength(2);
});

test("a failure is kept with its hint and log, a defect with its message only", async () => {
  const failed = start((job) =>
    job.step("One", () => {
      throw new Failure("conflict", "it is taken", { hint: "Choose another." });
    }),
  );
  const broken = start(async () => {
    throw new TypeError("x is undefined");
  });
  expect(await jobs.ended(failed.id)).toMatchObject({
    state: "failed",
    steps: [{ state: "failed" }, { state: "waiting" }],
    problem: { code: "conflict", message: "it is taken", hint: "Choose another.", logPath: failed.logPath },
  });
  expect(await jobs.ended(broken.id)).toMatchObject({
    state: "failed",
    problem: { code: "internal", message: "x is undefined" },
  });
  expect(await jobs.log(failed.id, 10)).toContain("conflict: it is taken");
});

test("a cancel aborts the signal, and the job says cancelled after it has undone its work", async () => {
  const order: string[] = [];
  const { id } = start((job) =>
    job
      .step("One", async () => {
        await new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason)));
      })
      .catch(async (error: unknown) => {
        order.push(`undone, cancelled: ${job.cancelled}`);
        throw error;
      }),
  );
  await new Promise(setImmediate);
  jobs.cancel(id);
  expect(await jobs.ended(id)).toMatchObject({
    state: "cancelled",
    steps: [{ state: "cancelled" }, {}],
    problem: { code: "cancelled" },
  });
  expect(order).toEqual(["undone, cancelled: true"]);
  expect(jobs.cancel(id)).toMatchObject({ state: "cancelled" });
});

test("one that cannot be cancelled says so and goes on", async () => {
  const gate = Promise.withResolvers<void>();
  const { id } = start(() => gate.promise, { cancellable: false });
  expect(() => jobs.cancel(id)).toThrow("cannot be cancelled");
  await expect(jobs.dismiss(id)).rejects.toMatchObject({ code: "conflict" });
  gate.resolve();
  expect(await jobs.ended(id)).toMatchObject({ state: "done" });
});

test("those who watch see steps at once and progress in the end, however fast it comes", async () => {
  const seen: Job[] = [];
  const abort = new AbortController();
  const watching = (async () => {
    for await (const event of jobs.watch(abort.signal)) {
      if (event.type === "all") seen.push(...event.items);
      else if (event.type === "changed") seen.push(event.item);
      if (seen.at(-1)?.state === "done") abort.abort();
    }
  })();
  start(async (job) => {
    await job.step("One", async () => {
      for (let count = 1; count <= 50_000; count++) job.progress(count, 50_000, "files");
      await new Promise((resolve) => setTimeout(resolve, 150));
    });
  });
  await watching;
  expect(seen.length).toBeLessThan(15);
  expect(seen.some(({ progress }) => progress?.current === 50_000)).toBe(true);
});

test("after a crash, who knows how goes on, and the rest is marked failed with what to do", async () => {
  const gate = Promise.withResolvers<void>();
  const known = start((job) => job.step("One", () => gate.promise), { kind: "known" });
  const unknown = start((job) => job.step("One", () => gate.promise), { kind: "unknown" });
  await new Promise(setImmediate);
  crashAndReopen();
  jobs.resumable("known", (job) => async (running) => {
    expect(running.id).toBe(job.id);
    await running.step("One", () => {});
    await running.step("Two", () => {});
  });
  jobs.recover();
  expect(await jobs.ended(known.id)).toMatchObject({ state: "done", steps: [{ state: "done" }, { state: "done" }] });
  expect(jobs.get(unknown.id)).toMatchObject({
    state: "failed",
    steps: [{ state: "failed" }, { state: "waiting" }],
    problem: { message: "Cellar ended while this was under way.", hint: expect.any(String) },
    cancellable: false,
  });
});

test("closing stops what runs and leaves its row for the next start", async () => {
  const { id } = start(
    (job) => new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason))),
  );
  await new Promise(setImmediate);
  await jobs.close();
  expect(inDatabase(id)).toMatchObject({ state: "running" });
  expect(() => start(async () => {})).toThrow("shutting down");
});

test("ended jobs are dismissed one by one, and pruned when they are old or many", async () => {
  const { id, logPath } = start(async () => {});
  await jobs.ended(id);
  expect(existsSync(logPath)).toBe(true);
  await jobs.dismiss(id);
  expect(() => jobs.get(id)).toThrow(Failure);
  expect(inDatabase(id)).toBeUndefined();
  expect(existsSync(logPath)).toBe(false);

  const last = start(async () => {});
  const ended = await jobs.ended(last.id);
  const repository = jobRepository(store.database);
  const day = 24 * 3600 * 1000;
  for (let index = 0; index < 250; index++) {
    const at = new Date(Date.now() - index * 60_000).toISOString();
    repository.put({ ...ended, id: `job-${String(index).padStart(12, "0")}`, createdAt: at, endedAt: at });
  }
  const old = new Date(Date.now() - 31 * day).toISOString();
  repository.put({ ...ended, id: "job-ffffffffffff", createdAt: old, endedAt: old });
  crashAndReopen();
  jobs.recover();
  expect(jobs.jobs()).toHaveLength(200);
  expect(repositoryIds()).toHaveLength(200);
  expect(repositoryIds()).toContain("job-000000000000");
  expect(repositoryIds()).not.toContain("job-ffffffffffff");
});

const repositoryIds = () =>
  jobRepository(store.database)
    .all()
    .map(({ id }) => id);
