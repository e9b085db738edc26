import { expect, test } from "vitest";
import { recall, recallable, recalling } from "./recall.ts";

test("earlier codes come newest first, repeats once", () => {
  expect(recallable(["make", "make", "ls", "make"])).toEqual(["make", "ls", "make"]);
});

test("going back and forth ends at the oldest and at the empty box", () => {
  const codes = ["c", "b", "a"];
  let at = -1;
  const seen: string[] = [];
  for (const direction of ["earlier", "earlier", "earlier", "earlier", "later", "later", "later", "later"] as const) {
    const next = recall(codes, at, direction);
    if (next === null) {
      seen.push("-");
      continue;
    }
    at = next.at;
    seen.push(next.code);
  }
  expect(seen).toEqual(["c", "b", "a", "-", "b", "c", "", "-"]);
});

test("what a person has typed or changed is never replaced", () => {
  expect(recalling(["ls"], -1, "")).toBe(true);
  expect(recalling(["ls"], 0, "ls")).toBe(true);
  expect(recalling(["ls"], 0, "ls -l")).toBe(false);
  expect(recalling(["ls"], -1, "ls")).toBe(false);
});
