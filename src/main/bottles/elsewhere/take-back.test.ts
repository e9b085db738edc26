import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { applyTakeBack, planTakeBack } from "./take-back.ts";
import { type Entry, type Tree, treeOf } from "./tree.ts";

const file = (hash: string, executable = false): Entry => ({ kind: "file", hash, executable });
const folder: Entry = { kind: "folder" };
const link = (target: string): Entry => ({ kind: "link", target });
const tree = (entries: Record<string, Entry>): Tree => new Map(Object.entries(entries));

type Row = [what: string, was: Entry | undefined, now: Entry | undefined, is: Entry | undefined, outcome: string];
const rows: Row[] = [
  ["untouched", file("1"), file("1"), file("1"), ""],
  ["changed inside", file("1"), file("1"), file("2"), "write"],
  ["made executable inside", file("1"), file("1"), file("1", true), "write"],
  ["made inside", undefined, undefined, file("2"), "write"],
  ["a folder made inside", undefined, undefined, folder, "write"],
  ["removed inside", file("1"), file("1"), undefined, "remove"],
  ["changed here alone", file("1"), file("3"), file("1"), ""],
  ["removed here alone", file("1"), undefined, file("1"), ""],
  ["made here alone", undefined, file("3"), undefined, ""],
  ["changed on both sides", file("1"), file("3"), file("2"), "conflicts"],
  ["changed on both sides to the same", file("1"), file("2"), file("2"), ""],
  ["removed inside, changed here", file("1"), file("3"), undefined, "conflicts"],
  ["changed inside, removed here", file("1"), undefined, file("2"), "conflicts"],
  ["made on both sides", undefined, file("3"), file("2"), "conflicts"],
  ["a link turned elsewhere", link("a"), link("a"), link("b"), "write"],
  ["a file become a link", file("1"), file("1"), link("b"), "write"],
];

test.each(rows)("what is %s", (_what, was, now, is, outcome) => {
  const side = (entry: Entry | undefined) => tree(entry === undefined ? {} : { "a/file": entry });
  const plan = planTakeBack({ sent: side(was), here: side(now), back: side(is), held: [], leftOut: [] });
  expect(Object.entries(plan).flatMap(([name, paths]) => (paths.length > 0 ? [name] : []))).toEqual(
    outcome === "" ? [] : [outcome],
  );
});

test("what the host runs by itself is never put back, and what could not be brought is not removed", () => {
  const sent = tree({ ".git/config": file("1"), ".envrc": file("1"), "node_modules/away": link("/elsewhere") });
  const back = tree({ ".git/config": file("evil"), ".git/hooks/pre-commit": file("evil", true) });
  const plan = planTakeBack({
    sent,
    here: sent,
    back,
    held: [".git/config", ".git/hooks", ".envrc"],
    leftOut: ["node_modules/away"],
  });
  expect(plan).toEqual({
    write: [],
    remove: [],
    conflicts: [],
    held: [".git/config", ".envrc", ".git/hooks/pre-commit"],
  });
});

test("a repository that was changed on both sides comes back not at all", () => {
  const plan = planTakeBack({
    sent: tree({ ".git/HEAD": file("1"), ".git/index": file("1"), "src/a": file("1") }),
    here: tree({ ".git/HEAD": file("1"), ".git/index": file("3"), "src/a": file("1") }),
    back: tree({ ".git/HEAD": file("2"), ".git/index": file("2"), ".git/objects/aa": file("2"), "src/a": file("2") }),
    held: [],
    leftOut: [],
  });
  expect(plan.write).toEqual(["src/a"]);
  expect(plan.conflicts).toEqual([".git/HEAD", ".git/index", ".git/objects/aa"]);
});

test("is done without following a link, and says what it could not do", async () => {
  using place = new TemporaryFolder("take-back");
  const [copy, workspace, outside] = [place.in("copy"), place.in("work"), place.in("outside")];
  for (const each of [copy, workspace, outside, join(copy, "sub"), join(copy, "out")]) mkdirSync(each);
  writeFileSync(join(workspace, "old"), "old");
  writeFileSync(join(workspace, "gone"), "gone");
  writeFileSync(join(outside, "file"), "of the host");
  symlinkSync(outside, join(workspace, "out"));
  symlinkSync(join(outside, "file"), join(workspace, "linked"));
  writeFileSync(join(copy, "old"), "new");
  writeFileSync(join(copy, "linked"), "plain now");
  writeFileSync(join(copy, "sub/script"), "#!", { mode: 0o755 });
  writeFileSync(join(copy, "out/file"), "evil");
  symlinkSync("old", join(copy, "link"));
  const plan = {
    write: ["link", "linked", "old", "out/file", "sub", "sub/script"],
    remove: ["out/gone", "gone"],
    conflicts: [],
    held: [],
  };
  expect(await applyTakeBack(plan, copy, workspace)).toEqual(["out/gone", "out/file"]);
  expect(readFileSync(join(outside, "file"), "utf8")).toBe("of the host");
  expect(readlinkSync(join(workspace, "link"))).toBe("old");
  const after = await treeOf(workspace);
  expect([...after.keys()]).toEqual(["link", "linked", "old", "out", "sub", "sub/script"]);
  expect(after.get("sub/script")).toMatchObject({ executable: true });
  expect(after.get("linked")).toMatchObject({ kind: "file" });
});
