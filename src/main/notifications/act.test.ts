/** What can be done from a notification: what is offered, what it does, and when it is over. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Notification, NotificationKind } from "#shared/contract/notifications.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import { Failure } from "#shared/failure.ts";
import {
  cell,
  decision,
  NotificationsFolder,
  type NotificationsWorld,
  startNotifications,
  terminal,
} from "#test/notifications-world.ts";

let folder: NotificationsFolder;
let main: NotificationsWorld;
beforeEach(() => {
  folder = new NotificationsFolder();
  main = startNotifications(folder.path);
  main.all(terminal());
});
afterEach(() => {
  main.stop();
  folder[Symbol.dispose]();
});

/** After everything that nobody holds is gone. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

const only = (): Notification => main.service.list.values()[0]!;
const settled = () => vi.waitFor(() => expect(only()).toMatchObject({ actions: [], seenAt: expect.any(String) }));

const hostAsk: Proposal["ask"] = { kind: "host", host: "pypi.org", ports: [], methods: ["GET"], paths: ["/simple"] };
const proposal = (ask: Proposal["ask"] = hostAsk): Proposal => ({
  id: "prop-000000000001",
  bottleId: "bottle-000000000001",
  label: "fix the build",
  workspaceId: "ws-00000001",
  launchId: "launch-000000000001",
  programName: "Claude Code",
  ask,
  reason: "to install it",
  state: "pending",
  answer: null,
  createdAt: new Date().toISOString(),
});

const push = (change: Partial<GitGateEvent> = {}): GitGateEvent => ({
  id: "gg-000000000001",
  bottleId: "bottle-000000000001",
  workspaceId: "ws-00000001",
  repository: "origin",
  at: new Date().toISOString(),
  kind: "push",
  outcome: "waiting",
  reason: "asks",
  detail: "",
  updates: [{ ref: "refs/heads/fix", action: "create", old: null, new: null }],
  commits: [],
  moreCommits: 0,
  files: [],
  moreFiles: 0,
  bytes: 0,
  count: 1,
  canApprove: true,
  waitsUntil: null,
  ...change,
});

const timedOut = () => {
  const held = cell({ state: "timeout", endedAt: null });
  main.held.set(held.terminalId, held);
  main.event({ type: "cell", event: { type: "timeout", cell: held, at: new Date().toISOString() } });
};

describe("a host that a bottle asks for", () => {
  test("is allowed from the system's own notification, which goes away", async () => {
    main.asks({ decision: decision(), workspaceId: "ws-00000001" });
    expect(main.shown[0]?.notification.actions).toEqual(["Allow in bottle", "Allow in workspace", "Refuse"]);
    main.shown[0]?.choose(1);
    await settled();
    expect(main.done).toEqual(["allow dec-000000000001 workspace"]);
    expect(main.shown.map(({ open }) => open)).toEqual([false]);
  });

  test("can be allowed later, but not refused any more, when nobody answered in time", async () => {
    main.decisions.set(decision());
    main.asks({ decision: decision(), workspaceId: "ws-00000001" });
    main.decisions.set(decision({ outcome: "denied" }));
    await vi.waitFor(() => expect(only().actions).toEqual(["allow-bottle", "allow-workspace"]));
    expect(only().seenAt).toBeNull();
    main.decisions.set(decision({ outcome: "allowed", canAllow: false }));
    await settled();
  });

  test("in which something was found passes only once", () => {
    main.asks({ decision: decision({ reason: "detected", detail: "A token" }), workspaceId: "ws-00000001" });
    expect(only().actions).toEqual(["allow-once", "refuse"]);
  });

  test("that cannot be allowed any more is told as such, where it was clicked", async () => {
    main.asks({ decision: decision(), workspaceId: "ws-00000001" });
    main.refuse(new Failure("not_found", "there is no gateway decision (any more)"));
    main.shown[0]?.choose(0);
    await vi.waitFor(() => expect(main.shown).toHaveLength(2));
    expect(main.shown[1]?.notification).toMatchObject({
      title: "Could not allow it",
      body: "api · gateway: there is no gateway decision (any more)",
      actions: [],
    });
    await settled();
    main.shown[1]?.click();
    expect(main.opened.map(({ id }) => id)).toEqual([only().id]);
  });
});

describe("a proposal", () => {
  test("of a host is answered with exactly what was asked for", async () => {
    main.proposes(proposal());
    await main.service.act(only().id, "allow-bottle");
    const { kind: _, ...reach } = hostAsk as Extract<Proposal["ask"], { kind: "host" }>;
    expect(main.done).toEqual([
      `decide prop-000000000001 ${JSON.stringify({ type: "host", reach, scope: "bottle", note: "" })}`,
    ]);
    await settled();
    await expect(main.service.act(only().id, "refuse")).rejects.toMatchObject({ code: "conflict" });
  });

  test("that was answered elsewhere offers nothing any more, also after a restart", async () => {
    main.proposes(proposal());
    main.answered({ ...proposal(), state: "approved" });
    await settled();
    main.stop();
    main = startNotifications(folder.path);
    expect(only().actions).toEqual([]);
  });

  test("that still waits is still offered after a restart", async () => {
    main.proposes(proposal());
    main.stop();
    main = startNotifications(folder.path);
    expect(only().actions).toEqual(["allow-bottle", "allow-workspace", "refuse"]);
    main.answered({ ...proposal(), state: "rejected" });
    await settled();
  });

  test.each<[string, Proposal["ask"], readonly string[]]>([
    ["an address", { ...hostAsk, host: "10.0.0.1" } as Proposal["ask"], ["refuse"]],
    ["everything below a name", { ...hostAsk, host: "*.example.org" } as Proposal["ask"], ["refuse"]],
    ["a name that may look like another", { ...hostAsk, host: "xn--pypi-5xa.org" } as Proposal["ask"], ["refuse"]],
    ["a capability that is not told", { kind: "capability", capability: "sudo", change: "" }, ["refuse"]],
    ["a decision", { kind: "decision", question: "A or B?", options: ["A", "B"] }, ["refuse"]],
  ])("of %s cannot be said yes to without looking", (_, ask, actions) => {
    main.proposes(proposal(ask));
    expect(only().actions).toEqual(actions);
  });

  test("of a capability can, where the notification says which", async () => {
    main.change({ notifyDetails: true });
    main.proposes(proposal({ kind: "capability", capability: "sudo", change: "" }));
    await main.service.act(only().id, "approve");
    expect(main.done).toEqual([expect.stringContaining('{"type":"capability","capability":"sudo","note":""}')]);
  });
});

describe("a push", () => {
  test("is approved or refused", async () => {
    main.pushAsks(push());
    await main.service.act(only().id, "approve");
    expect(main.done).toEqual(["approve gg-000000000001"]);
    await settled();
  });

  test("in which something was found has to be looked at", () => {
    main.pushAsks(push({ reason: "detected" }));
    expect(only().actions).toEqual(["refuse"]);
  });

  test("that was answered elsewhere offers nothing any more", async () => {
    main.pushAsks(push());
    main.pushes.set(push({ outcome: "refused", canApprove: false }));
    await settled();
  });
});

describe("a cell that runs past its limit", () => {
  test("is interrupted, and no other one in its place", async () => {
    timedOut();
    await main.service.act(only().id, "interrupt");
    expect(main.done).toEqual(["interrupt term-00000001"]);
    // Who did it is not told of it.
    const interrupted = cell({ state: "error", error: "interrupted" });
    main.event({ type: "cell", event: { type: "interrupted", cell: interrupted, at: "" } });
    expect(main.service.list.values().map(({ kind }) => kind)).toEqual(["cell-timeout"]);
  });

  test("is not interrupted when another holds the terminal by now", async () => {
    timedOut();
    main.held.set("term-00000001", cell({ id: "ffff12345678" }));
    await expect(main.service.act(only().id, "interrupt")).rejects.toMatchObject({ code: "conflict" });
    expect(main.done).toEqual([]);
  });

  test("offers nothing any more when it has ended, also while nobody was there to hear it", async () => {
    timedOut();
    main.event({ type: "cell", event: { type: "interrupted", cell: cell({ error: "interrupted" }), at: "" } });
    expect(only().actions).toEqual([]);
  });

  test("is known to have ended by what the host says at the start", () => {
    timedOut();
    main.stop();
    main = startNotifications(folder.path);
    expect(only().actions).toEqual(["interrupt"]);
    main.all(terminal());
    expect(only().actions).toEqual([]);
  });
});

test("several hosts asked for lead to the panel where each can be answered", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  try {
    main.asks({ decision: decision(), workspaceId: "ws-00000001" });
    main.asks({ decision: decision({ id: "dec-000000000002", host: "b.example" }), workspaceId: "ws-00000001" });
    vi.advanceTimersByTime(1_000);
    expect(main.attention.at(-1)).toMatchObject({ needsYou: 2, asking: 2 });
    expect(main.shown.at(-1)?.notification).toMatchObject({ title: "▲ 2 hosts are asked for", actions: [] });
    main.shown.at(-1)?.click();
    expect(main.openedAll.map(({ about }) => about)).toEqual([{ type: "decision", id: "dec-000000000002" }]);
  } finally {
    vi.useRealTimers();
  }
});

/** All that a notification of a kind may offer; which of them one does depends on what it is about. */
const mayCarry: Record<NotificationKind, readonly Notification["actions"][number][]> = {
  "cell-done": [],
  "cell-timeout": ["interrupt"],
  "cell-error": [],
  notify: [],
  program: [],
  bell: [],
  "agent-waiting": [],
  "agent-permission": [],
  "agent-done": [],
  "agent-failed": [],
  "terminal-ended": [],
  "job-ended": [],
  "gateway-asks": ["allow-once", "allow-bottle", "allow-workspace", "refuse"],
  "broker-limit": [],
  "bottle-asks": ["allow-bottle", "allow-workspace", "approve", "refuse"],
  "git-push-asks": ["approve", "refuse"],
};

test("nothing is offered that its kind may not carry", () => {
  main.asks({ decision: decision(), workspaceId: null });
  main.proposes(proposal());
  main.pushAsks(push());
  timedOut();
  const notes = main.service.list.values();
  expect(notes.map(({ kind }) => kind)).toEqual([
    "gateway-asks",
    "bottle-asks",
    "git-push-asks",
    "cell-timeout",
  ] satisfies NotificationKind[]);
  for (const { kind, actions } of notes) {
    expect(actions.length).toBeGreaterThan(0);
    expect(mayCarry[kind]).toEqual(expect.arrayContaining(actions));
  }
});

test("a failed job counts as failed until it was seen, and running ones say how far they are", async () => {
  const job = {
    id: "job-000000000001",
    kind: "workspace.create",
    title: "api",
    targetId: null,
    state: "running",
    steps: [{ state: "done" }, { state: "running" }],
    progress: { current: 50, total: 100, unit: "files" },
    problem: null,
    endedAt: null,
  } as unknown as Job;
  main.jobs.set(job);
  await vi.waitFor(() => expect(main.progress).toEqual([{ part: 0.75 }]));
  main.jobs.set({ ...job, state: "failed", endedAt: new Date(Date.now() + 1_000).toISOString() });
  await vi.waitFor(() => expect(main.progress.at(-1)).toBeNull());
  expect(main.attention.at(-1)).toMatchObject({ failed: 1, asking: 0 });
  expect(only().about).toEqual({ type: "job", id: job.id, failed: true });
  main.service.markSeen({});
  expect(main.attention.at(-1)).toMatchObject({ failed: 0 });
});

test("ten thousand notifications leave the newest 500, a handful outside, and nothing that waits", {
  timeout: 120_000,
}, () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  try {
    let heapAtHalf = 0;
    for (let n = 0; n < 10_000; n++) {
      main.asks({ decision: decision({ id: `dec-${n.toString(16).padStart(12, "0")}` }), workspaceId: "ws-00000001" });
      if (n % 100 === 0) vi.advanceTimersByTime(40_000);
      if (n === 5_000) heapAtHalf = heapUsed();
    }
    vi.advanceTimersByTime(5_000);
    // What the test itself keeps of each is in it.
    expect(heapUsed() - heapAtHalf).toBeLessThan(4e6);
    expect(main.service.list.values()).toHaveLength(500);
    expect(main.database.prepare("SELECT count(*) FROM notifications").pluck().get()).toBe(500);
    expect(main.shown.filter(({ open }) => open).length).toBeLessThanOrEqual(20);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
