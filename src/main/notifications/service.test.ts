import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Activity } from "#shared/contract/activities.ts";
import type { Cell } from "#shared/contract/cells.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";
import {
  cell,
  NotificationsFolder,
  type NotificationsWorld,
  startNotifications,
  terminal,
} from "#test/notifications-world.ts";

let folder: NotificationsFolder;
let main: NotificationsWorld;
const start = () => startNotifications(folder.path);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: new Date("2026-01-01T12:00:00Z") });
  folder = new NotificationsFolder();
  main = start();
});
afterEach(() => {
  main.stop();
  vi.useRealTimers();
  folder[Symbol.dispose]();
});

const ended = (change: Partial<Terminal> = {}) =>
  terminal({ state: "failed", exitCode: 3, resolvedAt: new Date().toISOString(), ...change });

const at = "2026-01-01T12:00:00.000Z";
const done = (change: Partial<Cell> = {}): HostEvent => ({
  type: "cell",
  event: { type: "done", cell: cell(change), at },
});
const bell: HostEvent = { type: "bell", terminalId: "term-00000001", count: 1 };
const osc = (body: string): HostEvent => ({
  type: "programNotification",
  terminalId: "term-00000001",
  title: "",
  body,
});

function window(id = "window-1") {
  const closed = new AbortController();
  return { connection: { id, caller: "window", closed: closed.signal } as const, close: () => closed.abort() };
}

describe("a notification", () => {
  test("of a cell says where it finished, leads there, and is kept", () => {
    main.all(terminal());
    main.event(done());
    expect(main.service.list.values()).toEqual([
      {
        id: expect.stringMatching(/^note-[0-9a-f]{12}$/),
        kind: "cell-done",
        state: "done",
        title: "api · claude",
        body: "Cell abcd1234 finished in api-claude",
        terminalId: "term-00000001",
        cellId: "abcd12345678",
        workspaceId: "ws-00000001",
        about: null,
        actions: [],
        createdAt: "2026-01-01T12:00:00.000Z",
        seenAt: null,
        shown: true,
      },
    ]);
    expect(main.shown).toHaveLength(1);
    const kept = main.service.list.values();
    main.stop();
    main = start();
    expect(main.service.list.values()).toEqual(kept);
  });

  test("comes once per cell and state, also after a restart", () => {
    main.all(terminal());
    main.event(done());
    main.event(done());
    main.stop();
    main = start();
    main.all(terminal());
    main.event(done());
    expect(main.service.list.values()).toHaveLength(1);
    expect(main.shown).toHaveLength(0);
    main.event({ type: "cell", event: { type: "error", cell: cell({ error: "watcher died" }), at } });
    expect(main.texts().at(-1)).toBe("api · claude: Cell abcd1234 in api-claude: watcher died");
  });

  test("that was cleared does not come again", () => {
    main.all(terminal());
    main.event(done());
    main.service.clear();
    main.event(done());
    expect(main.service.list.values()).toEqual([]);
    main.stop();
    main = start();
    expect(main.service.list.values()).toEqual([]);
  });

  test("never contains code or output", () => {
    main.all(terminal({ lastLine: "top secret output", title: "secret title" }));
    main.event(done());
    main.event(bell);
    main.terminal(ended({ lastLine: "top secret output", title: "secret title" }));
    expect(JSON.stringify(main.service.list.values())).not.toContain("secret");
    expect(main.service.list.values()).toHaveLength(3);
  });

  test("leads where it points when it is clicked outside the window, and is seen then", () => {
    main.all(terminal());
    main.event(done());
    main.shown[0]!.click();
    expect(main.opened.map((each) => each.cellId)).toEqual(["abcd12345678"]);
    expect(main.service.list.values()[0]?.seenAt).not.toBeNull();
  });

  test("says that it was not shown where the desktop cannot", () => {
    main.browser();
    main.all(terminal());
    main.event(done());
    expect(main.service.list.values()[0]).toMatchObject({ shown: false, seenAt: null });
  });
});

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

describe("somebody who looks", () => {
  test("at the terminal is not told, at another one is", () => {
    main.all(terminal(), terminal({ id: "term-00000002", name: "api-codex" }));
    const { connection } = window();
    main.service.setView(connection, { focused: true, terminalIds: ["term-00000001"] });
    main.event(done());
    main.event(bell);
    main.event(done({ id: "ffff12345678", terminalId: "term-00000002" }));
    expect(main.shown.map((each) => each.notification.body)).toEqual(["Cell ffff1234 finished in api-codex"]);
    // What was seen happening is kept as seen; a bell says nothing more.
    expect(main.service.list.values().map(({ kind, seenAt }) => [kind, seenAt !== null])).toEqual([
      ["cell-done", true],
      ["cell-done", false],
    ]);
  });

  test("with a window that is not in front is told", () => {
    main.all(terminal());
    main.service.setView(window().connection, { focused: false, terminalIds: ["term-00000001"] });
    main.event(done());
    expect(main.shown).toHaveLength(1);
  });

  test("is forgotten when the window's connection ends, and another window is not", () => {
    main.all(terminal());
    const first = window("a");
    const second = window("b");
    const view = { focused: true, terminalIds: ["term-00000001"] };
    main.service.setView(first.connection, view);
    main.service.setView(second.connection, view);
    first.close();
    main.event(done({ id: "111112345678" }));
    expect(main.shown).toHaveLength(0);
    second.close();
    main.event(done({ id: "222212345678" }));
    expect(main.shown).toHaveLength(1);
    main.service.setView(second.connection, view);
    main.event(done({ id: "333312345678" }));
    expect(main.shown).toHaveLength(2);
  });

  test("at last has seen what there was of that terminal", () => {
    main.all(terminal());
    main.event(done());
    main.service.setView(window().connection, { focused: true, terminalIds: ["term-00000001"] });
    expect(main.service.list.values()[0]?.seenAt).not.toBeNull();
    expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 0, unseen: 0 });
  });
});

describe("switches", () => {
  test("keep a kind quiet, and leave the others", () => {
    main.all(terminal());
    main.change({ notify: { "cell-done": false, bell: false } });
    main.event(done());
    main.event(bell);
    main.event(osc("hello"));
    expect(main.shown.map((each) => each.notification.group)).toEqual(["program"]);
    expect(main.service.list.values().map(({ kind, seenAt }) => [kind, seenAt !== null])).toEqual([
      ["cell-done", true],
      ["program", false],
    ]);
  });

  test("a pause shows nothing outside the window for its time, and loses nothing", () => {
    main.all(terminal());
    expect(main.service.pause(60)).toEqual({ pausedUntil: "2026-01-01T13:00:00.000Z" });
    main.event(done());
    expect(main.service.list.values()[0]).toMatchObject({ shown: false, seenAt: null });
    vi.advanceTimersByTime(60 * 60_000 + 1);
    main.event(done({ id: "ffff12345678" }));
    expect(main.shown).toHaveLength(1);
    main.service.pause(60);
    expect(main.service.pause(0)).toEqual({ pausedUntil: null });
    main.event(done({ id: "eeee12345678" }));
    vi.advanceTimersByTime(1000);
    expect(main.shown).toHaveLength(2);
  });
});

describe("a flood", () => {
  test("of a thousand bells is one notification with a count, and one write", () => {
    main.all(terminal());
    for (let n = 0; n < 1000; n++) main.event(bell);
    expect(main.texts()).toEqual(["api · claude: Rang 1\u2009000 times"]);
    expect(main.shown).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(main.database.prepare("SELECT body FROM notifications").pluck().all()).toEqual(["Rang 1\u2009000 times"]);
  });

  test("of bells is shown again after a while, and a bell after it was seen is news", () => {
    main.all(terminal());
    main.event(bell);
    vi.advanceTimersByTime(31_000);
    main.event(bell);
    expect(main.shown).toHaveLength(2);
    expect(main.texts()).toEqual(["api · claude: Rang 2 times"]);
    main.service.markSeen({});
    main.event(bell);
    expect(main.texts()).toEqual(["api · claude: Rang 2 times", "api · claude: Rang"]);
  });

  test("of a program's notifications is cut to a few, the last with the latest text and a count", () => {
    main.all(terminal());
    for (let n = 1; n <= 1000; n++) main.event(osc(`step ${n}`));
    expect(main.texts()).toEqual([
      "api · claude: step 1",
      "api · claude: step 2",
      "api · claude: step 3",
      "api · claude: step 4",
      "api · claude: step 1000 (996 in a row)",
    ]);
    vi.advanceTimersByTime(11_000);
    // One after the other in the same place: the first at once, the last of them when it has been looked at for a moment.
    expect(main.shown.map(({ open }) => open)).toEqual([false, true]);
    main.event(osc("later"));
    expect(main.texts().at(-1)).toBe("api · claude: later");
  });

  test("of one terminal does not silence another", () => {
    main.all(terminal(), terminal({ id: "term-00000002", name: "api-codex" }));
    for (let n = 0; n < 100; n++) main.event(bell);
    main.event({ type: "bell", terminalId: "term-00000002", count: 1 });
    expect(main.texts()).toEqual(["api · claude: Rang 100 times", "api · codex: Rang"]);
  });

  test("leaves at most 500 notifications, the newest, in the list and in the file", () => {
    main.all(terminal());
    for (let n = 0; n < 600; n++) main.event(done({ id: n.toString(16).padStart(12, "0") }));
    expect(main.service.list.values()).toHaveLength(500);
    expect(main.service.list.values()[0]?.cellId).toBe((100).toString(16).padStart(12, "0"));
    vi.advanceTimersByTime(1000);
    expect(main.database.prepare("SELECT count(*) FROM notifications").pluck().get()).toBe(500);
    main.stop();
    main = start();
    expect(main.service.list.values()).toHaveLength(500);
    main.event(done({ id: (0).toString(16).padStart(12, "0") }));
    expect(main.service.list.values()).toHaveLength(500);
    expect(main.service.list.values().at(-1)?.cellId).toBe((599).toString(16).padStart(12, "0"));
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
    main.service.setView(window().connection, { focused: true, terminalIds: ["term-00000001"] });
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
    main.stop();
    main = start();
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

test("the tray is told how many terminals run and how much is unseen, when it changes", () => {
  main.all(terminal(), terminal({ id: "term-00000002" }));
  main.terminal(terminal({ bytesOut: 5 }));
  main.event(done());
  main.terminal(ended());
  main.service.markSeen({ id: main.service.list.values()[0]!.id });
  main.service.markSeen({ terminalId: "term-00000001" });
  const counts = main.attention.map(({ running, needsYou, unseen }) => ({ running, needsYou, unseen }));
  expect(counts).toEqual([
    { running: 2, needsYou: 0, unseen: 0 },
    { running: 2, needsYou: 0, unseen: 1 },
    { running: 1, needsYou: 1, unseen: 1 },
    { running: 1, needsYou: 1, unseen: 2 },
    { running: 1, needsYou: 1, unseen: 1 },
    { running: 1, needsYou: 0, unseen: 0 },
  ]);
});

test("a bottle that asks for a host is told with its workspace and the host, and nothing else of the request", () => {
  const decision = {
    id: "dec-000000000001",
    bottleId: "bottle-000000000001",
    at: new Date().toISOString(),
    kind: "request",
    outcome: "waiting",
    reason: "host_not_allowed",
    detail: "registry.example is on no rule of this bottle",
    host: "registry.example",
    port: 443,
    method: "GET",
    path: "/private/path",
    intercepted: false,
    ruleId: null,
    count: 1,
    bytesOut: 0,
    bytesIn: 0,
    durationMs: null,
    canAllow: true,
    probe: false,
    waitsUntil: null,
  } as const;
  main.asks({ decision, workspaceId: "ws-00000001" });
  expect(main.texts()).toEqual(["api · gateway: Asks for registry.example:443"]);
});

test("a bottle that has used what it may is told with what it used and what can be done", () => {
  const bottle = { label: "fix the build", terminalId: "term-00000001", workspaceId: "ws-00000001" };
  main.reaches({ bottle, why: "$5.01 of $5.00 are used" });
  expect(main.texts()).toEqual([
    "fix the build: Reached its limit: $5.01 of $5.00 are used. It can go on when you raise it.",
  ]);
});

test("a bottle that may use no more needs the person until its limit is raised, also when they have seen it", () => {
  main.all(terminal({ owner: { bottleId: "bottle-000000000001" } }));
  main.limit("bottle-000000000001", "$5.01 of $5.00 are used");
  main.service.markSeen({});
  expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 1, asking: 1, unseen: 0 });
  main.limit("bottle-000000000001", null);
  expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 0, asking: 0 });
});
