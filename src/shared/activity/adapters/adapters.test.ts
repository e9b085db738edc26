import { describe, expect, test } from "vitest";
import { claimOfHook, type Dialect } from "./index.ts";

function said(dialect: Dialect, event: string, payload: Record<string, unknown> | string = {}, prompted = false) {
  const claim = claimOfHook(dialect, { event, payload, prompted });
  return claim && `${claim.state}: ${claim.evidence}`;
}

const bash = { tool_name: "Bash", tool_input: { command: "rm -rf build", description: "Remove it" } };

describe("Claude Code's hooks", () => {
  test.each<[string, Record<string, unknown>, string | null]>([
    ["SessionStart", { source: "startup" }, "waiting: Its session started"],
    ["SessionStart", { source: "compact" }, "working: Shortened its conversation"],
    ["UserPromptSubmit", { prompt: "a secret plan" }, "working: Was given a prompt"],
    ["PreToolUse", bash, "working: Is about to run `rm -rf build`"],
    ["PermissionRequest", bash, "permission: run `rm -rf build`"],
    ["PermissionRequest", { tool_name: "Edit", tool_input: { file_path: "/a/b.ts" } }, "permission: change /a/b.ts"],
    ["PermissionRequest", { tool_name: "mcp__db__query", tool_input: { q: "x" } }, "permission: use mcp__db__query"],
    ["PermissionRequest", {}, "permission: use a tool"],
    ["PermissionRequest", { tool_name: "AskUserQuestion" }, "waiting: Asks you a question"],
    ["PostToolUse", { ...bash, tool_response: { stdout: "secret" } }, "working: Had to run `rm -rf build`"],
    [
      "Notification",
      { notification_type: "permission_prompt", message: "Claude needs your permission" },
      "permission: Claude needs your permission",
    ],
    ["Notification", { notification_type: "idle_prompt", message: "Claude is waiting" }, "waiting: Claude is waiting"],
    ["Notification", { notification_type: "auth_success", message: "x" }, null],
    ["Stop", { last_assistant_message: "All done." }, "done: Finished its turn"],
    ["StopFailure", { error: "rate_limit" }, "failed: rate_limit"],
    ["SessionEnd", { reason: "other" }, "unknown: Its session ended"],
    ["SomethingNew", {}, null],
  ])("%s %j", (event, payload, expected) => {
    expect(said("claude", event, payload)).toBe(expected);
  });

  test("a session that starts with a first prompt does not wait for one", () => {
    expect(said("claude", "SessionStart", { source: "startup" }, true)).toBe("working: Starts with its first prompt");
    expect(said("claude", "SessionStart", { source: "clear" }, true)).toBe("waiting: Its session started");
  });

  test("what would be kept of an input is one short line", () => {
    const claim = claimOfHook("claude", {
      event: "PermissionRequest",
      payload: { tool_name: "Bash", tool_input: { command: `echo \u001b[2J\n\u202e${"x".repeat(5000)}` } },
      prompted: false,
    })!;
    expect(claim.evidence).toMatch(/^run `echo \[2J x+…`$/);
    expect(claim.evidence.length).toBeLessThanOrEqual(200);
    expect(JSON.stringify(claim).length).toBeLessThan(700);
  });

  test.each<[Record<string, unknown> | string]>([
    [""],
    ["not json"],
    [{ tool_name: 3, tool_input: "x" }],
    [{ tool_name: "Bash", tool_input: { command: ["a"] } }],
    [{ tool_name: "x".repeat(100_000) }],
  ])("a payload of the wrong shape is as if it said nothing more: %j", (payload) => {
    for (const event of ["PreToolUse", "PermissionRequest", "Stop", "Notification", "SessionStart", "StopFailure"]) {
      const claim = claimOfHook("claude", { event, payload, prompted: false });
      expect(claim?.evidence.length ?? 0).toBeLessThanOrEqual(200);
    }
  });
});

test("Codex says when a turn is complete, and no more", () => {
  expect(said("codex", "turn-complete", { type: "agent-turn-complete" })).toBe("done: Finished its turn");
  expect(said("codex", "turn-complete", { type: "something-else" })).toBeNull();
});

test.each<[string, Record<string, unknown>, string | null]>([
  ["SessionStart", {}, "waiting: Its session started"],
  ["BeforeAgent", { prompt: "x" }, "working: Was given a prompt"],
  ["BeforeTool", { tool_name: "run_shell_command", tool_input: { command: "ls" } }, "working: Is about to run `ls`"],
  [
    "Notification",
    { notification_type: "ToolPermission", message: "m", details: { type: "exec", command: "rm x" } },
    "permission: run `rm x`",
  ],
  ["Notification", { notification_type: "ToolPermission", message: "Edit a.ts" }, "permission: Edit a.ts"],
  ["AfterAgent", {}, "done: Finished its turn"],
])("Gemini CLI's hooks: %s %j", (event, payload, expected) => {
  expect(said("gemini", event, payload)).toBe(expected);
});

test("any program can say its state in the plain form", () => {
  expect(said("cellar", "working", "Building the\nworld")).toBe("working: Building the world");
  expect(said("cellar", "permission", { text: "deploy" })).toBe("permission: deploy");
  expect(said("cellar", "waiting", "")).toBe("waiting: Says that it waits for you");
  expect(said("cellar", "sleeping", "")).toBeNull();
  expect(said("claude", "working", "Warming up")).toBe("working: Warming up");
});
