import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorkspaces, TestFolder, type WorkspacesUnderTest } from "#test/workspace-home.ts";
import type { CreateRequest } from "./create.ts";

let folder: TestFolder;
let cellar: WorkspacesUnderTest;

beforeEach(async () => {
  folder = new TestFolder();
  cellar = await startWorkspaces(folder.root);
});
afterEach(async () => {
  await cellar.close();
  expect(cellar.subprocesses.count).toBe(0);
  folder.remove();
});

const directories = () => readdirSync(cellar.folders.workspaces).filter((name) => !name.startsWith("."));
const worktrees = (path: string) => folder.git(path, "worktree", "list", "--porcelain").match(/^worktree /gm)?.length;
const branches = (path: string) => folder.git(path, "branch", "--format=%(refname:short)").split("\n");

async function create(request: CreateRequest) {
  const settled = await cellar.settled(await cellar.service.create(request));
  expect(settled.job).toMatchObject({ state: "done", problem: null });
  return settled.workspace!;
}

describe("in place", () => {
  test("registers the folder and makes nothing", async () => {
    const source = folder.repository("repo");
    const head = folder.git("repo", "rev-parse", "HEAD");
    const workspace = await cellar.service.create({ source, mode: "in-place", name: "repo" });
    expect(workspace).toMatchObject({
      state: "ready",
      jobId: null,
      path: source,
      repository: source,
      branch: "main",
      baseCommit: head,
      source: { kind: "folder", location: source },
    });
    expect(directories()).toEqual([]);
    expect(folder.git("repo", "status", "--porcelain")).toBe("");
  });

  test("is there again after a restart, and renamed", async () => {
    const source = folder.repository("repo");
    const { id } = await cellar.service.create({ source, mode: "in-place", name: "repo" });
    cellar.service.rename(id, "other");
    await cellar.close();
    cellar = await startWorkspaces(folder.root);
    expect(await cellar.service.get(id)).toMatchObject({ name: "other", path: source, state: "ready" });
  });
});

describe("as a worktree", () => {
  test("has a branch of its own below cellar/, in Cellar's folder", async () => {
    const source = folder.repository("repo", { "a.txt": "one\n", "sub/b.txt": "two\n" });
    const head = folder.git("repo", "rev-parse", "HEAD");
    const workspace = await create({ source, mode: "worktree", name: "task" });
    expect(workspace).toMatchObject({
      state: "ready",
      path: join(cellar.folders.workspaces, "task"),
      repository: source,
      branch: "cellar/task",
      baseCommit: head,
    });
    expect(readFileSync(join(workspace.path, "sub/b.txt"), "utf8")).toBe("two\n");
    expect(folder.git("cellar/workspaces/task", "status", "--porcelain=v2", "--branch")).toContain(
      "# branch.head cellar/task",
    );
    expect(folder.git("repo", "rev-parse", "--abbrev-ref", "HEAD")).toBe("main");
  });

  test("starts where it was asked to, on the branch it was asked for", async () => {
    const source = folder.repository("repo", { a: "1" });
    const first = folder.git("repo", "rev-parse", "HEAD");
    folder.write("repo/a", "2");
    folder.commit("repo", "Second");
    const workspace = await create({ source, mode: "worktree", name: "task", branch: "fix/it", startPoint: "HEAD~1" });
    expect(workspace).toMatchObject({ branch: "fix/it", baseCommit: first });
    expect(readFileSync(join(workspace.path, "a"), "utf8")).toBe("1");
  });

  test("works from a bare repository, a detached head, a folder inside, and another worktree", async () => {
    const source = folder.repository("repo", { "deep/x": "1" });
    folder.git(".", "clone", "-q", "--bare", source, folder.path("bare.git"));
    await create({ source: folder.path("bare.git"), mode: "worktree", name: "of-bare" });
    folder.git("repo", "checkout", "-q", "--detach");
    await create({ source: `${source}/deep`, mode: "worktree", name: "of-deep" });
    const nested = await create({
      source: join(cellar.folders.workspaces, "of-deep"),
      mode: "worktree",
      name: "of-worktree",
    });
    expect(readFileSync(join(nested.path, "deep/x"), "utf8")).toBe("1");
    expect(branches("repo")).toEqual([
      "(HEAD detached at ".concat(folder.git("repo", "rev-parse", "--short", "HEAD"), ")"),
      "cellar/of-deep",
      "cellar/of-worktree",
      "main",
    ]);
  });

  test("takes another branch name when its own is taken, but never the one that was asked for", async () => {
    const source = folder.repository("repo");
    folder.git("repo", "branch", "cellar/task");
    expect(await create({ source, mode: "worktree", name: "task" })).toMatchObject({ branch: "cellar/task-2" });
    await expect(
      cellar.service.create({ source, mode: "worktree", name: "other", branch: "main" }),
    ).rejects.toMatchObject({
      code: "conflict",
      message: "The repository already has a branch 'main'",
    });
  });

  test.each([
    [{ branch: "a..b" }, "'a..b' cannot be the name of a branch"],
    [{ branch: "-d" }, "'-d' cannot be the name of a branch"],
    [{ startPoint: "nowhere" }, "The repository has no commit 'nowhere'"],
    [{ startPoint: "--help" }, "The repository has no commit '--help'"],
  ])("%j is refused before anything is made", async (more, message) => {
    const source = folder.repository("repo");
    await expect(cellar.service.create({ source, mode: "worktree", name: "task", ...more })).rejects.toMatchObject({
      code: "invalid_input",
      message,
    });
    expect(cellar.service.list()).toEqual([]);
    expect(branches("repo")).toEqual(["main"]);
  });

  test("that fails half way leaves no directory, entry or branch, and says why", async () => {
    const source = folder.repository("repo", { "x/file": "1" });
    // The blob is gone: the branch and the entry can be made, the files cannot.
    const blob = folder.git("repo", "rev-parse", "HEAD:x/file");
    const object = join(source, ".git/objects", blob.slice(0, 2), blob.slice(2));
    chmodSync(object, 0o644);
    writeFileSync(object, "broken");
    const { job, workspace } = await cellar.settled(
      await cellar.service.create({ source, mode: "worktree", name: "task" }),
    );
    expect(job).toMatchObject({
      state: "failed",
      problem: { code: "failed", message: expect.stringContaining("git checkout failed") },
    });
    expect(job.steps.map(({ state }) => state)).toEqual(["done", "failed"]);
    expect(workspace).toMatchObject({ state: "failed", problem: { code: "failed" } });
    expect(directories()).toEqual([]);
    expect(worktrees("repo")).toBe(1);
    expect(branches("repo")).toEqual(["main"]);
    // Its name is free for the next try.
    await create({ source: folder.repository("good"), mode: "worktree", name: "task" });
    expect(cellar.service.list()).toHaveLength(1);
  });

  test("can be one of many made at the same time", async () => {
    const source = folder.repository("repo");
    const names = Array.from({ length: 8 }, (_, index) => `task-${index}`);
    await Promise.all(names.map((name) => create({ source, mode: "worktree", name })));
    expect(directories().sort()).toEqual(names);
  });
});

describe("as a copy", () => {
  test("holds files, links, modes and times, without what can be made again", async () => {
    const source = folder.path("plain");
    folder.write("plain/run.sh", "#!/bin/sh\n");
    chmodSync(join(source, "run.sh"), 0o750);
    folder.write("plain/sub/data.bin", Buffer.from([0, 255, 1]));
    folder.write("plain/closed/x", "1");
    chmodSync(join(source, "closed"), 0o500);
    symlinkSync("../run.sh", join(source, "sub/link"));
    symlinkSync("/nowhere/at/all", join(source, "dangling"));
    execFileSync("mkfifo", [join(source, "pipe")]);
    const odd = Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff, 0xfe, 0x41])]);
    writeFileSync(odd, "not UTF-8");
    for (const ignored of [
      ".git/HEAD",
      "node_modules/a/b.js",
      "sub/__pycache__/x",
      "sub/y.pyc",
      ".venv/z",
      "sub/.DS_Store",
    ]) {
      folder.write(`plain/${ignored}`, "ignored");
    }
    const when = new Date("2020-02-03T04:05:06.789Z");
    utimesSync(join(source, "sub/data.bin"), when, when);
    utimesSync(join(source, "sub"), when, when);

    const workspace = await create({ source, mode: "copy", name: "copy" });
    const at = (path: string) => join(workspace.path, path);
    expect(readdirSync(workspace.path, { encoding: "latin1" }).sort()).toEqual(
      ["closed", "dangling", "run.sh", "sub", "\u00ff\u00feA"].sort(),
    );
    expect(readdirSync(at("sub")).sort()).toEqual(["data.bin", "link"]);
    expect(readFileSync(at("sub/data.bin"))).toEqual(Buffer.from([0, 255, 1]));
    expect(statSync(at("run.sh")).mode & 0o777).toBe(0o750);
    expect(statSync(at("closed")).mode & 0o777).toBe(0o500);
    expect(readlinkSync(at("sub/link"))).toBe("../run.sh");
    expect(readlinkSync(at("dangling"))).toBe("/nowhere/at/all");
    expect(statSync(at("sub/data.bin")).mtime).toEqual(when);
    expect(statSync(at("sub")).mtime).toEqual(when);
    expect(await cellar.jobs.log(workspace.jobId!, 100)).toMatch(
      /Left out .*\/pipe: it is neither a file, a folder nor a link/,
    );
    expect(workspace).toMatchObject({ repository: null, branch: null, baseCommit: null });
    chmodSync(at("closed"), 0o700);
    chmodSync(join(source, "closed"), 0o700);
  });

  test("refuses a branch, which a copy cannot have", async () => {
    const source = folder.repository("repo");
    await expect(cellar.service.create({ source, mode: "copy", name: "copy", branch: "main" })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test("that is cancelled leaves nothing, not even its record", async () => {
    for (let index = 0; index < 3000; index++) folder.write(`many/${index % 50}/${index}`, "x");
    const workspace = await cellar.service.create({ source: folder.path("many"), mode: "copy", name: "copy" });
    for await (const event of cellar.jobs.watch(undefined)) {
      const job = event.type === "all" ? event.items[0] : event.type === "changed" ? event.item : undefined;
      if (job?.steps[1]?.state === "running") break;
    }
    cellar.jobs.cancel(workspace.jobId!);
    const settled = await cellar.settled(workspace);
    expect(settled.job).toMatchObject({ state: "cancelled", problem: { code: "cancelled" } });
    expect(settled.workspace).toBeUndefined();
    expect(directories()).toEqual([]);
  });
});

describe("from a URL", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  test("a repository on this computer is cloned with its branch", async () => {
    const source = folder.repository("origin", { a: "1" });
    folder.git("origin", "branch", "other");
    folder.git(".", "clone", "-q", "--bare", source, folder.path("origin.git"));
    const url = pathToFileURL(folder.path("origin.git")).href;
    const workspace = await create({ source: url, mode: "copy", name: "clone", branch: "other" });
    expect(workspace).toMatchObject({
      source: { kind: "url", location: url },
      branch: "other",
      repository: workspace.path,
      baseCommit: folder.git("origin", "rev-parse", "HEAD"),
    });
    expect(readFileSync(join(workspace.path, "a"), "utf8")).toBe("1");
    expect(folder.git("cellar/workspaces/clone", "status", "--porcelain")).toBe("");
  });

  test("an empty repository is a workspace without commits", async () => {
    folder.git(".", "init", "-q", "--bare", folder.path("empty.git"));
    const workspace = await create({
      source: pathToFileURL(folder.path("empty.git")).href,
      mode: "copy",
      name: "clone",
    });
    expect(workspace).toMatchObject({ state: "ready", branch: "main", baseCommit: null });
  });

  test("a branch that is not there fails with the reason and leaves nothing", async () => {
    folder.git(".", "clone", "-q", "--bare", folder.repository("origin"), folder.path("origin.git"));
    const source = pathToFileURL(folder.path("origin.git")).href;
    const { job } = await cellar.settled(
      await cellar.service.create({ source, mode: "copy", name: "clone", branch: "nope" }),
    );
    expect(job.problem).toMatchObject({
      code: "failed",
      hint: "Check the branch's name.",
      message: expect.stringContaining("nope"),
    });
    expect(directories()).toEqual([]);
  });

  test("a server that wants credentials is answered with those of the URL only, and they stay nowhere", async () => {
    const source = folder.repository("origin", { a: "1" });
    folder.git(".", "clone", "-q", "--bare", source, folder.path("origin.git"));
    folder.git("origin.git", "update-server-info");
    const asked: string[] = [];
    server = createServer((request, response) => {
      const given = Buffer.from(request.headers.authorization?.replace(/^Basic /, "") ?? "", "base64").toString();
      asked.push(given);
      const file = join(
        folder.path("origin.git"),
        new URL(request.url ?? "", "http://x").pathname.replace("/o.git/", ""),
      );
      if (given !== "ada:canary-4711") response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end();
      else if (!existsSync(file) || !lstatSync(file).isFile()) response.writeHead(404).end();
      else response.end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

    const refused = await cellar.settled(
      await cellar.service.create({ source: `http://${host}/o.git`, mode: "copy", name: "no" }),
    );
    expect(refused.job.problem).toMatchObject({
      code: "failed",
      hint: expect.stringContaining("asks for credentials"),
    });

    const workspace = await create({ source: `http://ada:canary-4711@${host}/o.git`, mode: "copy", name: "yes" });
    expect(readFileSync(join(workspace.path, "a"), "utf8")).toBe("1");
    expect(asked).toContain("ada:canary-4711");
    await cellar.close();
    const found = execFileSync("sh", ["-c", `grep -rla canary-4711 '${folder.root}' || true`], { encoding: "utf8" });
    expect(found).toBe("");
    cellar = await startWorkspaces(folder.root);
  });
});

describe("a request that cannot be met", () => {
  test.each([
    ["Bad Name", "invalid_input", "invalid name 'Bad Name'. Names must be"],
    ["x".repeat(31), "invalid_input", "(31 chars, max 30)"],
    ["taken", "conflict", "There is already a workspace 'taken'"],
  ])("the name %s is refused", async (name, code, message) => {
    const source = folder.repository("repo");
    await cellar.service.create({ source, mode: "in-place", name: "taken" });
    await expect(cellar.service.create({ source, mode: "worktree", name })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test("a mode that does not work there is refused with the reason that inspection gave", async () => {
    folder.write("plain/a", "1");
    await expect(
      cellar.service.create({ source: folder.path("plain"), mode: "worktree", name: "x" }),
    ).rejects.toMatchObject({
      code: "conflict",
      message: "This is not a git repository.",
    });
    await expect(
      cellar.service.create({ source: "https://example.invalid/x", mode: "in-place", name: "x" }),
    ).rejects.toMatchObject({
      code: "conflict",
    });
    expect(cellar.service.list()).toEqual([]);
  });

  test("two at once with one name: one is made, the other told", async () => {
    const source = folder.repository("repo");
    const both = await Promise.allSettled(
      [1, 2].map(() => cellar.service.create({ source, mode: "worktree", name: "same" })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const one of both) if (one.status === "fulfilled") await cellar.settled(one.value);
    expect(directories()).toEqual(["same"]);
    expect(worktrees("repo")).toBe(2);
  });

  test("what lies in the workspaces folder already is never written into", async () => {
    mkdirSync(join(cellar.folders.workspaces, "task"));
    writeFileSync(join(cellar.folders.workspaces, "task/mine"), "x");
    const workspace = await create({ source: folder.repository("repo"), mode: "worktree", name: "task" });
    expect(workspace.path).toBe(join(cellar.folders.workspaces, "task-2"));
    expect(readdirSync(join(cellar.folders.workspaces, "task"))).toEqual(["mine"]);
  });
});
