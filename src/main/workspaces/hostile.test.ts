/**
 * A repository may come from anywhere. Each of these tries to have git execute a program of its own; plain git shows that the trap is armed, and then
 * everything Cellar does with a repository must leave it alone.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, expect, test } from "vitest";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";

const { folder, cellar } = freshWorkspaces();
beforeEach(() => void mkdirSync(folder.path("canaries")));

/** A program that leaves a canary of its name, then does `rest`. */
function program(name: string, rest = "cat"): string {
  const path = folder.write(`bin/${name}`, `#!/bin/sh\ntouch '${folder.path("canaries")}/${name}'\n${rest}\n`);
  chmodSync(path, 0o755);
  return path;
}

const config = (key: string, value: string) => folder.git("repo", "config", key, value);
const canaries = () => readdirSync(folder.path("canaries"));

function plainGit(...args: string[]): void {
  try {
    folder.git("repo", ...args);
  } catch {
    // Many traps fail the command they hang on; that they fired is what counts.
  }
}

type Trap = {
  arm(): void;
  /** Something an unsuspecting tool would run, in which the trap fires; null where this git is too old for it. */
  fire: string[] | null;
};

/** A commit with a signature, so that whoever lists commits could want to check it. */
function signedCommit(): void {
  const tree = folder.git("repo", "rev-parse", "HEAD^{tree}");
  const parent = folder.git("repo", "rev-parse", "HEAD");
  const who = "Ada <ada@example.org> 1767323045 +0000";
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----";
  const file = folder.write(
    "commit",
    `tree ${tree}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n${signature}\n\nSigned\n`,
  );
  folder.git("repo", "update-ref", "HEAD", folder.git("repo", "hash-object", "-t", "commit", "-w", file));
}

const hooks = [
  "post-checkout",
  "reference-transaction",
  "post-index-change",
  "pre-commit",
  "post-commit",
  "fsmonitor-watchman",
];

const traps: Record<string, Trap> = {
  "hooks in .git/hooks": {
    arm: () => {
      const path = program("hook", "exit 0");
      for (const hook of hooks) {
        folder.write(`repo/.git/hooks/${hook}`, `#!/bin/sh\nexec '${path}'\n`);
        chmodSync(folder.path("repo/.git/hooks", hook), 0o755);
      }
    },
    fire: ["checkout", "-q", "-b", "x"],
  },
  "core.hooksPath": {
    arm: () => {
      for (const hook of hooks) program(hook, "exit 0");
      config("core.hooksPath", folder.path("bin"));
    },
    fire: ["checkout", "-q", "-b", "x"],
  },
  "hooks by configuration": {
    arm: () => {
      config("hook.evil.command", program("configured-hook", "exit 0"));
      for (const hook of hooks) folder.git("repo", "config", "--add", "hook.evil.event", hook);
    },
    fire: null,
  },
  "core.fsmonitor": {
    arm: () => config("core.fsmonitor", program("fsmonitor", "exit 1")),
    fire: ["status"],
  },
  "core.fsmonitor in the worktree's configuration": {
    arm: () => {
      config("extensions.worktreeConfig", "true");
      folder.git("repo", "config", "--worktree", "core.fsmonitor", program("fsmonitor", "exit 1"));
    },
    fire: ["status"],
  },
  "a clean filter": {
    arm: () => {
      config("filter.evil.clean", program("clean"));
      folder.write("repo/.git/info/attributes", "* filter=evil\n");
    },
    fire: ["diff"],
  },
  "a smudge filter": {
    arm: () => {
      config("filter.evil.smudge", program("smudge"));
      folder.write("repo/.git/info/attributes", "* filter=evil\n");
    },
    fire: ["reset", "--hard", "HEAD~1"],
  },
  "a filter process": {
    arm: () => {
      config("filter.evil.process", program("process", "exit 1"));
      config("filter.evil.required", "true");
      folder.write("repo/.git/info/attributes", "* filter=evil\n");
    },
    fire: ["diff"],
  },
  "a filter whose name breaks the syntax of -c": {
    arm: () => {
      folder.write(
        "repo/.git/odd",
        `[filter "a=b.c\\"d"]\n\tclean = ${program("odd-clean")}\n\tsmudge = ${program("odd-smudge")}\n`,
      );
      config("include.path", "odd");
      folder.write("repo/.git/info/attributes", '* filter=a=b.c"d\n');
    },
    fire: ["diff"],
  },
  "a filter that is there only on the new branch": {
    arm: () => {
      folder.write(
        "repo/.git/only",
        `[filter "late"]\n\tsmudge = ${program("late-smudge")}\n\tclean = ${program("late-clean")}\n`,
      );
      config("includeIf.onbranch:cellar/**.path", "only");
      folder.write("repo/.git/info/attributes", "* filter=late\n");
    },
    fire: ["worktree", "add", "-q", "-b", "cellar/x", "../plain-worktree"],
  },
  "a filter that is there only in the new worktree": {
    arm: () => {
      folder.write("repo/.git/only", `[filter "late"]\n\tsmudge = ${program("late-smudge")}\n`);
      config("includeIf.gitdir:**/worktrees/**.path", folder.path("repo/.git/only"));
      folder.write("repo/.git/info/attributes", "* filter=late\n");
    },
    fire: ["worktree", "add", "-q", "../plain-worktree"],
  },
  "an external diff": {
    arm: () => {
      config("diff.external", program("external"));
      config("diff.evil.command", program("driver"));
      folder.write("repo/.git/info/attributes", "*.txt diff=evil\n");
    },
    fire: ["diff", "HEAD~1"],
  },
  "a text conversion": {
    arm: () => {
      config("diff.evil.textconv", program("textconv", 'cat "$1"'));
      folder.write("repo/.git/info/attributes", "* diff=evil\n");
    },
    fire: ["diff", "HEAD~1"],
  },
  "a signature program": {
    arm: () => {
      signedCommit();
      config("log.showSignature", "true");
      config("gpg.program", program("gpg", "exit 1"));
    },
    fire: ["log", "-1"],
  },
  "a pager and an editor": {
    arm: () => {
      for (const key of ["core.pager", "pager.log", "pager.diff", "pager.status", "pager.branch"])
        config(key, program("pager"));
      config("core.editor", program("editor"));
    },
    fire: ["commit", "--allow-empty", "--amend"],
  },
  "aliases of what Cellar uses": {
    arm: () => {
      for (const name of ["status", "diff", "log", "worktree", "rev-parse", "config", "checkout"]) {
        config(`alias.${name}`, `!${program("alias")}`);
      }
      config("alias.evil", `!${program("alias")}`);
    },
    fire: ["evil"],
  },
  "a partial clone that fetches by a program": {
    arm: () => {
      const blob = folder.git("repo", "rev-parse", "HEAD:a.txt");
      rmSync(folder.path("repo/.git/objects", blob.slice(0, 2), blob.slice(2)));
      config("core.repositoryFormatVersion", "1");
      config("extensions.partialClone", "origin");
      config("remote.origin.promisor", "true");
      config("protocol.allow", "always");
      config("remote.origin.url", `ext::${program("lazy-fetch", "exit 1")}`);
    },
    fire: ["show", "HEAD:a.txt"],
  },
  "a partial clone that fetches from a folder": {
    arm: () => {
      folder.git(".", "clone", "-q", "--bare", folder.path("repo"), folder.path("elsewhere.git"));
      const blob = folder.git("repo", "rev-parse", "HEAD:a.txt");
      rmSync(folder.path("repo/.git/objects", blob.slice(0, 2), blob.slice(2)));
      config("core.repositoryFormatVersion", "1");
      config("extensions.partialClone", "origin");
      config("remote.origin.promisor", "true");
      config("remote.origin.url", folder.path("elsewhere.git"));
      config("remote.origin.uploadpack", program("upload-pack", "exit 1"));
    },
    fire: ["show", "HEAD:a.txt"],
  },
  "a submodule with a configuration of its own": {
    arm: () => {
      folder.repository("inner");
      folder.git("repo", "-c", "protocol.file.allow=always", "submodule", "add", "-q", folder.path("inner"), "sub");
      folder.commit("repo", "With submodule");
      folder.write("repo/sub/README.md", "changed\n");
      folder.git("repo/sub", "config", "core.fsmonitor", program("sub-fsmonitor", "exit 1"));
      folder.git("repo/sub", "config", "filter.sub.clean", program("sub-clean"));
      folder.write("repo/.git/modules/sub/info/attributes", "* filter=sub\n");
      config("diff.submodule", "diff");
      config("status.submoduleSummary", "true");
      config("submodule.recurse", "true");
      config("submodule.sub.update", `!${program("sub-update")}`);
    },
    fire: ["status"],
  },
  "an ssh command and a credential helper": {
    arm: () => {
      config("core.sshCommand", program("ssh", "exit 1"));
      config("credential.helper", `!${program("helper")}`);
      config("core.askPass", program("askpass"));
      config("remote.origin.url", "ssh://example.invalid/x");
    },
    fire: ["fetch", "-q"],
  },
};

test.each(Object.entries(traps))("%s: nothing of it runs", async (_name, { arm, fire }) => {
  const source = folder.repository("repo", { "a.txt": "one\n", "b.txt": "two\n" });
  folder.write("repo/b.txt", "changed\n");
  folder.commit("repo", "Second");
  arm();
  const spoil = () => {
    folder.write("repo/b.txt", "CHANGED\n");
    folder.write("repo/untracked.txt", "new\n");
  };
  if (fire !== null) {
    spoil();
    plainGit(...fire);
    expect(canaries(), "plain git steps into the trap").not.toEqual([]);
    for (const name of canaries()) rmSync(folder.path("canaries", name));
    plainGit("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "checkout", "-q", "-f", "main");
    for (const name of canaries()) rmSync(folder.path("canaries", name));
  }
  spoil();
  const { service } = cellar;
  const step = async (what: string, work: () => Promise<unknown>) => {
    await work();
    expect(canaries(), what).toEqual([]);
  };

  await step("inspect", () => service.inspect(source));
  const inPlace = await service.create({ source, mode: "in-place", name: "here" });
  await step("details in place", () => service.details(inPlace.id));
  await step("diff in place", () => service.diff(inPlace.id, undefined));
  const first = folder.git("repo", "-c", "core.fsmonitor=false", "rev-list", "--max-parents=0", "HEAD");
  await step("create a worktree", async () => {
    const started = await service.create({ source, mode: "worktree", name: "there", startPoint: first });
    const { workspace, job } = await cellar.settled(started);
    if (job.state !== "done") return;
    folder.write("cellar/workspaces/there/b.txt", "DIFFERENT\n");
    folder.write("cellar/workspaces/there/more.txt", "new\n");
    await step("details of a worktree", () => service.details(workspace!.id));
    await step("diff of a worktree", () => service.diff(workspace!.id, "b.txt"));
    const plan = await service.planDelete(workspace!.id);
    expect(plan.uncommitted).toBe(2);
    const jobId = await service.delete(plan.planId, { keepBranch: false, keepDirectory: false });
    expect(await cellar.jobs.ended(jobId)).toMatchObject({ state: "done" });
    expect(existsSync(join(cellar.folders.workspaces, "there"))).toBe(false);
  });
  await step("clone", async () => {
    folder.git(".", "clone", "-q", "--bare", folder.repository("other"), folder.path("bare.git"));
    await cellar.settled(
      await service.create({ source: pathToFileURL(folder.path("bare.git")).href, mode: "copy", name: "clone" }),
    );
  });
});

test("a repository hidden in a working tree as ordinary files is not taken for one", async () => {
  folder.repository("repo");
  folder.git(".", "init", "-q", "--bare", folder.path("repo/docs"));
  folder.git("repo/docs", "config", "core.bare", "false");
  folder.git("repo/docs", "config", "core.worktree", folder.path("repo/docs"));
  folder.git("repo/docs", "config", "core.fsmonitor", program("hidden", "exit 1"));
  mkdirSync(folder.path("repo/docs/below"));
  for (const path of ["repo/docs", "repo/docs/below"]) await cellar.service.inspect(folder.path(path)).catch(() => {});
  expect(canaries()).toEqual([]);
});

test("a person's own configuration keeps working: their URL rewriting, their trusted folders", async () => {
  folder.git(".", "clone", "-q", "--bare", folder.repository("origin"), folder.path("origin.git"));
  folder.write(
    "home/.gitconfig",
    `[url "file://${folder.root}/"]\n\tinsteadOf = file:///mine/\n[safe]\n\tdirectory = *\n`,
  );
  const look = await cellar.service.inspect(folder.path("origin"));
  expect(look.modes[0]).toBe("worktree");
  const ended = await cellar.git.outside(["ls-remote", "file:///mine/origin.git"], "local-file", [], {});
  expect(ended.stdout.toString()).toContain("refs/heads/main");
});
