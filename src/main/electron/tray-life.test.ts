import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TrayLife } from "./tray-life.ts";
import type { TrayState } from "./tray-model.ts";

beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-01-01T00:00:00Z") }));
afterEach(() => void vi.useRealTimers());

const nothing: TrayState = { running: 0, needsYou: 0, asking: 0, failed: 0, unseen: 0, active: [], pausedUntil: null };

function tray() {
  const set = { image: 0, toolTip: 0, title: 0, entries: 0 };
  let toolTip = "";
  const life = new TrayLife({
    setImage: () => void set.image++,
    setToolTip: (text) => {
      set.toolTip++;
      toolTip = text;
    },
    setTitle: () => void set.title++,
    setEntries: () => void set.entries++,
  });
  return { life, set, toolTip: () => toolTip };
}

test("nothing is told when nothing changed", () => {
  const { life, set } = tray();
  for (let n = 0; n < 100; n++) {
    life.update({ ...nothing, running: 1 });
    vi.advanceTimersByTime(1_000);
  }
  expect(set).toEqual({ image: 1, toolTip: 1, title: 0, entries: 1 });
});

test("a storm is told at its beginning and at its end", () => {
  const { life, set, toolTip } = tray();
  for (let n = 1; n <= 1_000; n++) life.update({ ...nothing, running: n });
  expect(set.toolTip).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(set.toolTip).toBe(2);
  expect(toolTip()).toBe("Cellar: 1000 running");
});

test("a pause is over when its time is, without anybody saying so", () => {
  const { life, toolTip } = tray();
  life.update({ ...nothing, pausedUntil: "2026-01-01T01:00:00.000Z" });
  expect(toolTip()).toContain("paused until");
  vi.advanceTimersByTime(60 * 60_000 + 1_000);
  expect(toolTip()).toBe("Cellar: nothing runs");
  expect(vi.getTimerCount()).toBe(0);
});

test("a day of it leaves one timer at most, and none at its end", () => {
  const { life, set } = tray();
  const second = 1_000;
  let changes = 0;
  for (let passed = 0; passed < 24 * 3_600; passed += 10) {
    // Something is said every ten seconds; every fifth time it is something new.
    if (passed % 50 === 0) changes += 1;
    const running = changes % 7;
    const pausedUntil = changes % 100 < 10 ? new Date(Date.now() + 3_600 * second).toISOString() : null;
    life.update({ ...nothing, running, needsYou: changes % 3, asking: changes % 3, pausedUntil });
    // Rest and the end of a pause.
    expect(vi.getTimerCount()).toBeLessThanOrEqual(2);
    vi.advanceTimersByTime(10 * second);
  }
  expect(set.entries).toBeLessThanOrEqual(2 * changes + 1);
  life.end();
  expect(vi.getTimerCount()).toBe(0);
});
