/** What is kept of what is told, who has seen it, and what is shown outside the window. Where it comes from: sources.test.ts. */
import { describe, expect, test, vi } from "vitest";
import {
  bell,
  cell,
  cellDone,
  ended,
  freshNotifications,
  osc,
  terminal,
  windowConnection,
} from "#test/notifications-world.ts";

const main = freshNotifications();

describe("a notification", () => {
  test("of a cell says where it finished, leads there, and is kept", () => {
    main.all(terminal());
    main.event(cellDone());
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
    main.restart();
    expect(main.service.list.values()).toEqual(kept);
  });

  test("comes once per cell and state, also after a restart", () => {
    main.all(terminal());
    main.event(cellDone());
    main.event(cellDone());
    main.restart();
    main.all(terminal());
    main.event(cellDone());
    expect(main.service.list.values()).toHaveLength(1);
    expect(main.shown).toHaveLength(0);
    const at = "2026-01-01T12:00:00.000Z";
    main.event({ type: "cell", event: { type: "error", cell: cell({ error: "watcher died" }), at } });
    expect(main.texts().at(-1)).toBe("api · claude: Cell abcd1234 in api-claude: watcher died");
  });

  test("that was cleared does not come again", () => {
    main.all(terminal());
    main.event(cellDone());
    main.service.clear();
    main.event(cellDone());
    expect(main.service.list.values()).toEqual([]);
    main.restart();
    expect(main.service.list.values()).toEqual([]);
  });

  test("never contains code or output", () => {
    main.all(terminal({ lastLine: "top secret output", title: "secret title" }));
    main.event(cellDone());
    main.event(bell);
    main.terminal(ended({ lastLine: "top secret output", title: "secret title" }));
    expect(JSON.stringify(main.service.list.values())).not.toContain("secret");
    expect(main.service.list.values()).toHaveLength(3);
  });

  test("leads where it points when it is clicked outside the window, and is seen then", () => {
    main.all(terminal());
    main.event(cellDone());
    main.shown[0]!.click();
    expect(main.opened.map((each) => each.cellId)).toEqual(["abcd12345678"]);
    expect(main.service.list.values()[0]?.seenAt).not.toBeNull();
  });

  test("says that it was not shown where the desktop cannot", () => {
    main.browser();
    main.all(terminal());
    main.event(cellDone());
    expect(main.service.list.values()[0]).toMatchObject({ shown: false, seenAt: null });
  });
});

describe("somebody who looks", () => {
  test("at the terminal is not told, at another one is", () => {
    main.all(terminal(), terminal({ id: "term-00000002", name: "api-codex" }));
    const { connection } = windowConnection();
    main.service.setView(connection, { focused: true, terminalIds: ["term-00000001"] });
    main.event(cellDone());
    main.event(bell);
    main.event(cellDone({ id: "ffff12345678", terminalId: "term-00000002" }));
    expect(main.shown.map((each) => each.notification.body)).toEqual(["Cell ffff1234 finished in api-codex"]);
    // What was seen happening is kept as seen; a bell says nothing more.
    expect(main.service.list.values().map(({ kind, seenAt }) => [kind, seenAt !== null])).toEqual([
      ["cell-done", true],
      ["cell-done", false],
    ]);
  });

  test("with a window that is not in front is told", () => {
    main.all(terminal());
    main.service.setView(windowConnection().connection, { focused: false, terminalIds: ["term-00000001"] });
    main.event(cellDone());
    expect(main.shown).toHaveLength(1);
  });

  test("is forgotten when the window's connection ends, and another window is not", () => {
    main.all(terminal());
    const first = windowConnection("a");
    const second = windowConnection("b");
    const view = { focused: true, terminalIds: ["term-00000001"] };
    main.service.setView(first.connection, view);
    main.service.setView(second.connection, view);
    first.close();
    main.event(cellDone({ id: "111112345678" }));
    expect(main.shown).toHaveLength(0);
    second.close();
    main.event(cellDone({ id: "222212345678" }));
    expect(main.shown).toHaveLength(1);
    main.service.setView(second.connection, view);
    main.event(cellDone({ id: "333312345678" }));
    expect(main.shown).toHaveLength(2);
  });

  test("at last has seen what there was of that terminal", () => {
    main.all(terminal());
    main.event(cellDone());
    main.service.setView(windowConnection().connection, { focused: true, terminalIds: ["term-00000001"] });
    expect(main.service.list.values()[0]?.seenAt).not.toBeNull();
    expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 0, unseen: 0 });
  });
});

describe("switches", () => {
  test("keep a kind quiet, and leave the others", () => {
    main.all(terminal());
    main.change({ notify: { "cell-done": false, bell: false } });
    main.event(cellDone());
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
    main.event(cellDone());
    expect(main.service.list.values()[0]).toMatchObject({ shown: false, seenAt: null });
    vi.advanceTimersByTime(60 * 60_000 + 1);
    main.event(cellDone({ id: "ffff12345678" }));
    expect(main.shown).toHaveLength(1);
    main.service.pause(60);
    expect(main.service.pause(0)).toEqual({ pausedUntil: null });
    main.event(cellDone({ id: "eeee12345678" }));
    vi.advanceTimersByTime(1000);
    expect(main.shown).toHaveLength(2);
  });
});

test("the tray is told how many terminals run and how much is unseen, when it changes", () => {
  main.all(terminal(), terminal({ id: "term-00000002" }));
  main.terminal(terminal({ bytesOut: 5 }));
  main.event(cellDone());
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

test("a bottle that may use no more needs the person until its limit is raised, also when they have seen it", () => {
  main.all(terminal({ owner: { bottleId: "bottle-000000000001" } }));
  main.limit("bottle-000000000001", "$5.01 of $5.00 are used");
  main.service.markSeen({});
  expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 1, asking: 1, unseen: 0 });
  main.limit("bottle-000000000001", null);
  expect(main.attention.at(-1)).toMatchObject({ running: 1, needsYou: 0, asking: 0 });
});
