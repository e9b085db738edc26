import { expect, test } from "vitest";
import { usedHere, whoWords } from "./who.ts";

const bottles = new Map([
  ["bottle-0000000000aa", { label: "fix the login", plan: { gitGate: ["api → example.org:443"] } }],
]);

test("a bottle is called as the person called it", () => {
  expect(whoWords("bottle bottle-0000000000aa: llm/anthropic", bottles)).toBe("bottle fix the login: llm/anthropic");
  expect(whoWords("bottle bottle-0000000000bb", bottles)).toBe("bottle that is not here any more");
  expect(whoWords("commission nightly", bottles)).toBe("commission nightly");
});

test("used here is what one of these bottles used, itself or through its git gate", () => {
  const asked = [
    "bottle bottle-0000000000aa",
    "bottle bottle-0000000000bb",
    "git gate of api",
    "git gate of ap",
    "a person",
  ];
  expect(asked.map((who) => usedHere(who, bottles))).toEqual([true, false, true, false, false]);
});
