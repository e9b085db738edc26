/** git in a bottle, with the real git on both sides: it can commit, and cannot leave anything that the host's git would run. */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BottleBench } from "#test/product/bottle.ts";
import { missing } from "#test/requirements.ts";
import { changedTriggers, triggersIn } from "./triggers.ts";

const identity = {
  GIT_AUTHOR_NAME: "Agent",
  GIT_AUTHOR_EMAIL: "agent@example.com",
  GIT_COMMITTER_NAME: "Agent",
  GIT_COMMITTER_EMAIL: "agent@example.com",
};

function git(folder: string, ...args: string[]): string {
  const env = { PATH: process.env["PATH"], HOME: "/nonexistent", ...identity };
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

describe.skipIf(missing("bwrap", "git"))("a repository in a bottle", () => {
  let bench: BottleBench;
  beforeEach(() => {
    bench = new BottleBench();
    git(bench.workspace, "init", "-q", "-b", "main");
    writeFileSync(join(bench.workspace, "file"), "one\n");
    git(bench.workspace, "add", "file");
    git(bench.workspace, "commit", "-qm", "one");
  });
  afterEach(() => bench[Symbol.asyncDispose]());
  const inside = async (script: string, workspace = bench.workspace) =>
    bench.run(script, { environment: identity, workspace });

  test("takes commits, branches, a stash, a rebase", async () => {
    const { exitCode, stderr } = await inside(
      "set -e; echo two > file; git commit -qam two; git switch -qc other; echo three > new; git add new; git commit -qm three; echo x >> file; git stash -q; git stash pop -q; git checkout -q file; git switch -q main; git merge -q other; git rebase -q HEAD~1",
    );
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(git(bench.workspace, "log", "--format=%s %an", "main")).toBe("three Agent\ntwo Agent\none Agent\n");
    expect(git(bench.workspace, "fsck", "--no-dangling")).toBe("");
  });

  test("keeps its hooks and configuration as they were, whatever is tried", async () => {
    const before = readFileSync(join(bench.workspace, ".git/config"), "utf8");
    const { stdout } = await inside(
      `${[
        "echo x > .git/hooks/post-checkout",
        "rm -rf .git/hooks/*",
        "mv .git/hooks .git/hooks-old",
        "rmdir .git/hooks",
        "git config core.fsmonitor /bin/evil",
        "printf '[core]\\nfsmonitor=evil\\n' >> .git/config",
        "mv .git/config .git/config-old",
        "rm .git/config",
        "mv .git .git-old",
        "echo ../evil > .git/commondir",
        "rm .git/commondir",
        "mount --bind . .git",
        "umount .git/config",
      ]
        .map((attempt) => `(${attempt}) >/dev/null 2>&1 && echo "done: ${attempt.replaceAll('"', "")}"`)
        .join("\n")}\ntrue`,
    );
    expect(stdout).toBe("");
    expect(readFileSync(join(bench.workspace, ".git/config"), "utf8")).toBe(before);
  });

  test("what was put there for the mounts is gone afterwards", async () => {
    const { bottle, child } = await bench.start("read -r word");
    expect(existsSync(join(bench.workspace, ".git/commondir"))).toBe(true);
    child.stdin?.end();
    await bench.backend.destroy(bottle);
    expect(existsSync(join(bench.workspace, ".git/commondir"))).toBe(false);
    expect(git(bench.workspace, "status", "--porcelain")).toBe("");
  });

  test("hooks and configuration that the repository keeps in its files are read-only too", async () => {
    for (const folder of ["hooks-of-ours", ".husky"]) mkdirSync(join(bench.workspace, folder));
    writeFileSync(join(bench.workspace, "shared.gitconfig"), "");
    git(bench.workspace, "config", "core.hooksPath", "hooks-of-ours");
    git(bench.workspace, "config", "include.path", "../shared.gitconfig");
    const { stdout } = await inside(
      "for f in hooks-of-ours/pre-commit .husky/pre-commit shared.gitconfig; do (echo x > $f) 2>/dev/null || echo refused; done; mv hooks-of-ours old 2>/dev/null || echo refused",
    );
    expect(stdout).toBe("refused\n".repeat(4));
  });

  test("editor tasks that are there are read-only, and ones that appear are named afterwards", async () => {
    mkdirSync(join(bench.workspace, ".vscode"));
    writeFileSync(join(bench.workspace, ".vscode/tasks.json"), "{}");
    const before = await triggersIn(bench.workspace);
    const { stdout } = await inside(
      "(echo x > .vscode/tasks.json) 2>/dev/null || echo refused; mv .vscode old 2>/dev/null || echo refused; echo x > .envrc; mkdir -p deep/er && git init -q deep/er",
    );
    expect(stdout).toBe("refused\nrefused\n");
    expect(changedTriggers(before, await triggersIn(bench.workspace))).toEqual([".envrc", "deep/er/.git"]);
  });

  test("traps in the repository itself are named afterwards: links that git writes through, and what a rebase would run", async () => {
    const before = await triggersIn(bench.workspace);
    expect(changedTriggers(before, await triggersIn(bench.workspace))).toEqual([]);
    await inside(
      "rm -f .git/logs/HEAD; ln -s /home/ann/.bashrc .git/logs/HEAD; ln -sf ../../x .git/COMMIT_EDITMSG; mkdir .git/rebase-merge; echo 'exec evil' > .git/rebase-merge/git-rebase-todo",
    );
    expect(changedTriggers(before, await triggersIn(bench.workspace))).toEqual([
      ".git/COMMIT_EDITMSG",
      ".git/logs/HEAD",
      ".git/rebase-merge/git-rebase-todo",
    ]);
  });

  test("a repository that appears where none was is named", async () => {
    execFileSync("rm", ["-rf", join(bench.workspace, ".git")]);
    const before = await triggersIn(bench.workspace);
    await inside("git init -q");
    expect(changedTriggers(before, await triggersIn(bench.workspace))).toEqual([".git"]);
  });

  test("a link in place of hooks is refused before anything is made", async () => {
    execFileSync("rm", ["-rf", join(bench.workspace, ".git/hooks")]);
    symlinkSync("/tmp", join(bench.workspace, ".git/hooks"));
    await expect(inside("true")).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("link") });
  });

  describe("that is a worktree", () => {
    let worktree: string;
    beforeEach(() => {
      worktree = bench.folder.in("tree");
      git(bench.workspace, "worktree", "add", "-q", "-b", "cellar/fix", worktree);
      git(bench.workspace, "worktree", "add", "-q", "-b", "another", bench.folder.in("another"));
    });

    test("takes commits, which the repository has", async () => {
      const { exitCode, stderr, stdout } = await inside(
        "set -e; echo two > file; git commit -qam 'two inside'; git switch -qc more; git commit -q --allow-empty -m three; git status --porcelain",
        worktree,
      );
      expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 0, stderr: "", stdout: "" });
      expect(git(bench.workspace, "log", "-1", "--format=%s", "cellar/fix")).toBe("two inside\n");
      expect(git(bench.workspace, "log", "-1", "--format=%s", "more")).toBe("three\n");
    });

    test("leads nowhere else, and reaches neither files nor configuration of the repository it is of", async () => {
      const common = join(bench.workspace, ".git");
      const entry = join(common, "worktrees/tree");
      const { stdout } = await inside(
        `${[
          "echo gitdir: /tmp/evil > .git",
          "rm .git",
          "mv .git old",
          `cat ${bench.workspace}/file`,
          `echo x > ${common}/hooks/post-checkout`,
          `echo x >> ${common}/config`,
          `echo /tmp/evil > ${entry}/commondir`,
          `rm ${entry}/gitdir`,
          `mv ${entry} ${entry}-old`,
          `echo x > ${common}/worktrees/another/commondir`,
          `echo x > ${common}/HEAD`,
          `echo /tmp/evil > ${common}/commondir`,
        ]
          .map((attempt) => `(${attempt}) >/dev/null 2>&1 && echo "done: ${attempt}"`)
          .join("\n")}\ntrue`,
        worktree,
      );
      expect(stdout).toBe("");
      expect(git(worktree, "rev-parse", "--git-common-dir").trim()).toBe(common);
    });

    test("is not believed when its repository does not know it", async () => {
      const stolen = bench.folder.in("stolen");
      mkdirSync(stolen);
      writeFileSync(join(stolen, ".git"), `gitdir: ${join(bench.workspace, ".git/worktrees/another")}\n`);
      const { stdout } = await inside(`git status 2>&1 | head -1; ls ${bench.workspace} 2>&1`, stolen);
      expect(stdout).toContain("not a git repository");
      expect(stdout).toContain("No such file");
    });
  });

  test("a submodule's repository is out of reach", async () => {
    const part = bench.folder.in("part");
    mkdirSync(part);
    git(part, "init", "-q");
    git(part, "commit", "-q", "--allow-empty", "-m", "part");
    git(bench.workspace, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", part, "part");
    const { stdout } = await inside("(echo x >> .git/modules/part/config) 2>/dev/null || echo refused");
    expect(stdout).toBe("refused\n");
    appendFileSync(join(bench.workspace, "file"), "still ours\n");
  });
});
