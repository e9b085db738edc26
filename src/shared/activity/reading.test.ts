import { describe, expect, test } from "vitest";
import type { Activity, ActivityState } from "../contract/activities.ts";
import { keyOf } from "./keys.ts";
import { isNews } from "./news.ts";
import { claimOfScreen, type ScreenSign } from "./screen.ts";
import { claimOfSequence, type SequenceNotice } from "./sequences.ts";
import { oneLine } from "./text.ts";

describe("sequences", () => {
  const signs = {
    title: { working: "^[◐⠋] ", waiting: "^✳ " },
    notification: { permission: "needs your permission", done: "^Turn complete" },
  };
  const note = (body: string): SequenceNotice => ({ type: "notification", title: "", body });
  test.each<[SequenceNotice, ActivityState | null]>([
    [{ type: "bell" }, "waiting"],
    [note("Look here"), "waiting"],
    [note("Claude needs your permission to use Bash"), "permission"],
    [note("Turn complete"), "done"],
    [{ type: "progress", progress: "normal" }, "working"],
    [{ type: "progress", progress: "none" }, "done"],
    [{ type: "progress", progress: "error" }, "failed"],
    [{ type: "progress", progress: "paused" }, "waiting"],
    [{ type: "mark", mark: "A" }, "waiting"],
    [{ type: "mark", mark: "C" }, "working"],
    [{ type: "mark", mark: "D", exitCode: 0 }, "done"],
    [{ type: "mark", mark: "D", exitCode: null }, "done"],
    [{ type: "mark", mark: "D", exitCode: 2 }, "failed"],
    [{ type: "title", title: "⠋ Fixing" }, "working"],
    [{ type: "title", title: "✳ Fixing" }, "waiting"],
    [{ type: "title", title: "vim" }, null],
  ])("%j", (notice, expected) => {
    expect(claimOfSequence(notice, signs)?.state ?? null).toBe(expected);
  });
});

describe("the screen", () => {
  const signs: ScreenSign[] = [
    { state: "permission", pattern: "Do you want to proceed\\?" },
    { state: "working", pattern: "esc to interrupt" },
    { state: "waiting", pattern: "^>" },
  ];
  test.each<[string, string[], boolean, string | null]>([
    ["a question", ["Bash", "Do you want to proceed?", "> 1. Yes", "", ""], true, "permission"],
    ["a spinner", ["* Thinking (3 s, esc to interrupt)", "> "], true, "working"],
    ["a prompt", ["Done.", "> "], true, "waiting"],
    ["something else", ["make: done"], true, null],
    ["a spinner, still drawing", ["esc to interrupt", "> "], false, "working"],
    ["a question, still drawing", ["Do you want to proceed?"], false, null],
    [
      "an old question, scrolled up",
      ["Do you want to proceed?", ...new Array<string>(40).fill("text"), "> "],
      true,
      "waiting",
    ],
    ["nothing", ["", ""], true, null],
  ])("%s", (_, lines, settled, expected) => {
    expect(claimOfScreen(lines, signs, settled)?.state ?? null).toBe(expected);
  });
});

test.each<[string, string | null]>([
  ["\r", "enter"],
  ["yes\r", "enter"],
  ["1", "answer"],
  ["é", "answer"],
  ["\x1b", "interrupt"],
  ["\x03", "interrupt"],
  ["\x1b[13u", "enter"],
  ["\x1b[27u", "interrupt"],
  ["\x1b[A", null],
  ["\x1bOB", null],
  ["\x1b[I", null],
  ["\x1b[<0;10;10M", null],
  ["\x1b[?1;2c\x1b[24;80R", null],
  ["\x1b]11;rgb:0000/0000/0000\x1b\\", null],
  ["\x1bP>|xterm\x1b\\", null],
  ["\t", null],
  ["\x7f", null],
  ["two words", null],
  ["\x1b[200~pasted\x1b[201~", null],
])("the key %j is %s", (text, expected) => {
  expect(keyOf(text)).toBe(expected);
});

describe("news", () => {
  const activity = (state: ActivityState, more: Partial<Activity> = {}) =>
    ({ state, source: "hook", ...more }) as Activity;
  test.each<[string, Activity | undefined, Activity, boolean]>([
    ["work", activity("waiting"), activity("working"), false],
    ["a question", activity("working"), activity("permission"), true],
    ["the same question again", activity("permission"), activity("permission"), false],
    ["the first prompt", undefined, activity("waiting"), false],
    ["the prompt after work", activity("working"), activity("waiting"), true],
    ["a call from the first moment", undefined, activity("waiting", { calls: true }), true],
    ["the end of a turn", activity("working"), activity("done"), true],
    ["idle after the end of a turn", activity("done"), activity("waiting"), false],
    [
      "the end of the process, which the terminal tells",
      activity("working"),
      activity("failed", { source: "exit" }),
      false,
    ],
    ["nothing known any more", activity("working"), activity("unknown"), false],
  ])("%s", (_, before, now, expected) => {
    expect(isNews(before, now)).toBe(expected);
  });
});

test("text of a program becomes one line that is cut between characters", () => {
  expect(oneLine(" a\u001b[31m\r\nb\u202ec ")).toBe("a [31m bc");
  expect(oneLine("🦉".repeat(300))).toMatch(/^🦉{99}…$/u);
});
