/** Everything that is told of: when it is news, and in which words. */
import { describe, expect, test, vi } from "vitest";
import type { Activity } from "#shared/contract/activities.ts";
import type { Job } from "#shared/contract/jobs.ts";
import {
  bell,
  decision,
  ended,
  freshNotifications,
  osc,
  terminal,
  windowConnection,
} from "#test/notifications-world.ts";

const main = freshNotifications();

describe("a terminal's end", () => {
  test("is told once", () => {
    main.all(terminal());
    main.terminal(ended());
    main.terminal(ended({ name: "renamed" }));
    expect(main.texts()).toEqual(["api · claude: Ended with exit 3"]);
  });

  test("is not told of terminals that had ended when we began, whatever happens to them later", () => {
    const lost = ended({ state: "stream_lost", exitCode: null });
    main.all(lost, ended({ id: "term-00000002" }));
    main.terminal({ ...lost, name: "renamed" });
    expect(main.texts()).toEqual([]);
  });

  test("is told when the host was lost and came back without them, or did not come back", () => {
    main.all(terminal(), terminal({ id: "term-00000002", name: "api-codex" }));
    main.terminal(ended({ id: "term-00000002", name: "api-codex", state: "stream_lost", exitCode: null }));
    main.all(ended({ state: "stream_lost", exitCode: null }));
    expect(main.texts()).toEqual([
      "api · codex: Lost: the terminal host ended",
      "api · claude: Lost: the terminal host ended",
    ]);
  });

  test("of a program that ended at once is told", () => {
    main.all();
    vi.advanceTimersByTime(1000);
    main.terminal(ended());
    expect(main.texts()).toEqual(["api · claude: Ended with exit 3"]);
  });
});

test("a job's end is told by its title, and not what had ended before", async () => {
  const job = {
    id: "job-000000000001",
    kind: "workspace.create",
    title: "api",
    targetId: "ws-00000001",
    state: "done",
    steps: [] as Job["steps"],
    progress: null,
    problem: null,
    endedAt: "2025-01-01T00:00:00.000Z",
  } as Job;
  main.jobs.set(job);
  main.jobs.set({ ...job, id: "job-000000000002", endedAt: new Date().toISOString() });
  main.jobs.set({ ...job, id: "job-000000000003", state: "running", endedAt: null });
  await vi.waitFor(() => expect(main.texts()).toEqual(["api: Workspace create: done"]));
  expect(main.service.list.values()[0]).toMatchObject({
    kind: "job-ended",
    workspaceId: "ws-00000001",
    terminalId: null,
  });
});

describe("what a launched program is doing", () => {
  const question: Partial<Activity> = {
    state: "permission",
    evidence: "run `deploy --key hunter2`",
    brief: "run a command",
    calls: true,
  };

  test("is told once for each transition, and not while somebody looks", () => {
    main.all(terminal());
    main.activity({ state: "working" });
    main.activity(question);
    main.activity({ ...question, evidence: "run `ls`" });
    expect(main.texts()).toEqual(["api · claude: Asks to run a command"]);
    expect(main.service.list.values()[0]?.kind).toBe("agent-permission");
    expect(main.shown).toHaveLength(1);
    main.service.setView(windowConnection().connection, { focused: true, terminalIds: ["term-00000001"] });
    main.activity({ state: "working" });
    vi.advanceTimersByTime(1000);
    main.activity({ state: "done", calls: true });
    expect(main.shown).toHaveLength(1);
    expect(main.service.list.values().every(({ seenAt }) => seenAt !== null)).toBe(true);
  });

  test("says what it asks for only where that is wanted, and never what is on its screen", () => {
    main.all(terminal());
    main.change({ notifyDetails: true });
    main.activity(question);
    main.activity({ state: "waiting", source: "screen", guess: true, evidence: "On its screen: hunter2" });
    expect(main.texts()).toEqual([
      "api · claude: Asks: run `deploy --key hunter2`",
      "api · claude: Looks as if it waits for you",
    ]);
  });

  test("is not told when it is found at the start, nor twice after a restart", () => {
    const since = new Date().toISOString();
    main.all(terminal());
    main.activity({ state: "done", calls: true, since });
    main.restart();
    main.all(terminal());
    main.activity({ state: "done", calls: true, since });
    expect(main.shown).toHaveLength(0);
    expect(main.texts()).toEqual(["api · claude: Done"]);
  });

  test("takes back a notification when what it asked for was given", () => {
    main.all(terminal());
    main.activity(question);
    expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 1, unseen: 1 });
    expect(main.shown.map(({ open }) => open)).toEqual([true]);
    main.activity({ state: "working" });
    expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 0, unseen: 0 });
    expect(main.shown.map(({ open }) => open)).toEqual([false]);
  });

  test("is told once when the program says the same to its terminal, before or after", () => {
    main.all(terminal());
    main.activity({ state: "working" });
    main.event(osc("Claude needs your permission"));
    vi.advanceTimersByTime(100);
    main.activity(question);
    main.event(bell);
    vi.advanceTimersByTime(6000);
    main.event(osc("Claude needs your permission"));
    vi.advanceTimersByTime(2000);
    expect(main.texts()).toEqual(["api · claude: Asks to run a command"]);
  });

  test("does not hide what other programs in the terminal say while it works, and swallows their bells", () => {
    main.all(terminal());
    main.activity({ state: "working" });
    main.event(osc("Tests passed"));
    main.event(bell);
    vi.advanceTimersByTime(1100);
    expect(main.texts()).toEqual(["api · claude: Tests passed"]);
  });

  test("has a switch for each state", () => {
    main.all(terminal());
    main.change({ notify: { "agent-done": false } });
    main.activity({ state: "working" });
    main.activity({ state: "done", calls: true });
    expect(main.shown).toEqual([]);
    expect(main.service.list.values()[0]?.seenAt).not.toBeNull();
  });
});

test("a bottle that asks for a host is told with its workspace and the host, and nothing else of the request", () => {
  const detail = "registry.example is on no rule of this bottle";
  main.asks({ decision: decision({ detail, path: "/private/path" }), workspaceId: "ws-00000001" });
  expect(main.texts()).toEqual(["api · gateway: Asks for registry.example:443"]);
});

test("a bottle that has used what it may is told with what it used and what can be done", () => {
  const bottle = { label: "fix the build", terminalId: "term-00000001", workspaceId: "ws-00000001" };
  main.reaches({ bottle, why: "$5.01 of $5.00 are used" });
  expect(main.texts()).toEqual([
    "fix the build: Reached its limit: $5.01 of $5.00 are used. It can go on when you raise it.",
  ]);
});
