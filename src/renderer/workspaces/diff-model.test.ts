import { expect, test } from "vitest";
import { diffRows } from "./diff-model.ts";

const patch = `diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -3,4 +3,4 @@ function a() {
 const one = 1;
--- looks like a head
+++ looks like one too

 return one;
\\ No newline at end of file
`;

test("rows carry both line numbers, and an empty line counts as context", () => {
  expect(diffRows(patch)).toEqual([
    { kind: "file", text: "a/src/a.ts b/src/a.ts" },
    { kind: "hunk", text: "function a() {" },
    { kind: "context", before: 3, after: 3, text: "const one = 1;" },
    { kind: "removed", before: 4, after: null, text: "-- looks like a head" },
    { kind: "added", before: null, after: 4, text: "++ looks like one too" },
    { kind: "context", before: 5, after: 5, text: "" },
    { kind: "context", before: 6, after: 6, text: "return one;" },
    { kind: "note", text: "No newline at the end of the file" },
  ]);
});

test("a hunk without counts is one line long", () => {
  expect(diffRows("@@ -1 +1 @@\n-a\n+b\n").map(({ kind }) => kind)).toEqual(["hunk", "removed", "added"]);
});

test("an empty patch has no rows, and a binary file says so", () => {
  expect(diffRows("")).toEqual([]);
  expect(diffRows("diff --git a/x b/x\nBinary files a/x and b/x differ\n").at(-1)).toEqual({
    kind: "note",
    text: "Binary file",
  });
});
