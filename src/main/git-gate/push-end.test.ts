/** How a push ends: what the log keeps, and what the agent's git is told of each ref. */
import { describe, expect, test } from "vitest";
import { Failure } from "#shared/failure.ts";
import { concludedPassed, isUnforeseen, NamesRefused, notPassed, Pending, passedReports } from "./push-end.ts";
import { PushRefused } from "./push-refused.ts";
import { unreachable } from "./upstream-words.ts";

const refs = ["refs/heads/a", "refs/heads/b"];
const commands = refs.map((ref) => ({ ref, said: ref, old: null, new: "1".repeat(40) }));
const updates = refs.map((ref) => ({ ref, action: "create" as const, old: null, new: "1".repeat(40) }));
const told = (error: unknown, gone = false) => {
  const { concluded, lines, problemOf } = notPassed(error, gone);
  return { concluded, lines, problems: refs.map(problemOf) };
};

describe("a push that upstream was asked about", () => {
  const took = { ref: refs[0]!, ok: true, words: "" };
  const refused = { ref: refs[1]!, ok: false, words: "hook declined" };
  test("has passed, passed in part, or was refused", () => {
    const concluded = (...pushed: (typeof took)[]) => concludedPassed(updates, pushed);
    expect(concluded(took, { ...took, ref: refs[1]! })).toEqual({ outcome: "passed", reason: "passed", detail: "" });
    expect(concluded(took, refused)).toEqual({
      outcome: "failed",
      reason: "passed_partly",
      detail: "Upstream has refused refs/heads/b: hook declined.",
    });
    expect(concluded({ ...refused, ref: refs[0]! }, refused)).toMatchObject({ reason: "refused_upstream" });
  });

  test("tells of each ref, also of one that upstream left out", () => {
    expect(passedReports(commands, [took, refused]).map(({ problem }) => problem)).toEqual([null, "hook declined"]);
    expect(passedReports(commands, [took])[1]?.problem).toBe("upstream said nothing about it");
  });
});

describe("a push that was not passed on", () => {
  test("because of one ref says which, and that the others were not pushed either", () => {
    expect(told(new NamesRefused(new Map([["refs/heads/b", "may not be pushed"]])))).toEqual({
      concluded: { outcome: "refused", reason: "not_allowed", detail: "refs/heads/b: may not be pushed" },
      lines: ["refs/heads/b: may not be pushed"],
      problems: ["not pushed, because another ref of this push was refused", "may not be pushed"],
    });
  });

  test("because of what is in it says the same of every ref; the path that begins it is told as it is", () => {
    const { concluded, lines, problems } = told(new PushRefused("detected", "src/key.ts:1 holds a token", true));
    expect(concluded).toMatchObject({ reason: "detected", detail: "src/key.ts:1 holds a token.", canApprove: true });
    expect([...lines, ...problems]).toEqual(Array(3).fill("refused: src/key.ts:1 holds a token"));
    expect(told(new PushRefused("asks", "too many wait")).concluded).toMatchObject({ detail: "Too many wait." });
  });

  test("because nobody has answered is in the log already", () => {
    expect(told(new Pending())).toMatchObject({ concluded: null, lines: [expect.stringMatching(/^pending: /)] });
  });

  test("because upstream was not reached tells the person what it said, and the agent only how it went", () => {
    const { concluded, lines } = told(unreachable("Connection refused by /home/ada/.ssh/config"));
    expect(concluded).toMatchObject({
      reason: "unreachable",
      detail: expect.stringContaining("/home/ada/.ssh/config"),
    });
    expect(lines).toEqual(["upstream could not be used: it cannot be reached"]);
  });

  test("because the agent's git went away is interrupted, whatever was thrown", () => {
    expect(told(new Error("closed"), true).concluded).toMatchObject({ reason: "interrupted" });
  });

  test("is unforeseen where nobody has written words for it", () => {
    expect(isUnforeseen(new TypeError("x is undefined"), false)).toBe(true);
    expect(isUnforeseen(new TypeError("x is undefined"), true)).toBe(false);
    for (const error of [new Pending(), new Failure("failed", "no disk"), new PushRefused("asks", "no")]) {
      expect(isUnforeseen(error, false)).toBe(false);
    }
  });
});
