import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";
import { missing } from "#test/requirements.ts";

const { folder, cellar } = freshWorkspaces();

/** For root every folder is open; without the capabilities that make it so, its own folders obey their modes. */
function inspectAsOrdinaryUser(...sources: string[]): unknown[] {
  const script = [join(import.meta.dirname, "../../../test/fixtures/inspect.ts"), folder.path("other"), ...sources];
  const rights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", process.execPath];
  const [program = "", ...before] = process.getuid?.() === 0 ? rights : [process.execPath];
  const printed = execFileSync(program, [...before, ...script], { encoding: "utf8" });
  return printed
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const inspect = (source: string) => cellar.service.inspect(source);

describe("a repository", () => {
  test("is described with its branch, head, uncommitted files and size", async () => {
    const path = folder.repository("My Repo", { "a.txt": "12345", "node_modules/x.js": "left out of the size" });
    folder.git("My Repo", "branch", "other");
    folder.write("My Repo/a.txt", "changed");
    folder.write("My Repo/new.txt", "new");
    expect(await inspect(path)).toEqual({
      kind: "folder",
      location: path,
      suggestedName: "my-repo",
      modes: ["worktree", "in-place", "copy"],
      unavailable: [],
      git: {
        top: path,
        subfolder: "",
        branch: "main",
        detached: false,
        head: folder.git("My Repo", "rev-parse", "HEAD"),
        commits: true,
        bare: false,
        submodules: false,
        dirtyFiles: 2,
        branches: expect.arrayContaining(["main", "other"]),
      },
      size: { bytes: 10, files: 2 },
      warnings: [expect.stringContaining("2 files have changes that are not committed")],
      existing: null,
    });
  });

  test("is found by file URL, through ~, through a link and with blanks around", async () => {
    const path = folder.repository("home/My Repo");
    symlinkSync(path, folder.path("link"));
    for (const source of [pathToFileURL(path).href, "~/My Repo", ` ${path}/ `]) {
      expect(await inspect(source)).toMatchObject({ location: path, warnings: [] });
    }
    expect(await inspect(folder.path("link"))).toMatchObject({
      location: path,
      warnings: [`${folder.path("link")} is a link to ${path}.`],
    });
  });

  test("given by a folder inside says so", async () => {
    const path = folder.repository("repo", { "packages/app/x": "1" });
    const found = await inspect(`${path}/packages/app`);
    expect(found.git).toMatchObject({ top: path, subfolder: "packages/app" });
    expect(found.warnings).toEqual([expect.stringContaining(`begins above, at ${path}`)]);
  });

  test("without commits has no worktree, and says what to do", async () => {
    mkdirSync(folder.path("fresh"));
    folder.git("fresh", "init", "-q");
    expect(await inspect(folder.path("fresh"))).toMatchObject({
      modes: ["in-place", "copy"],
      unavailable: [{ mode: "worktree", reason: expect.stringContaining("no commits yet") }],
      git: { commits: false, head: null, branch: "main", detached: false },
    });
  });

  test("with a detached head, with submodules and with filters is told about it", async () => {
    folder.repository("inner");
    folder.repository("repo", { ".gitattributes": "*.bin filter=lfs\n" });
    folder.git("repo", "-c", "protocol.file.allow=always", "submodule", "add", "-q", folder.path("inner"), "sub");
    folder.commit("repo", "With submodule");
    folder.git("repo", "checkout", "-q", "--detach");
    const found = await inspect(folder.path("repo"));
    expect(found.git).toMatchObject({ detached: true, branch: null, submodules: true });
    expect(found.modes).toContain("worktree");
    expect(found.warnings).toEqual([
      expect.stringContaining("HEAD is detached"),
      expect.stringContaining("submodules"),
      expect.stringContaining("git lfs pull"),
    ]);
  });

  test("that is bare has worktrees only; its file URL is cloned", async () => {
    const source = folder.repository("repo");
    folder.git(".", "clone", "-q", "--bare", source, folder.path("bare.git"));
    expect(await inspect(folder.path("bare.git"))).toMatchObject({
      kind: "folder",
      suggestedName: "bare",
      modes: ["worktree"],
      git: { bare: true, branch: "main" },
    });
    const url = pathToFileURL(folder.path("bare.git")).href;
    expect(await inspect(url)).toMatchObject({ kind: "url", location: url, modes: ["copy"], suggestedName: "bare" });
  });

  test("is not entered: its own folder is refused with the one above", async () => {
    const path = folder.repository("repo");
    for (const inside of [`${path}/.git`, `${path}/.git/refs/heads`]) {
      await expect(inspect(inside)).rejects.toMatchObject({ code: "invalid_input", hint: `Use ${path} instead.` });
    }
  });

  test("that is damaged is no worktree, with git's own words", async () => {
    const path = folder.repository("repo");
    folder.write("repo/.git/config", "[core\n");
    const found = await inspect(path);
    expect(found.modes).toEqual(["in-place", "copy"]);
    expect(found.unavailable[0]?.reason).toMatch(/bad config/);
  });

  test("whose configuration puts its files elsewhere is not used", async () => {
    const path = folder.repository("repo");
    folder.git("repo", "config", "core.worktree", folder.path("home"));
    const found = await inspect(path);
    expect(found.git).toBeNull();
    expect(found.unavailable[0]?.reason).toContain("elsewhere");
  });

  test.skipIf(process.getuid?.() !== 0)("of another user is not trusted, and the way to trust it is told", async () => {
    const path = folder.repository("repo");
    for (const part of [path, `${path}/.git`, `${path}/.git/config`]) chownSync(part, 12345, 12345);
    const found = await inspect(path);
    expect(found.modes).toEqual(["in-place", "copy"]);
    expect(found.unavailable[0]?.reason).toContain(`git config --global --add safe.directory '${path}'`);
  });
});

describe("a folder", () => {
  test("without git has no worktree", async () => {
    folder.write("plain/a", "1");
    expect(await inspect(folder.path("plain"))).toMatchObject({
      modes: ["in-place", "copy"],
      unavailable: [{ mode: "worktree", reason: "This is not a git repository." }],
      git: null,
      size: { bytes: 1, files: 1 },
      warnings: [],
    });
  });

  test("on a computer without git works all the same", async () => {
    await cellar.close();
    await cellar.start({ path: folder.path("empty") });
    const found = await inspect(folder.repository("repo"));
    expect(found.modes).toEqual(["in-place", "copy"]);
    expect(found.unavailable[0]?.reason).toMatch(/git was not found on this computer.*install git/i);
  });

  test("that is missing, a file, or a circle of links is refused for what it is", async () => {
    folder.write("file.txt", "x");
    symlinkSync("loop", folder.path("loop"));
    await expect(inspect(folder.path("none"))).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("does not exist"),
    });
    await expect(inspect(folder.path("file.txt/x"))).rejects.toMatchObject({ code: "not_found" });
    await expect(inspect(folder.path("file.txt"))).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("not a folder"),
    });
    await expect(inspect(folder.path("loop"))).rejects.toMatchObject({ code: "invalid_input" });
    await expect(inspect(`/${"x".repeat(300)}`)).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("that may not be read is refused, and one that may not be written is told", async () => {
    mkdirSync(folder.path("closed"));
    chmodSync(folder.path("closed"), 0o000);
    mkdirSync(folder.path("sealed"));
    chmodSync(folder.path("sealed"), 0o555);
    const answers = inspectAsOrdinaryUser(folder.path("closed"), folder.path("closed/below"), folder.path("sealed"));
    expect(answers).toEqual([
      expect.objectContaining({ code: "refused", message: `${folder.path("closed")} cannot be read` }),
      expect.objectContaining({ code: "refused" }),
      expect.objectContaining({ modes: ["in-place", "copy"], warnings: ["You cannot write in this folder."] }),
    ]);
    chmodSync(folder.path("closed"), 0o755);
  });

  test("of Cellar itself is refused; one that contains Cellar is not copied into itself", async () => {
    for (const own of [cellar.folders.cellarHome, cellar.folders.workspaces, `${cellar.folders.cellarHome}/logs`]) {
      await expect(inspect(own)).rejects.toMatchObject({
        code: "refused",
        message: expect.stringContaining("belongs to Cellar itself"),
      });
    }
    const found = await inspect(folder.root);
    expect(found.modes).toEqual(["in-place"]);
    expect(found.unavailable.find(({ mode }) => mode === "copy")?.reason).toContain("contains Cellar's own data");
  });

  test("that is the home directory, or holds it, comes with a warning", async () => {
    expect((await inspect("~")).warnings).toContainEqual(expect.stringContaining("whole home directory"));
    expect((await inspect(folder.root)).warnings).toContainEqual(expect.stringContaining("much more than a project"));
    expect((await inspect("/")).warnings).toContainEqual(expect.stringContaining("much more than a project"));
  });

  test("inside a workspace names it, and cannot be one in place again", async () => {
    const path = folder.repository("repo", { "deep/x": "1" });
    const workspace = await cellar.service.create({ source: path, mode: "in-place", name: "repo" });
    for (const source of [path, `${path}/deep`]) {
      const found = await inspect(source);
      expect(found).toMatchObject({ existing: workspace.id, modes: ["worktree", "copy"] });
      expect(found.unavailable).toEqual([
        { mode: "in-place", reason: "This folder is already in the workspace 'repo'." },
      ]);
    }
    expect((await inspect(path)).suggestedName).toBe("repo-2");
    renameSync(path, `${path}-moved`);
    await expect(inspect(path)).rejects.toMatchObject({ code: "not_found" });
  });

  test("that holds a workspace is told, and may still be one", async () => {
    await cellar.service.create({ source: folder.repository("all/repo"), mode: "in-place", name: "repo" });
    const found = await inspect(folder.path("all"));
    expect(found.modes).toContain("in-place");
    expect(found.warnings).toEqual(["It contains 'repo', which is a workspace already."]);
  });
});

test("a URL is not reached for: what it says is enough", async () => {
  expect(await inspect("https://ada:canary@example.invalid/team/Cellar.git")).toEqual({
    kind: "url",
    location: "https://example.invalid/team/Cellar.git",
    suggestedName: "cellar",
    modes: ["copy"],
    unavailable: [
      { mode: "in-place", reason: expect.any(String) },
      { mode: "worktree", reason: expect.any(String) },
    ],
    git: null,
    size: null,
    warnings: [expect.stringContaining("not stored")],
    existing: null,
  });
});

test.skipIf(missing("git"))("looking changes nothing", async () => {
  const path = folder.repository("repo", { a: "1" });
  folder.write("repo/a", "2");
  const state = () => folder.git("repo", "hash-object", ".git/index", ".git/HEAD", ".git/config");
  const before = state();
  await inspect(path);
  expect(state()).toBe(before);
});
