import { expect, test } from "vitest";
import { score, searchEntries } from "./palette-search.ts";

const entries = [
  { group: "Terminals", title: "api · claude", keywords: "terminal" },
  { group: "Terminals", title: "api · tests", keywords: "terminal" },
  { group: "Commands", title: "New workspace", keywords: "create folder" },
  { group: "Commands", title: "Keyboard shortcuts", keywords: "help keys" },
  { group: "Commands", title: "Show or hide the inspector" },
];
const titles = (query: string, most = 10) =>
  searchEntries(entries, query, most).flatMap((group) => group.entries.map(({ title }) => title));

test("nothing typed leaves the order as it is", () => {
  expect(titles("")).toEqual(entries.map(({ title }) => title));
});

test("a few letters find an entry by the start of a word, by a keyword, or by initials", () => {
  expect(titles("claude")[0]).toBe("api · claude");
  expect(titles("folder")[0]).toBe("New workspace");
  expect(titles("nws")).toEqual(["New workspace"]);
  expect(titles("insp")).toEqual(["Show or hide the inspector"]);
});

test("all words must fit, in any order", () => {
  expect(titles("tests api")).toEqual(["api · tests"]);
  expect(titles("tests web")).toEqual([]);
});

test("the group with the best entry comes first, and of each only so many are shown", () => {
  expect(searchEntries(entries, "key", 10)[0]?.group).toBe("Commands");
  expect(titles("terminal", 1)).toHaveLength(1);
});

test("a title that says less beside what was typed is better", () => {
  expect(score({ title: "Settings" }, "set")).toBeGreaterThan(score({ title: "Settings of something else" }, "set"));
});
