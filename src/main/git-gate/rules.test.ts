/** Which pushes are allowed by their names. */
import { describe, expect, test } from "vitest";
import type { GitPushRules } from "../bottles/index.ts";
import type { Command } from "./commands.ts";
import { kindOf, matches, readRefName } from "./ref-name.ts";
import { decideByName, ruleWords } from "./rules.ts";

const plain: GitPushRules = { branches: ["agent/**"], tags: [], force: false, delete: false, approve: false };
const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const command = (ref: string, old: string | null, next: string | null): Command => ({
  ref: readRefName(Buffer.from(ref)),
  said: ref,
  old,
  new: next,
});

describe("a name", () => {
  test.each([
    "refs/heads/main",
    "refs/heads/agent/fix-1.2_x@y+z#3",
    "refs/tags/v1.0",
    "refs/heads/größe/日本",
    "refs/notes/commits",
  ])("%s is one", (name) => {
    expect(readRefName(Buffer.from(name))).toBe(name);
  });

  test.each([
    "HEAD",
    "refs/heads",
    "refs/heads/",
    "refs/heads/HEAD",
    "refs/heads/../../hooks/post-update",
    "refs/heads/a..b",
    "refs/heads/.git",
    "refs/heads/a/.hidden",
    "refs/heads/-option",
    "refs/heads/a/--upload-pack=x",
    "refs/heads/a.lock",
    "refs/heads/a.LOCK/b",
    "refs/heads/a.",
    "refs/heads/a//b",
    "refs/heads/a b",
    "refs/heads/a\nb",
    "refs/heads/a\0b",
    "refs/heads/a~1",
    "refs/heads/a^",
    "refs/heads/a:b",
    "refs/heads/a?",
    "refs/heads/a*",
    "refs/heads/a[b",
    "refs/heads/a\\b",
    "refs/heads/@{-1}",
    "refs/heads/@",
    "refs/heads/a;rm",
    "refs/heads/$(x)",
    "refs/heads/\u202egnp",
    "refs/heads/e\u0301",
    `refs/heads/${"x".repeat(300)}`,
    "refs/../HEAD/x",
  ])("%j is none", (name) => {
    expect(readRefName(Buffer.from(name))).toBeNull();
  });

  test("in other bytes than UTF-8 is none", () => {
    expect(readRefName(Buffer.from("refs/heads/\xff", "latin1"))).toBeNull();
  });

  test.each([
    ["agent/*", "agent/a", true],
    ["agent/*", "agent/a/b", false],
    ["agent/*", "agent/", false],
    ["agent/**", "agent/a/b", true],
    ["agent/**", "agentx/a", false],
    ["agent/**", "x/agent/a", false],
    ["**", "main", true],
    ["release-*.x", "release-1.x", true],
    ["release-*.x", "release-1yx", false],
    ["main", "main", true],
    ["main", "mainline", false],
    ["a+b", "a+b", true],
    ["a+b", "aab", false],
  ])("the pattern %s on %s: %s", (pattern, name, is) => {
    expect(matches(pattern, name)).toBe(is);
  });

  test("is a branch, a tag, or something else", () => {
    expect(kindOf("refs/heads/a/b")).toEqual({ kind: "branch", short: "a/b" });
    expect(kindOf("refs/tags/v1")).toEqual({ kind: "tag", short: "v1" });
    for (const ref of ["refs/notes/x", "refs/for/main", "refs/heads", "refs/replace/x", "refs/stash/x"]) {
      expect(kindOf(ref).kind).toBe("other");
    }
  });
});

describe("a push", () => {
  const now = new Map([
    ["refs/heads/agent/there", a],
    ["refs/tags/v1", a],
    ["refs/heads/main", a],
  ]);
  const decide = (rules: Partial<GitPushRules>, ...commands: Command[]) =>
    decideByName({ ...plain, ...rules }, commands, (ref) => now.get(ref) ?? null);

  test.each<[string, Partial<GitPushRules>, Command, string]>([
    ["a new branch", {}, command("refs/heads/agent/new", null, b), "create"],
    ["more on a branch", {}, command("refs/heads/agent/there", a, b), "update"],
    ["a deletion where it is allowed", { delete: true }, command("refs/heads/agent/there", a, null), "delete"],
    ["a tag where it is allowed", { tags: ["v*"] }, command("refs/tags/v2", null, b), "create"],
    ["a tag that moves where both is allowed", { tags: ["v*"], force: true }, command("refs/tags/v1", a, b), "update"],
    ["the main branch where it is named", { branches: ["main"] }, command("refs/heads/main", a, b), "update"],
  ])("%s is let through", (_, rules, given, action) => {
    expect(decide(rules, given)).toMatchObject({ refused: [], updates: [{ action }] });
  });

  test.each<[string, Partial<GitPushRules>, Command, string]>([
    ["another branch", {}, command("refs/heads/main", a, b), "not a branch that may be pushed (agent/**)"],
    [
      "any branch where none is",
      { branches: [] },
      command("refs/heads/agent/x", null, b),
      "nothing may be pushed here",
    ],
    ["a tag", {}, command("refs/tags/v2", null, b), "tags may not be pushed"],
    [
      "a branch by a tag's rule",
      { branches: [], tags: ["agent/**"] },
      command("refs/heads/agent/x", null, b),
      "nothing may be pushed",
    ],
    ["another tag", { tags: ["v*"] }, command("refs/tags/x", null, b), "not a tag that may be pushed (v*)"],
    ["a tag that moves", { tags: ["v*"] }, command("refs/tags/v1", a, b), "moving a tag"],
    ["a deletion", {}, command("refs/heads/agent/there", a, null), "deleting is not allowed"],
    ["notes", { branches: ["**"], tags: ["**"] }, command("refs/notes/commits", null, b), "only branches and tags"],
    ["replacements", { branches: ["**"] }, command(`refs/replace/${a}`, null, b), "only branches and tags"],
    ["no name", { branches: ["**"] }, command("refs/heads/../x", null, b), "no name of a branch"],
    ["what others have changed", {}, command("refs/heads/agent/there", c, b), "fetch first"],
    ["what others have deleted", {}, command("refs/heads/agent/gone", a, b), "deleted meanwhile"],
    ["what others have made", {}, command("refs/heads/agent/there", null, b), "fetch first"],
    [
      "a deletion of what has changed",
      { delete: true },
      command("refs/heads/agent/there", c, null),
      "changed meanwhile",
    ],
    ["a deletion of nothing", { delete: true }, command("refs/heads/agent/gone", a, null), "not there"],
    ["nothing at all", {}, command("refs/heads/agent/x", null, null), "neither there before nor after"],
  ])("%s is refused", (_, rules, given, reason) => {
    const { refused, updates } = decide(rules, given);
    expect(updates).toEqual([]);
    expect(refused[0]?.reason).toContain(reason);
  });

  test("that names one ref twice, or in two cases, is refused", () => {
    const { refused } = decide(
      {},
      command("refs/heads/agent/x", null, b),
      command("refs/heads/agent/x", null, c),
      command("refs/heads/agent/X", null, c),
    );
    expect(refused.map(({ reason }) => reason)).toEqual(["named twice in one push", "named twice in one push"]);
  });

  test("is said in words before the launch", () => {
    expect(ruleWords(plain)).toBe("push agent/**");
    expect(ruleWords({ ...plain, branches: [] })).toBe("fetch only");
    expect(ruleWords({ branches: ["a", "b"], tags: ["v*"], force: true, delete: true, approve: true })).toBe(
      "push a, b, tag v*; may rewrite; may delete; each push waits for you",
    );
  });
});
