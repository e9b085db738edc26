/** When an activity is told and a screen is looked at, with time in our hands. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LaunchedAgent, ScreenSign } from "#shared/activity/index.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { ScreenView } from "../screen/messages.ts";
import { ActivityWatch } from "./watch.ts";

const question: ScreenSign = { state: "permission", pattern: "Shall I\\?" };
const spinner: ScreenSign = { state: "working", pattern: "esc to interrupt" };

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["Date", "setTimeout", "clearTimeout", "performance"],
    now: new Date("2026-01-01T12:00:00Z"),
  });
  // Otherwise a first output would come at the very beginning of time.
  vi.advanceTimersByTime(60_000);
});
afterEach(() => vi.useRealTimers());

function follow(more: Partial<LaunchedAgent> = {}) {
  const told: Activity[] = [];
  const screen = { lines: ["Shall I?"], looks: 0 };
  const watch = new ActivityWatch({
    id: "term-00000001",
    agent: {
      tokenDigest: "a".repeat(64),
      speaks: "claude",
      hooksExpected: true,
      prompted: false,
      title: { working: "^W", waiting: "^I" },
      screen: [question, spinner],
      ...more,
    },
    view: async () => {
      screen.looks++;
      return { lines: screen.lines } as ScreenView;
    },
    told: (activity) => told.push(activity),
  });
  /** New evidence for the same is no new one. */
  const states = () => {
    const all = told.map(({ state, source }) => `${state} ${source}`);
    return all.filter((each, index) => each !== all[index - 1]);
  };
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { watch, told, screen, states, pass };
}

describe("what is told", () => {
  test("is every state at once, and new evidence of the same four times a second at most", async () => {
    const { watch, told, pass } = follow();
    watch.hook("UserPromptSubmit", {});
    for (let n = 0; n < 100; n++) {
      watch.hook("PreToolUse", { tool_name: "Bash", tool_input: { command: `step ${n}` } });
      await pass(10);
    }
    watch.hook("Stop", {});
    expect(told.length).toBeLessThanOrEqual(2 + 5 + 1);
    expect(told.at(-2)?.evidence).toMatch(/^Is about to run `step \d+`$/);
    expect(told.at(-1)).toMatchObject({ state: "done", since: new Date().toISOString() });
  });

  test("is one change, however often a program rings", async () => {
    const { watch, states, pass } = follow();
    for (let n = 0; n < 1000; n++) {
      watch.notice({ type: "bell" });
      await pass(1);
    }
    expect(states()).toEqual(["unknown none", "waiting sequence"]);
  });

  test("is not a title of rest that stands for a moment only", async () => {
    const { watch, states, pass } = follow();
    watch.notice({ type: "title", title: "W one" });
    watch.notice({ type: "title", title: "I between" });
    await pass(1_900);
    watch.notice({ type: "title", title: "W two" });
    await pass(10_000);
    expect(states()).toEqual(["unknown none", "working sequence"]);
    watch.notice({ type: "title", title: "I at last" });
    await pass(1_900);
    watch.hook("UserPromptSubmit", {});
    await pass(5_000);
    expect(states().slice(2)).toEqual(["working hook"]);
  });

  test("is nothing after the end", async () => {
    const { watch, states, pass } = follow();
    watch.notice({ type: "title", title: "I rest" });
    watch.output();
    watch.ended("failed", 1);
    await pass(10_000);
    expect(states()).toEqual(["unknown none", "failed exit"]);
  });
});

describe("the screen is looked at", () => {
  test("once when it has settled, and again only after more output", async () => {
    const { watch, screen, states, pass } = follow();
    watch.output();
    await pass(1_400);
    expect(screen.looks).toBe(0);
    await pass(60_000);
    expect(screen.looks).toBe(1);
    expect(states()).toEqual(["unknown none", "permission screen"]);
    screen.lines = ["something else"];
    watch.output();
    await pass(2_000);
    expect(screen.looks).toBe(2);
    expect(states().at(-1)).toBe("unknown none");
  });

  test("once while output goes on, and then only work is seen", async () => {
    const { watch, screen, states, pass } = follow();
    screen.lines = ["Shall I?", "esc to interrupt"];
    for (let n = 0; n < 600; n++) {
      watch.output();
      await pass(100);
    }
    expect(screen.looks).toBe(1);
    expect(states()).toEqual(["unknown none", "working screen"]);
  });

  test("never while something stronger rules, and once when a hook's work has long been silent", async () => {
    const { watch, screen, states, pass } = follow();
    watch.hook("PermissionRequest", {});
    watch.output();
    await pass(60_000);
    expect(screen.looks).toBe(0);
    watch.hook("UserPromptSubmit", {});
    watch.output();
    await pass(9_000);
    expect(screen.looks).toBe(0);
    await pass(60_000);
    expect(screen.looks).toBe(1);
    expect(states().at(-1)).toBe("permission screen");
  });

  test("not for what is painted because of a size or a focus, and not at all without signs", async () => {
    const { watch, screen, pass } = follow();
    watch.repainted();
    watch.output();
    await pass(5_000);
    watch.typed(Buffer.from("\x1b[I"));
    watch.output();
    await pass(10_000);
    expect(screen.looks).toBe(0);
    const plain = follow({ screen: [] });
    plain.watch.output();
    await pass(10_000);
    expect(plain.screen.looks).toBe(0);
  });
});
