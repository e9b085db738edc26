import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { startWorkspaces, TestFolder, type WorkspacesUnderTest } from "#test/workspace-home.ts";

let folder: TestFolder;
let cellar: WorkspacesUnderTest;
let workspace: Workspace;
let notes: string;

beforeEach(async () => {
  folder = new TestFolder();
  cellar = await startWorkspaces(folder.root);
  const source = folder.repository("repo");
  workspace = await cellar.service.create({ source, mode: "in-place", name: "repo" });
  notes = join(folder.root, "notes");
  mkdirSync(join(notes, "node_modules"), { recursive: true });
  mkdirSync(join(notes, "deep"));
  writeFileSync(join(notes, "deep", "plan.md"), "a plan\n", { mode: 0o640 });
  symlinkSync("/etc/hostname", join(notes, "link"));
});
afterEach(async () => {
  await cellar.close();
  folder.remove();
});

async function copyIn(from: string) {
  const { id } = await cellar.service.copyIn(workspace.id, from);
  return cellar.jobs.ended(id);
}

const halfMade = () => readdirSync(dirname(workspace.path)).filter((name) => name.startsWith(".cellar-"));

test("a folder is copied as workspaces are, links as links, and nothing half made stays", async () => {
  expect(await copyIn(notes)).toMatchObject({ state: "done", targetId: workspace.id });
  const copied = join(workspace.path, "notes");
  expect(readdirSync(copied).sort()).toEqual(["deep", "link"]);
  expect(readFileSync(join(copied, "deep", "plan.md"), "utf8")).toBe("a plan\n");
  expect(statSync(join(copied, "deep", "plan.md")).mode & 0o777).toBe(0o640);
  expect(halfMade()).toEqual([]);
});

test("a file is copied, and nothing that is there is written over", async () => {
  const file = join(notes, "deep", "plan.md");
  expect(await copyIn(file)).toMatchObject({ state: "done" });
  expect(readFileSync(join(workspace.path, "plan.md"), "utf8")).toBe("a plan\n");
  writeFileSync(file, "another\n");
  await expect(copyIn(file)).rejects.toMatchObject({ code: "conflict" });
  expect(readFileSync(join(workspace.path, "plan.md"), "utf8")).toBe("a plan\n");
});

test("what came under its name meanwhile stays as it is, and so does nothing half made", async () => {
  const { id } = await cellar.service.copyIn(workspace.id, notes);
  writeFileSync(join(workspace.path, "notes"), "first\n");
  expect(await cellar.jobs.ended(id)).toMatchObject({ state: "failed", problem: { code: "conflict" } });
  expect(readFileSync(join(workspace.path, "notes"), "utf8")).toBe("first\n");
  expect(halfMade()).toEqual([]);
});

test.each([
  ["what is not there", () => join(notes, "nothing"), "not_found"],
  ["a part of the workspace itself", () => join(workspace.path, ".git"), "conflict"],
  ["a folder that holds it", () => dirname(workspace.path), "conflict"],
] as const)("%s is refused at once", async (_, from, code) => {
  await expect(copyIn(from())).rejects.toMatchObject({ code });
});
