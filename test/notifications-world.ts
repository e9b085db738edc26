/** The notifications over a real database file, with everything they listen to in a test's hands. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import type { Attention, JobProgress, OutsideNotification } from "#main/desktop.ts";
import type { HostAsked } from "#main/gateway/index.ts";
import type { AnswersParts } from "#main/notifications/answers.ts";
import type { LimitReached } from "#main/notifications/rules.ts";
import { Notifications } from "#main/notifications/service.ts";
import { notificationActionsSchema, notificationStateSchema, notificationsSchema } from "#main/notifications/store.ts";
import { openStore } from "#node/store/index.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { Cell } from "#shared/contract/cells.ts";
import type { GatewayDecision } from "#shared/contract/gateway.ts";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import { type SettingsChange, settings as settingsSchema } from "#shared/contract/settings.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { LiveList } from "#shared/live-list.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";

export class NotificationsFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "cellar-notifications-"));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export type NotificationsWorld = ReturnType<typeof startNotifications>;

export function startNotifications(folder: string) {
  const store = openStore({
    path: join(folder, "cellar.db"),
    migrations: [notificationsSchema, notificationActionsSchema, notificationStateSchema],
  });
  const shown: {
    notification: OutsideNotification;
    click: () => void;
    choose: (index: number) => void;
    open: boolean;
  }[] = [];
  const opened: Notification[] = [];
  const openedAll: Notification[] = [];
  const attention: Attention[] = [];
  const progress: (JobProgress | null)[] = [];
  const activities = new Map<string, Activity>();
  let onActivity: (change: { before: Activity | undefined; now: Activity }) => void = () => {};
  const jobs = new LiveList<Job>();
  const terminals = new Map<string, Terminal>();
  let settings = settingsSchema.parse({});
  let onEvent: (event: HostEvent) => void = () => {};
  let onTerminal: (terminal: Terminal) => void = () => {};
  let askHost: (asked: HostAsked) => void = () => {};
  let reachLimit: (reached: LimitReached) => void = () => {};
  let limitsChanged = () => {};
  const limits = new Map<string, string>();
  let propose: (proposal: Proposal) => void = () => {};
  let answered: (proposal: Proposal) => void = () => {};
  let askPush: (event: GitGateEvent) => void = () => {};
  let desktopShows = true;
  /** What was done through the services, as a line each. */
  const done: string[] = [];
  /** What the services throw instead. */
  let refusal: Error | null = null;
  const note = (line: string) => {
    if (refusal !== null) throw refusal;
    done.push(line);
  };
  const decisions = new LiveList<GatewayDecision>();
  const pushes = new LiveList<GitGateEvent>();
  const proposals = new Map<string, Proposal>();
  const held = new Map<string, Cell>();
  const answers: AnswersParts = {
    gateways: {
      allow: (id, scope) => note(`allow ${id} ${scope}`),
      refuse: (id) => note(`refuse ${id}`),
      watch: (signal) => decisions.watch(signal),
    },
    proposals: {
      get: (id) => proposals.get(id),
      decide: async (id, decision) => note(`decide ${id} ${JSON.stringify(decision)}`),
      onAnswered: (listener) => {
        answered = listener;
        return () => {};
      },
    },
    pushes: {
      approve: (id) => note(`approve ${id}`),
      refuse: (id) => note(`refuse ${id}`),
      watch: (signal) => pushes.watch(signal),
    },
    cells: { held: (id) => held.get(id), interrupt: async (id) => note(`interrupt ${id}`) },
  };
  const service = new Notifications({
    database: store.database,
    desktop: {
      notify(notification, { opened, acted }) {
        if (!desktopShows) return null;
        const entry = { notification, click: opened, choose: acted, open: true };
        shown.push(entry);
        return {
          close: () => {
            entry.open = false;
          },
        };
      },
      setAttention: (state) => attention.push(state),
      setProgress: (now) => progress.push(now),
    },
    settings: {
      get settings() {
        return settings;
      },
      change(change: SettingsChange) {
        settings = { ...settings, ...change, notify: { ...settings.notify, ...change.notify } };
      },
    },
    onHostEvent(listener) {
      onEvent = listener;
      return () => {};
    },
    onTerminal(listener) {
      onTerminal = listener;
      return () => {};
    },
    activities: {
      list: activities,
      onChange(listener) {
        onActivity = listener;
        return () => {};
      },
    },
    heldCell: (id) => held.get(id),
    watchJobs: (signal) => jobs.watch(signal),
    onProposal: (listener) => {
      propose = listener;
      return () => {};
    },
    onPushAsked: (listener) => {
      askPush = listener;
      return () => {};
    },
    answers,
    openAll: (latest) => openedAll.push(latest),
    onHostAsked: (listener) => {
      askHost = listener;
      return () => {};
    },
    onLimitReached: (listener) => {
      reachLimit = listener;
      return () => {};
    },
    limits: {
      of: (id) => limits.get(id) ?? null,
      onChange: (listener) => {
        limitsChanged = listener;
        return () => {};
      },
    },
    open: (notification) => opened.push(notification),
    workspaceName: (id) => (id === "ws-00000001" ? "api" : null),
  });
  return {
    service,
    database: store.database,
    shown,
    opened,
    openedAll,
    attention,
    progress,
    jobs,
    done,
    held,
    decisions,
    pushes,
    /** From now on services throw this. */
    refuse: (error: Error | null) => {
      refusal = error;
    },
    /** A bottle asks, and is known to have. */
    proposes(proposal: Proposal) {
      proposals.set(proposal.id, proposal);
      propose(proposal);
    },
    answered: (proposal: Proposal) => answered(proposal),
    pushAsks(event: GitGateEvent) {
      pushes.set(event);
      askPush(event);
    },
    change: (change: SettingsChange) => {
      settings = { ...settings, ...change, notify: { ...settings.notify, ...change.notify } };
    },
    browser() {
      desktopShows = false;
    },
    /** What the host says first after every connection. */
    all(...given: Terminal[]) {
      terminals.clear();
      for (const each of given) {
        terminals.set(each.id, each);
        onTerminal(each);
      }
      onEvent({ type: "all", terminals: given, heldCells: [], activities: [...activities.values()] });
    },
    event: (event: HostEvent) => onEvent(event),
    /** What a launched program has come to do. */
    activity(change: Partial<Activity>) {
      const now = activity(change);
      const before = activities.get(now.id);
      activities.set(now.id, now);
      onActivity({ before, now });
    },
    asks: (asked: HostAsked) => askHost(asked),
    reaches: (reached: LimitReached) => reachLimit(reached),
    /** Why a bottle may use no more; null: it was raised. */
    limit(bottleId: string, why: string | null) {
      if (why === null) limits.delete(bottleId);
      else limits.set(bottleId, why);
      limitsChanged();
    },
    terminal(each: Terminal) {
      terminals.set(each.id, each);
      onTerminal(each);
      onEvent({ type: "terminal", terminal: each });
    },
    texts: () => service.list.values().map(({ title, body }) => `${title}: ${body}`),
    stop() {
      service.close();
      store.close();
    },
  };
}

/** For a test file: notifications anew for every test, while the clock stands. It stays the same object; what is in it is new. */
export function freshNotifications(): NotificationsWorld & {
  /** Stops, and starts over the same folder. */
  restart(): void;
} {
  let folder: NotificationsFolder;
  const start = () => Object.assign(main, startNotifications(folder.path));
  const main = {
    restart() {
      main.stop();
      start();
    },
  } as ReturnType<typeof freshNotifications>;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: new Date("2026-01-01T12:00:00Z") });
    folder = new NotificationsFolder();
    start();
  });
  afterEach(() => {
    main.stop();
    vi.useRealTimers();
    folder[Symbol.dispose]();
  });
  return main;
}

export function terminal(change: Partial<Terminal> = {}): Terminal {
  return {
    id: "term-00000001",
    name: "api-claude",
    title: "",
    command: "claude",
    argv: ["claude"],
    cwd: "/",
    currentCwd: null,
    state: "running",
    pid: 1234,
    exitCode: null,
    size: { cols: 80, rows: 24 },
    bytesOut: 0,
    linesOut: 0,
    lastLine: "",
    truncated: false,
    owner: { workspaceId: "ws-00000001", programId: "claude" },
    cellEnd: { mode: "integration" },
    integrated: false,
    heldCellId: null,
    restartedFrom: null,
    createdAt: "2026-01-01T11:00:00.000Z",
    updatedAt: "2026-01-01T11:00:00.000Z",
    resolvedAt: null,
    ...change,
  };
}

export function activity(change: Partial<Activity> = {}): Activity {
  const now = new Date().toISOString();
  return {
    id: "term-00000001",
    state: "working",
    since: now,
    evidence: "Was given a prompt",
    brief: null,
    at: now,
    source: "hook",
    guess: false,
    calls: false,
    degraded: null,
    ...change,
  };
}

export function cell(change: Partial<Cell> = {}): Cell {
  return {
    id: "abcd12345678",
    terminalId: "term-00000001",
    code: "make the secret plan",
    codeBytes: 20,
    via: "k",
    state: "done",
    error: null,
    end: "integration",
    exitCode: 0,
    limitSeconds: 300,
    startedAt: "2026-01-01T11:59:00.000Z",
    endedAt: "2026-01-01T12:00:00.000Z",
    durationMs: 60_000,
    cwd: null,
    outputBytes: 3,
    truncated: false,
    ...change,
  };
}

/** A terminal that has failed just now. */
export function ended(change: Partial<Terminal> = {}): Terminal {
  return terminal({ state: "failed", exitCode: 3, resolvedAt: new Date().toISOString(), ...change });
}

export function cellDone(change: Partial<Cell> = {}): HostEvent {
  return { type: "cell", event: { type: "done", cell: cell(change), at: "2026-01-01T12:00:00.000Z" } };
}

export const bell: HostEvent = { type: "bell", terminalId: "term-00000001", count: 1 };

/** A notification that a program sends its terminal. */
export function osc(body: string): HostEvent {
  return { type: "programNotification", terminalId: "term-00000001", title: "", body };
}

/** A window, until it is closed. */
export function windowConnection(id = "window-1") {
  const closed = new AbortController();
  return { connection: { id, caller: "window", closed: closed.signal } as const, close: () => closed.abort() };
}

/** A request of a bottle that waits for the person. */
export const decision = (change: Partial<HostAsked["decision"]> = {}): HostAsked["decision"] => ({
  id: "dec-000000000001",
  bottleId: "bottle-000000000001",
  at: new Date().toISOString(),
  kind: "request",
  outcome: "waiting",
  reason: "host_not_allowed",
  detail: "",
  host: "registry.example",
  port: 443,
  method: "GET",
  path: "/",
  intercepted: false,
  ruleId: null,
  count: 1,
  bytesOut: 0,
  bytesIn: 0,
  durationMs: null,
  canAllow: true,
  probe: false,
  waitsUntil: null,
  ...change,
});
