/** A program cannot flood a person, nor the list. */
import { describe, expect, test, vi } from "vitest";
import { bell, cellDone, freshNotifications, osc, terminal } from "#test/notifications-world.ts";

const main = freshNotifications();

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
    for (let n = 0; n < 600; n++) main.event(cellDone({ id: n.toString(16).padStart(12, "0") }));
    expect(main.service.list.values()).toHaveLength(500);
    expect(main.service.list.values()[0]?.cellId).toBe((100).toString(16).padStart(12, "0"));
    vi.advanceTimersByTime(1000);
    expect(main.database.prepare("SELECT count(*) FROM notifications").pluck().get()).toBe(500);
    main.restart();
    expect(main.service.list.values()).toHaveLength(500);
    main.event(cellDone({ id: (0).toString(16).padStart(12, "0") }));
    expect(main.service.list.values()).toHaveLength(500);
    expect(main.service.list.values().at(-1)?.cellId).toBe((599).toString(16).padStart(12, "0"));
  });
});
