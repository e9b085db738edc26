import { describe, expect, test } from "vitest";
import type { Cell, CellEvent } from "#shared/contract/cells.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { bellDraft, cellDraft, endedDraft, jobDraft, programDraft } from "./rules.ts";
import { cleanText, grouped, spokenSeconds, titleOf } from "./text.ts";

const at = "2026-01-01T00:00:00.000Z";
const cell = { id: "abcd12345678", terminalId: "term-00000001", exitCode: 0, error: null, limitSeconds: 300 } as Cell;
const inWork = () => "work";

describe("what is told of a cell", () => {
  test.each<[string, CellEvent, string | null, string | null, string?]>([
    ["a start", { type: "fired", cell, at }, null, null],
    ["the terminal's end", { type: "closed", terminalId: "term-00000001", at }, null, null],
    ["an end", { type: "done", cell, at }, "cell-done", "Cell abcd1234 finished in work", "done"],
    [
      "an end without an exit code",
      { type: "done", cell: { ...cell, exitCode: null }, at },
      "cell-done",
      "Cell abcd1234 finished in work",
      "done",
    ],
    [
      "an end with an exit code",
      { type: "done", cell: { ...cell, exitCode: 2 }, at },
      "cell-done",
      "Cell abcd1234 ended with exit code 2 in work",
      "failed",
    ],
    [
      "a timeout",
      { type: "timeout", cell, at },
      "cell-timeout",
      "Cell abcd1234 still holds work after 5 min – interrupt or kill it",
      "held",
    ],
    [
      "an interrupt",
      { type: "interrupted", cell: { ...cell, error: "interrupted" }, at },
      "cell-error",
      "Cell abcd1234 in work: interrupted",
      "cancelled",
    ],
    ["a kill", { type: "killed", cell, at }, "cell-error", "Cell abcd1234 in work: killed", "cancelled"],
    [
      "an error",
      { type: "error", cell: { ...cell, error: "watcher died" }, at },
      "cell-error",
      "Cell abcd1234 in work: watcher died",
      "failed",
    ],
    [
      "a message",
      { type: "notify", terminalId: "term-00000001", from: "deploy", message: "all\nwell", at },
      "notify",
      "deploy: all well",
      "waiting",
    ],
  ])("%s", (_, event, kind, body, state) => {
    const draft = cellDraft(event, inWork);
    expect(draft?.kind ?? null).toBe(kind);
    expect(draft?.body ?? null).toBe(body);
    expect(draft?.state).toBe(state);
  });

  test("never says that it succeeded", () => {
    for (const exitCode of [0, 1, null]) {
      expect(cellDraft({ type: "done", cell: { ...cell, exitCode }, at }, inWork)?.body).not.toMatch(/succe|ok\b/i);
    }
  });

  test("has one key for a cell and state, and none for what may come again", () => {
    expect(cellDraft({ type: "done", cell, at }, inWork)?.key).toBe("cell:abcd12345678:done");
    expect(cellDraft({ type: "interrupted", cell, at }, inWork)?.key).toBe(
      cellDraft({ type: "error", cell, at }, inWork)?.key,
    );
    expect(bellDraft("term-00000001").key).toBeNull();
    expect(programDraft("term-00000001", "", "x")?.key).toBeNull();
  });
});

describe("what is told of a terminal that has ended", () => {
  test.each<[Partial<Terminal>, string, string]>([
    [{ state: "succeeded", exitCode: 0 }, "Ended with exit 0", "done"],
    [{ state: "failed", exitCode: 3 }, "Ended with exit 3", "failed"],
    [{ state: "failed", exitCode: -11 }, "Killed by signal 11", "failed"],
    [{ state: "failed", exitCode: null }, "Could not be started", "failed"],
    [{ state: "cancelled", exitCode: -15 }, "Killed", "cancelled"],
    [{ state: "stream_lost", exitCode: null }, "Lost: the terminal host ended", "lost"],
  ])("%j", (terminal, body, state) => {
    expect(endedDraft({ id: "term-00000001", ...terminal } as Terminal)).toMatchObject({
      kind: "terminal-ended",
      state,
      body,
    });
  });
});

describe("what is told of a job", () => {
  const job = { id: "job-000000000001", kind: "workspace.create", targetId: "ws-00000001", problem: null } as Job;
  test.each<[Partial<Job>, string | null]>([
    [{ state: "running" }, null],
    [{ state: "cancelled" }, null],
    [{ state: "done" }, "Workspace create: done"],
    [
      { state: "failed", problem: { code: "failed", message: "no space left" } },
      "Workspace create failed: no space left",
    ],
    [{ state: "failed", targetId: null }, "Workspace create failed: see its log"],
  ])("%j", (change, body) => {
    const draft = jobDraft({ ...job, ...change });
    expect(draft?.body ?? null).toBe(body);
    if (draft) expect(draft.workspaceId).toBe(change.targetId === null ? null : "ws-00000001");
  });
});

describe("text of a program", () => {
  test("becomes one line without what could deceive or be executed", () => {
    expect(cleanText("  a\u001b[31m\r\nb\u0007\u202ec\u200b ")).toBe("a [31m b c");
    expect(programDraft("term-00000001", "", " \n")).toBeNull();
    expect(programDraft("term-00000001", "Build", "finished")?.body).toBe("Build: finished");
  });

  test("is cut by characters, not in the middle of one", () => {
    const text = cleanText("🦉".repeat(1000));
    expect([...text]).toHaveLength(300);
    expect(text.endsWith("🦉…")).toBe(true);
  });

  test.each([
    "sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAA",
    "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "github_pat_11AAAAAAA0aaaaaaaaaaaaaaaa",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-123456789012-abcdef",
    "AIzaSyA-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "Bearer aaaaaaaaaaaaaaaaaaaaaaaa",
  ])("does not carry %s", (secret) => {
    const text = cleanText(`the key is ${secret} now`);
    expect(text).toBe("the key is ••• now");
  });

  test("does not carry the password of an address, and leaves ordinary words alone", () => {
    expect(cleanText("push to https://me:hunter2@example.com/x.git")).toBe("push to https://me:•••@example.com/x.git");
    const ordinary = "risk-averse task-force-with-a-long-name https://example.com:8080/a@b 12:30 Basic authentication";
    expect(cleanText(ordinary)).toBe(ordinary);
  });
});

describe("words", () => {
  test("titles say the workspace and the terminal", () => {
    const terminal = (name: string | null, programId?: string) =>
      ({ name, owner: programId ? { programId } : {} }) as unknown as Terminal;
    expect(titleOf(terminal("api-claude", "claude"), "term-1", "api")).toBe("api · claude");
    expect(titleOf(terminal("api-claude-2", "claude"), "term-1", "api")).toBe("api · claude-2");
    expect(titleOf(terminal(null, "claude"), "term-1", "api")).toBe("api · claude");
    expect(titleOf(terminal("work"), "term-1", null)).toBe("work");
    expect(titleOf(undefined, "term-1", null)).toBe("term-1");
  });

  test("numbers and times are short", () => {
    expect([0, 999, 1000, 1234567].map(grouped)).toEqual(["0", "999", "1\u2009000", "1\u2009234\u2009567"]);
    expect([5, 119, 300, 7200].map(spokenSeconds)).toEqual(["5 s", "119 s", "5 min", "2 h"]);
  });
});
