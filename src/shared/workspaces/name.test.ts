import fc from "fast-check";
import { expect, test } from "vitest";
import { workspaceName } from "#shared/contract/workspaces.ts";
import { nameProblem, suggestName } from "./name.ts";

test.each([
  ["a", null],
  ["my-repo", null],
  ["a_b-c_9", null],
  ["a__b", null],
  ["x".repeat(30), null],
  ["x".repeat(31), `name '${"x".repeat(31)}' is too long (31 chars, max 30)`],
  ...["", "A", "-a", "a-", "_a", "a_", "a--b", "a b", "a.b", "é", "a\n", "a/b", "..", "ab\u0000"].map(
    (name): [string, string] => [
      name,
      `invalid name '${name}'. Names must be lowercase alphanumeric with hyphens or underscores, must start and end with a letter or digit, and cannot contain consecutive hyphens (--)`,
    ],
  ),
])("the rule of names is told in its sentence: %j", (name, sentence) => {
  expect(nameProblem(name)).toBe(sentence);
});

test("the sentences and the contract's pattern agree on every name", () => {
  const likely = fc.string({ unit: fc.constantFrom("a", "z", "0", "-", "_", "A", ".", " "), maxLength: 33 });
  fc.assert(
    fc.property(fc.oneof(likely, fc.string()), (name) => {
      expect(workspaceName.safeParse(name).success).toBe(nameProblem(name) === null);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["/home/ada/My Project", "my-project"],
  ["/home/ada/repo/", "repo"],
  ["/home/ada/repo/.git", "repo"],
  ["https://example.org/team/Cellar.git", "cellar"],
  ["git@example.org:team/Cellar.git", "cellar"],
  ["git@example.org:cellar", "cellar"],
  ["/srv/Ünïcode-Ñame", "unicode-name"],
  ["/srv/日本語", "workspace"],
  ["/", "workspace"],
  ["C:\\work\\Thing", "thing"],
  ["/a--b__c--", "a-b__c"],
])("the name of %s is %s", (location, name) => {
  expect(suggestName(location)).toBe(name);
});

test("a suggested name is always valid and never taken", () => {
  const location = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.webUrl());
  fc.assert(
    fc.property(location, fc.integer({ min: 0, max: 12 }), (text, copies) => {
      const taken: string[] = [];
      for (let i = 0; i <= copies; i++) {
        const name = suggestName(text, taken);
        expect(nameProblem(name)).toBeNull();
        expect(taken).not.toContain(name);
        taken.push(name);
      }
    }),
  );
});
