import { readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { PassThrough, Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "#shared/failure.ts";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";
import { uploadPath } from "./upload-path.ts";

const { folder, cellar } = freshWorkspaces();

const uploads = () => cellar.service.uploads;
const send = (id: string, path: string, content: string | Buffer) =>
  uploads().receive(id, path, Readable.from([Buffer.from(content)]));
const directories = () => readdirSync(cellar.folders.workspaces);
const files = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));

describe("an upload", () => {
  test("becomes a workspace of what was sent, without what can be made again", async () => {
    const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 4, bytes: 1000 });
    expect(workspace).toMatchObject({
      state: "creating",
      mode: "copy",
      source: { kind: "upload", location: "dropped" },
    });
    await send(uploadId, "a.txt", "one");
    await send(uploadId, "deep/er/ü.txt", "two");
    await send(uploadId, "node_modules/x/index.js", "left out");
    await send(uploadId, "deep/empty", "");
    expect(cellar.jobs.get(workspace.jobId!).state).toBe("running");
    expect(await uploads().finish(uploadId)).toMatchObject({ id: workspace.id, state: "ready", repository: null });
    expect(files(workspace.path).sort()).toEqual(["a.txt", "deep/empty", "deep/er/ü.txt"]);
    expect(readFileSync(join(workspace.path, "deep/er/ü.txt"), "utf8")).toBe("two");
    expect(await cellar.jobs.log(workspace.jobId!, 100)).toContain("Left out node_modules/x/index.js");
  });

  test("of a repository is one again, with the modes that a browser cannot tell", async () => {
    const source = folder.repository("repo", { "run.sh": "#!/bin/sh\n", "a.txt": "1" });
    folder.git("repo", "update-index", "--chmod=+x", "run.sh");
    folder.git("repo", "commit", "-qm", "Executable");
    const all = files(source);
    const { uploadId, workspace } = await uploads().begin({ name: "repo", files: all.length, bytes: 10_000_000 });
    for (const path of all) await send(uploadId, path, readFileSync(join(source, path)));
    const finished = await uploads().finish(uploadId);
    expect(finished).toMatchObject({
      repository: workspace.path,
      branch: "main",
      baseCommit: folder.git("repo", "rev-parse", "HEAD"),
    });
    expect(statSync(join(workspace.path, "run.sh")).mode & 0o111).not.toBe(0);
    expect(await cellar.service.details(workspace.id)).toMatchObject({ changed: [], branch: "main" });
  });

  test("is not finished while files are missing, and loses nothing by trying", async () => {
    const { uploadId } = await uploads().begin({ name: "dropped", files: 2, bytes: 100 });
    await send(uploadId, "a", "1");
    await expect(uploads().finish(uploadId)).rejects.toMatchObject({
      code: "conflict",
      message: "1 of 2 files have arrived",
    });
    await send(uploadId, "b", "2");
    expect(await uploads().finish(uploadId)).toMatchObject({ state: "ready" });
    await expect(send(uploadId, "c", "3")).rejects.toMatchObject({ code: "not_found" });
    await expect(uploads().finish(uploadId)).rejects.toMatchObject({ code: "not_found" });
  });

  test("refuses more files and more bytes than were announced", async () => {
    const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 2, bytes: 10 });
    await expect(send(uploadId, "big", "x".repeat(11))).rejects.toMatchObject({ code: "too_large" });
    expect(files(workspace.path)).toEqual([]);
    await uploads().cancel(uploadId);

    const second = await uploads().begin({ name: "dropped", files: 1, bytes: 10 });
    await send(second.uploadId, "a", "1");
    await expect(send(second.uploadId, "b", "1")).rejects.toMatchObject({ code: "too_large" });
    await expect(uploads().begin({ name: "huge", files: 1, bytes: Number.MAX_SAFE_INTEGER })).rejects.toMatchObject({
      code: "too_large",
    });
  });

  test("takes a path once, and no file where a folder is or the other way round", async () => {
    const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 9, bytes: 100 });
    await send(uploadId, "a/b", "first");
    await expect(send(uploadId, "a/b", "second")).rejects.toMatchObject({ code: "conflict" });
    await expect(send(uploadId, "a", "file")).rejects.toMatchObject({ code: "conflict" });
    await expect(send(uploadId, "a/b/c", "below a file")).rejects.toMatchObject({ code: "conflict" });
    expect(readFileSync(join(workspace.path, "a/b"), "utf8")).toBe("first");
  });

  test("drops a file whose connection breaks, which can then be sent again", async () => {
    const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 1, bytes: 100 });
    const body = new PassThrough();
    body.write("half of it");
    const receiving = uploads().receive(uploadId, "a", body);
    body.destroy(new Error("connection lost"));
    await expect(receiving).rejects.toMatchObject({ code: "failed" });
    expect(files(workspace.path)).toEqual([]);
    await send(uploadId, "a", "all of it");
    expect(await uploads().finish(uploadId)).toMatchObject({ state: "ready" });
  });

  test("that is cancelled, or its job, leaves nothing", async () => {
    const first = await uploads().begin({ name: "one", files: 2, bytes: 100 });
    await send(first.uploadId, "a", "1");
    await uploads().cancel(first.uploadId);
    const second = await uploads().begin({ name: "two", files: 2, bytes: 100 });
    const body = new PassThrough();
    const receiving = uploads().receive(second.uploadId, "a", body);
    receiving.catch(() => {});
    body.write("x");
    cellar.jobs.cancel(second.workspace.jobId!);
    expect(await cellar.settled(second.workspace)).toMatchObject({ job: { state: "cancelled" }, workspace: undefined });
    await expect(receiving).rejects.toBeInstanceOf(Failure);
    expect(directories()).toEqual([]);
    expect(cellar.service.list()).toEqual([]);
  });

  test("that nobody goes on with is removed after a while", async () => {
    await cellar.close();
    await cellar.start({ uploadIdleMs: 50 });
    const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 2, bytes: 100 });
    await send(uploadId, "a", "1");
    const settled = await cellar.settled(workspace);
    expect(settled.job).toMatchObject({ state: "failed", problem: { message: "The upload was abandoned" } });
    expect(settled.workspace).toMatchObject({ state: "failed" });
    expect(directories()).toEqual([]);
  });

  test("that Cellar's end interrupts is removed at the next start", async () => {
    const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 2, bytes: 100 });
    await send(uploadId, "a", "1");
    await cellar.close();
    await cellar.start();
    const [left] = cellar.service.list();
    if (left?.jobId) await cellar.settled(left);
    expect(cellar.service.list()).toEqual([expect.objectContaining({ id: workspace.id, state: "failed" })]);
    expect(directories()).toEqual([]);
  });
});

describe("the path of an uploaded file", () => {
  test.each([
    "",
    "/etc/passwd",
    "..",
    "../x",
    "a/../../x",
    "a/./b",
    "a//b",
    "a/",
    "./a",
    "a\0b",
    `${"x".repeat(256)}`,
    "y/".repeat(3000),
  ])("%j is refused, and nothing is written", async (path) => {
    const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 1, bytes: 100 });
    await expect(send(uploadId, path, "x")).rejects.toMatchObject({ code: "invalid_input" });
    expect(files(workspace.path)).toEqual([]);
  });

  test.each(["a\\b", "C:\\x", "c:x", "con", "NUL.txt", "a/aux", "x.", "x ", "a:stream", "q?"])(
    "%j is refused on Windows only",
    (path) => {
      expect(() => uploadPath(path, "win32")).toThrow(Failure);
      expect(uploadPath(path, "linux").join("/")).toBe(path);
    },
  );

  test("whatever is sent, it stays inside", () => {
    const segment = fc.oneof(
      fc.constantFrom("..", ".", "", "a", "\\..", "..\\", "~", "C:", "\0"),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 6 }).map((parts) => parts.join("/")),
        (path) => {
          let segments: string[];
          try {
            segments = uploadPath(path, "linux");
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
            return;
          }
          expect(join("/root/of/upload", ...segments)).toBe(`/root/of/upload/${path}`);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

test("an upload never follows a link that was put into its folder", async () => {
  folder.write("outside/keep", "mine");
  const { uploadId, workspace } = await uploads().begin({ name: "dropped", files: 3, bytes: 100 });
  await send(uploadId, "a/x", "1");
  symlinkSync(folder.path("outside/keep"), join(workspace.path, "link"));
  await expect(send(uploadId, "link", "theirs")).rejects.toMatchObject({ code: "conflict" });
  expect(readFileSync(folder.path("outside/keep"), "utf8")).toBe("mine");
});
