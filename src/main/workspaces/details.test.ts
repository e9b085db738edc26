import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";

const { folder, cellar } = freshWorkspaces();

const inPlace = (source: string) => cellar.service.create({ source, mode: "in-place", name: "here" });
const changes = async (id: string) => (await cellar.service.details(id)).changed;

describe("details", () => {
  test("tell every kind of change since the workspace was made, committed or not", async () => {
    const numbered = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
    const source = folder.repository("repo", {
      "changed.txt": "a\nb\nc\n",
      "committed.txt": "x\n",
      "gone.txt": "1\n2\n",
      "old name.txt": numbered,
      "type.txt": "text",
      "same.txt": "same\n",
      ".gitignore": "ignored/\n",
    });
    const { id, baseCommit } = await inPlace(source);
    folder.write("repo/committed.txt", "y\nz\n");
    const head = folder.commit("repo", "Change it\n\nwith a body");
    folder.write("repo/changed.txt", "a\nB\nc\nd\n");
    rmSync(join(source, "gone.txt"));
    mkdirSync(join(source, "sub"));
    renameSync(join(source, "old name.txt"), join(source, "sub/new name.txt"));
    folder.git("repo", "add", "-A", "--", "sub", "old name.txt");
    rmSync(join(source, "type.txt"));
    symlinkSync("changed.txt", join(source, "type.txt"));
    folder.write("repo/sub/untracked ü.txt", "1\n2\n3");
    folder.write("repo/untracked.bin", Buffer.from([1, 0, 2]));
    folder.write("repo/staged.txt", "s\n");
    folder.git("repo", "add", "staged.txt");
    folder.write("repo/ignored/x", "x");

    const details = await cellar.service.details(id);
    const file = (
      path: string,
      status: string,
      added: number | null,
      removed: number | null,
      previousPath: string | null = null,
    ) => ({
      path,
      previousPath,
      status,
      added,
      removed,
    });
    expect(details.changed).toEqual([
      file("changed.txt", "modified", 2, 1),
      file("committed.txt", "modified", 2, 1),
      file("gone.txt", "deleted", 0, 2),
      file("staged.txt", "added", 1, 0),
      file("sub/new name.txt", "renamed", 0, 0, "old name.txt"),
      file("sub/untracked ü.txt", "untracked", 3, 0),
      file("type.txt", "type-changed", 1, 1),
      file("untracked.bin", "untracked", null, null),
    ]);
    expect(details).toMatchObject({
      changedTotal: 8,
      branch: "main",
      detached: false,
      head,
      upstream: null,
      commits: [{ hash: head, subject: "Change it", author: "Ada", at: "2026-01-02T03:04:05.000Z" }],
      size: { files: expect.any(Number), bytes: expect.any(Number) },
    });
    expect(baseCommit).not.toBe(head);
  });

  test("tell conflicts, a detached head, and how far the upstream is", async () => {
    folder.git(".", "clone", "-q", folder.repository("origin", { a: "1\n" }), folder.path("repo"));
    const { id } = await inPlace(folder.path("repo"));
    folder.write("repo/a", "mine\n");
    folder.commit("repo", "Mine");
    folder.write("origin/a", "theirs\n");
    folder.commit("origin", "Theirs");
    folder.git("repo", "fetch", "-q");
    expect(await cellar.service.details(id)).toMatchObject({ upstream: { name: "origin/main", ahead: 1, behind: 1 } });
    expect(() => folder.git("repo", "merge", "origin/main")).toThrow();
    expect(await changes(id)).toEqual([expect.objectContaining({ path: "a", status: "conflicted" })]);
    folder.git("repo", "checkout", "-q", "-f", "--detach");
    expect(await cellar.service.details(id)).toMatchObject({ detached: true, branch: null, upstream: null });
  });

  test("of a folder inside a repository are about that folder, relative to it", async () => {
    const source = folder.repository("repo", { "app/a": "1\n", "app/gone": "1\n", "other/b": "1\n" });
    const { id } = await inPlace(`${source}/app`);
    for (const path of ["app/a", "app/new", "other/b", "other/new"]) folder.write(`repo/${path}`, "2\n");
    rmSync(`${source}/app/gone`);
    expect((await changes(id)).map(({ path, status }) => [path, status])).toEqual([
      ["a", "modified"],
      ["gone", "deleted"],
      ["new", "untracked"],
    ]);
    expect((await cellar.service.diff(id, "a")).patch).toContain("--- a/a\n+++ b/a\n");
  });

  test("work before the first commit, after history was rewritten, without git, and with names no line can hold", async () => {
    mkdirSync(folder.path("fresh"));
    folder.git("fresh", "init", "-q");
    const { id } = await inPlace(folder.path("fresh"));
    const odd = 'tab\there "quoted"\nnew line *[x]';
    folder.write(`fresh/${odd}`, "1\n");
    folder.git("fresh", "add", "-A");
    expect(await changes(id)).toEqual([{ path: odd, previousPath: null, status: "added", added: 1, removed: 0 }]);
    expect((await cellar.service.diff(id, odd)).patch).toContain("+1\n");
    folder.commit("fresh", "First");
    expect(await cellar.service.details(id)).toMatchObject({ commits: [{ subject: "First" }], changedTotal: 1 });

    const rewritten = await cellar.service.create({
      source: folder.repository("repo"),
      mode: "in-place",
      name: "rewritten",
    });
    rmSync(folder.path("repo/.git"), { recursive: true });
    expect(await cellar.service.details(rewritten.id)).toMatchObject({ branch: null, changed: [], commits: [] });
    folder.repository("repo", { "README.md": "other\n" });
    expect(await cellar.service.details(rewritten.id)).toMatchObject({ branch: "main", changed: [] });
  });

  test("of 5 000 changed files come quickly and leave the event loop free", async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `d${index % 100}/f${index}.txt`);
    const source = folder.repository("big", Object.fromEntries(names.map((name) => [name, `${name}\n`])));
    const { id } = await inPlace(source);
    for (const name of names) folder.write(`big/${name}`, "changed\n");
    for (let index = 0; index < 500; index++) folder.write(`big/new/${index}`, "new\n");
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const started = performance.now();
    const details = await cellar.service.details(id);
    const took = performance.now() - started;
    delay.disable();
    expect(details).toMatchObject({ changedTotal: 5500 });
    expect(details.changed).toHaveLength(5000);
    // What git needs for the same answers on this machine, at this moment.
    const alone = performance.now();
    for (const args of [
      ["status", "--porcelain=v2", "-uall"],
      ["diff", "--raw", "--numstat", "-M", "HEAD"],
    ]) {
      execFileSync("git", ["-C", source, ...args], {
        maxBuffer: 1e8,
        env: { PATH: process.env["PATH"], HOME: folder.path("home") },
      });
    }
    expect(took).toBeLessThan((performance.now() - alone) * 4 + 1000);
  }, 120_000);
});

describe("a diff", () => {
  /** What git makes of the patch is the judge: applied to the base it has to give what is there. */
  function applied(patch: string): string {
    folder.git(".", "clone", "-q", folder.path("repo"), folder.path("target"));
    folder.write("patch", patch);
    folder.git("target", "apply", "--index", "--whitespace=nowarn", folder.path("patch"));
    return folder.git("target", "write-tree");
  }

  test("of everything can be applied: new files of all kinds, renames, modes, no final newline", async () => {
    const source = folder.repository("repo", {
      a: "1\n2\n3\n",
      "run.sh": "x\n",
      moved: Array(20).fill("line").join("\n"),
      gone: "x",
    });
    const { id } = await inPlace(source);
    folder.write("repo/a", "1\ntwo\n3");
    chmodSync(join(source, "run.sh"), 0o755);
    folder.git("repo", "mv", "moved", "elsewhere");
    rmSync(join(source, "gone"));
    for (const [name, content] of Object.entries({
      "new ü": "1\n",
      empty: "",
      "no newline": "1\n2",
      'odd "\t\\ name': "x\n",
      blank: "\n\n",
    })) {
      folder.write(`repo/sub/${name}`, content);
    }
    folder.write("repo/tool", "#!/bin/sh\n");
    chmodSync(join(source, "tool"), 0o755);
    symlinkSync("a", join(source, "link"));
    const { patch, truncated, binary } = await cellar.service.diff(id, undefined);
    expect({ truncated, binary }).toEqual({ truncated: false, binary: false });
    folder.git("repo", "add", "-A");
    expect(applied(patch)).toBe(folder.git("repo", "write-tree"));
  });

  test("of one file is about that file, under both its names when it moved", async () => {
    const source = folder.repository("repo", {
      a: "1\n",
      moved: Array.from({ length: 20 }, (_, i) => `${i}`).join("\n"),
    });
    const { id } = await inPlace(source);
    folder.write("repo/a", "2\n");
    folder.git("repo", "mv", "moved", "elsewhere");
    folder.write("repo/b", "new\n");
    const of = async (path: string) => (await cellar.service.diff(id, path)).patch;
    expect(await of("a")).toMatch(/^diff --git a\/a b\/a\n[\s\S]*\n-1\n\+2\n$/);
    expect(await of("elsewhere")).toMatch(
      /^diff --git a\/moved b\/elsewhere\nsimilarity index 100%\nrename from moved\nrename to elsewhere\n$/,
    );
    expect(await of("b")).toBe(
      "diff --git a/b b/b\nnew file mode 100644\n--- /dev/null\n+++ b/b\n@@ -0,0 +1 @@\n+new\n",
    );
    for (const nothing of ["nothing", "*", ":/", "../home/.gitconfig", "/etc/passwd", ".git/config"])
      expect(await of(nothing)).toBe("");
  });

  test("of a binary file says so", async () => {
    const source = folder.repository("repo", { a: "1\n" });
    const { id } = await inPlace(source);
    folder.write("repo/a", Buffer.from([0, 1, 2]));
    folder.write("repo/new.bin", Buffer.from([0, 1, 2]));
    for (const path of ["a", "new.bin"])
      expect(await cellar.service.diff(id, path)).toMatchObject({ binary: true, truncated: false });
  });

  test("is cut at 1 MB, at the end of a line", async () => {
    const source = folder.repository("repo", { a: "1\n" });
    const { id } = await inPlace(source);
    for (const path of ["a", "new"]) {
      folder.write(`repo/${path}`, "some line of text\n".repeat(100_000));
      const { patch, truncated } = await cellar.service.diff(id, path);
      expect(truncated).toBe(true);
      expect(patch.length).toBeLessThanOrEqual(1024 * 1024);
      expect(patch.endsWith("+some line of text\n")).toBe(true);
    }
  });
});

describe("the state", () => {
  test("is missing while the directory is away, which those who watch are told", async () => {
    const source = folder.repository("repo");
    const { id } = await inPlace(source);
    const states: string[] = [];
    const abort = new AbortController();
    const watching = (async () => {
      for await (const event of cellar.service.watch(abort.signal)) {
        if (event.type === "all") states.push(...event.items.map(({ state }) => state));
        else if (event.type === "changed") states.push(event.item.state);
        if (states.length === 2) renameSync(`${source}-away`, source);
        if (states.length === 3) abort.abort();
      }
    })();
    renameSync(source, `${source}-away`);
    await watching;
    expect(states).toEqual(["ready", "missing", "ready"]);
    renameSync(source, `${source}-away`);
    await expect(cellar.service.details(id)).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("is gone"),
    });
    await expect(cellar.service.ready(id)).rejects.toMatchObject({ code: "conflict" });
    await expect(cellar.service.get("ws-00000000")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("completion", () => {
  test("offers folders by what was typed, and says which are repositories", async () => {
    folder.repository("home/work/alpha");
    for (const path of ["work/Alphabet", "work/beta", "work/.hidden"]) mkdirSync(folder.path("home", path));
    folder.write("home/work/alpha.txt", "a file");
    symlinkSync("beta", folder.path("home/work/alink"));
    const at = (name: string, git = false) => ({ path: folder.path("home/work", name), git });
    const { service } = cellar;
    expect(await service.complete("~/work/al")).toEqual([at("alink"), at("alpha", true), at("Alphabet")]);
    expect(await service.complete(`${folder.path("home/work")}/`)).toEqual([
      at("alink"),
      at("alpha", true),
      at("Alphabet"),
      at("beta"),
    ]);
    expect(await service.complete("~/work/.h")).toEqual([at(".hidden")]);
    for (const nothing of ["", "work", "https://x", "/no/such/place/", "~/work/alpha.txt/", "/\0"]) {
      expect(await service.complete(nothing)).toEqual([]);
    }
    for (let index = 0; index < 60; index++) mkdirSync(folder.path(`home/many/${index}`), { recursive: true });
    expect(await service.complete("~/many/")).toHaveLength(50);
  });
});
