import { expect, test } from "vitest";
import type { ActiveTerminal } from "../desktop.ts";
import { type TrayState, trayModel } from "./tray-model.ts";

const now = Date.parse("2026-01-01T12:00:00");
const nothing: TrayState = { running: 0, needsYou: 0, asking: 0, failed: 0, unseen: 0, active: [], pausedUntil: null };
const active = (change: Partial<ActiveTerminal> = {}): ActiveTerminal => ({
  id: "term-00000001",
  workspaceId: "ws-00000001",
  label: "api · claude",
  state: "working",
  words: "Working",
  needsYou: false,
  ...change,
});
const labels = (state: Partial<TrayState>) =>
  trayModel({ ...nothing, ...state }, now).entries.map((entry) => (entry === "separator" ? "-" : entry.label));

test.each<[Partial<TrayState>, string, string]>([
  [{}, "idle", "Cellar: nothing runs"],
  [{ running: 2 }, "running", "Cellar: 2 running"],
  [{ running: 2, needsYou: 1, failed: 1, unseen: 1 }, "failed", "Cellar: 2 running · 1 needs you · 1 failed · 1 new"],
  [{ running: 2, needsYou: 3, asking: 2, failed: 1 }, "needs", "Cellar: 2 running · 3 need you · 1 failed"],
])("what is most pressing is the image, and all of it the words: %o", (state, image, toolTip) => {
  expect(trayModel({ ...nothing, ...state }, now)).toMatchObject({ image, toolTip });
});

test("the menu of an idle Cellar offers what can be begun", () => {
  expect(labels({})).toEqual([
    "Nothing runs",
    "-",
    "Show Cellar",
    "-",
    "New terminal",
    "New workspace…",
    "Run a task…",
    "-",
    "Pause notifications for an hour",
    "-",
    "Quit (terminals go on)",
  ]);
});

test("what needs the person is named first, then what runs, with the signs they have everywhere", () => {
  const asks = active({ id: "term-00000002", state: "permission", words: "Asks for permission", needsYou: true });
  const state = { running: 12, needsYou: 1, asking: 1, unseen: 3, active: [asks, active({ label: "a & b" })] };
  expect(labels(state).slice(2, 13)).toEqual([
    "Show Cellar",
    "-",
    "Needs you",
    "▲ api · claude: Asks for permission",
    "-",
    "Running",
    "● a && b: Working",
    "All 12 that run…",
    "-",
    "Notifications…",
    "-",
  ]);
  const entries = trayModel({ ...nothing, ...state }, now).entries;
  expect(entries.find((entry) => entry !== "separator" && entry.label.startsWith("▲"))).toMatchObject({
    command: { type: "terminal", terminalId: "term-00000002", workspaceId: "ws-00000001" },
  });
  expect(labels(state).slice(-2)).toEqual(["Quit (terminals go on)", "Quit and end everything…"]);
});

test("what a bottle asks is reached after it was seen as well, until it is answered", () => {
  expect(labels({ running: 1, needsYou: 1, asking: 1, active: [active()] })).toContain("Notifications…");
  expect(labels({ running: 1, needsYou: 1, asking: 1, active: [active({ needsYou: true })] })).not.toContain(
    "Notifications…",
  );
});

test("a pause says until when, and is over when its time is", () => {
  const pausedUntil = new Date("2026-01-01T12:30:00").toISOString();
  expect(labels({ pausedUntil })).toContain("Resume notifications");
  expect(labels({ pausedUntil })[0]).toBe("Nothing runs · paused until 12:30");
  expect(trayModel({ ...nothing, pausedUntil }, now + 31 * 60_000).toolTip).toBe("Cellar: nothing runs");
});
