import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from "node:fs";
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
  const seen: (string | null)[] = [];
  const watching = watch(workspace.path, (_, name) => seen.push(name));
  expect(await copyIn(notes)).toMatchObject({ state: "done", targetId: workspace.id });
  await expect.poll(() => seen).toContain("notes");
  watching.close();
  // What runs in the workspace sees it when it is whole.
  expect(new Set(seen)).toEqual(new Set(["notes"]));
  const copied = join(workspace.path, "notes");
  expect(readdirSync(copied).sort()).toEqual(["deep", "link"]);
  expect(readFileSync(join(copied, "deep", "plan.md"), "utf8")).toBe("a plan\n");
  expect(statSync(join(copied, "deep", "plan.md")).mode & 0o777).toBe(0o640);
  expect(halfMade()).toEqual([]);
});

test("a file is copied, and nothing that is there is written over", async () => {
  const file = join(notes, "deep", "plan.md");
  const then = new Date("2020-02-02T02:02:02Z");
  chmodSync(file, 0o4640);
  utimesSync(file, then, then);
  expect(await copyIn(file)).toMatchObject({ state: "done" });
  const copied = join(workspace.path, "plan.md");
  expect(readFileSync(copied, "utf8")).toBe("a plan\n");
  // Its time and its rights, but for those of another user.
  expect(statSync(copied)).toMatchObject({ mtime: then, mode: 0o100640 });
  writeFileSync(file, "another\n");
  await expect(copyIn(file)).rejects.toMatchObject({ code: "conflict" });
  expect(readFileSync(copied, "utf8")).toBe("a plan\n");
});

test("a link is copied as what it leads to, under its own name", async () => {
  const link = join(folder.root, "today");
  symlinkSync(join(notes, "deep"), link);
  expect(await copyIn(link)).toMatchObject({ state: "done" });
  expect(readdirSync(join(workspace.path, "today"))).toEqual(["plan.md"]);
});

test("what came under its name meanwhile stays as it is, and so does nothing half made", async () => {
  const { id } = await cellar.service.copyIn(workspace.id, notes);
  writeFileSync(join(workspace.path, "notes"), "first\n");
  expect(await cellar.jobs.ended(id)).toMatchObject({ state: "failed", problem: { code: "conflict" } });
  expect(readFileSync(join(workspace.path, "notes"), "utf8")).toBe("first\n");
  expect(halfMade()).toEqual([]);
});

test("an end of Cellar in the middle of it leaves nothing half made, and says so", async () => {
  const job = await copyIn(notes);
  // As both stand then.
  mkdirSync(join(dirname(workspace.path), `.cellar-${job.id}`, "deep"), { recursive: true });
  const record = JSON.stringify({ ...job, state: "running", endedAt: null });
  cellar.store.database.prepare("UPDATE jobs SET record = ? WHERE id = ?").run(record, job.id);
  await cellar.close();
  cellar = await startWorkspaces(folder.root);
  const { state, problem } = await cellar.jobs.ended(job.id);
  expect({ state, problem }).toMatchObject({
    state: "failed",
    problem: { hint: expect.stringContaining("copy it again") },
  });
  expect(halfMade()).toEqual([]);
});

test.each([
  ["what is not there", () => join(notes, "nothing"), "not_found"],
  [
    "what is neither a file nor a folder",
    () => {
      execFileSync("mkfifo", [join(notes, "pipe")]);
      return join(notes, "pipe");
    },
    "invalid_input",
  ],
  ["a part of the workspace itself", () => join(workspace.path, ".git", "refs"), "conflict"],
  ["a folder that holds it", () => dirname(workspace.path), "conflict"],
] as const)("%s is refused at once", async (_, from, code) => {
  await expect(copyIn(from())).rejects.toMatchObject({ code });
});
