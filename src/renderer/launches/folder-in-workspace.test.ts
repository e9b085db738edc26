import { expect, test } from "vitest";
import { folderInWorkspace } from "./folder-in-workspace.ts";

const api = { name: "api", path: "/home/me/api" };

test.each([
  ["", ""],
  ["/home/me/api", ""],
  ["/home/me/api/packages/web/", "packages/web"],
  [" packages/web ", "packages/web"],
  ["./packages", "packages"],
  [".", ""],
])("%j is %j of the workspace", (given, folder) => {
  expect(folderInWorkspace(given, api)).toEqual({ folder, problem: null });
});

test.each([
  "/",
  "/home/me",
  "/home/me/api-2",
  "../other",
  "packages/../../x",
  "~/api",
  "C:\\api",
  "file:///home/me/api",
])("%j is not in it", (given) => {
  const { folder, problem } = folderInWorkspace(given, api);
  expect(folder).toBeNull();
  expect(problem).toContain("is not in api");
});
