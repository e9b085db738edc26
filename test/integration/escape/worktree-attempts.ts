/**
 * From a workspace that is a worktree: its repository lies outside, and a commit writes into it. Whatever of it the host would run something for has to
 * stay as it is.
 */
import type { Attempt } from "./attempt.ts";
import { useGitOfWorktree } from "./place.ts";

const held = /Read-only|busy|Permission denied|cross-device|not permitted|No such file|could not lock/i;
const pwn = `printf '#!/bin/sh\\ntouch "%s/pwned"\\n' "$HOMEDIR" > "$WORK/.escape/pwn"; chmod 755 "$WORK/.escape/pwn"`;
const where = "worktree";

export const worktreeAttempts: readonly Attempt[] = [
  {
    name: "a commit in a worktree goes through, and nothing else of its repository with it",
    fear: "The worktree cannot be worked in, so that people take the bottle away.",
    script: `cd "$WORK"; git -c user.name=a -c user.email=a@b.example commit -q --allow-empty -m inside && git log -1 --format=%s
writes "$REPOSITORY/.git/HEAD"`,
    refused: /^inside\nREFUSED/,
    control: { none: "it is a control itself" },
    where,
  },
  {
    name: "a hook of the repository that a worktree belongs to",
    fear: "My next commit, there or in any worktree, runs its program.",
    script: `
${pwn}
tries mv "$REPOSITORY/.git/hooks" "$REPOSITORY/.git/old"; mkdir "$REPOSITORY/.git/hooks" 2>/dev/null
for hook in pre-commit post-index-change reference-transaction; do
  tries ln -sf "$WORK/.escape/pwn" "$REPOSITORY/.git/hooks/$hook"; tries cp "$WORK/.escape/pwn" "$REPOSITORY/.git/hooks/$hook"
done
tries ln "$REPOSITORY/.git/config" "$WORK/.escape/h"; mkdir -p "$ENTRY/hooks" && cp "$WORK/.escape/pwn" "$ENTRY/hooks/pre-commit"; true`,
    refused: held,
    control: "host",
    after: useGitOfWorktree,
    where,
  },
  {
    name: "the configuration of the repository that a worktree belongs to",
    fear: "git asks its program for changes, in the repository and in all worktrees.",
    script: `
${pwn}
cd "$WORK"; tries cp "$REPOSITORY/.git/config" "$REPOSITORY/.git/config.lock"; tries mv "$REPOSITORY/.git/config.lock" "$REPOSITORY/.git/config"
for key in core.fsmonitor core.hooksPath core.pager core.sshCommand diff.external; do tries git config "$key" "$WORK/.escape/pwn"; done
tries git config extensions.worktreeConfig true
printf '[core]\\n\\tfsmonitor = %s\\n' "$WORK/.escape/pwn" > .escape/config; tries cp .escape/config "$REPOSITORY/.git/config.worktree"
# Its own entry can be written, and git must not take this from there.
cp .escape/config "$ENTRY/config.worktree"; cp .escape/config "$ENTRY/config"; true`,
    refused: held,
    control: "host",
    after: useGitOfWorktree,
    where,
  },
  {
    name: "other worktrees of the repository, and its own working tree",
    fear: "It works where I work, or its build file is mine tomorrow.",
    script: `
writes "$SIBLING/file.txt"; writes "$SIBLING/.git"; writes "$REPOSITORY/file.txt"; writes "$REPOSITORY/new"; reads "$SIBLING/file.txt"
for at in HEAD index ORIG_HEAD gitdir commondir; do writes "$REPOSITORY/.git/worktrees/sibling/$at"; done
for at in index packed-refs info/attributes info/exclude shallow FETCH_HEAD; do writes "$REPOSITORY/.git/$at"; done
tries mkdir "$REPOSITORY/.git/worktrees/new"; tries mkdir "$REPOSITORY/.git/modules"; tries git -C "$WORK" worktree add -q "$WORK/.escape/another"`,
    refused: held,
    control: "host",
    where,
  },
  {
    name: "another repository for the worktree",
    fear: "git is sent to a repository of the agent's, with its own configuration.",
    script: `
${pwn}
cd "$WORK"; rm -rf .escape/evil; git init -q .escape/evil && git -C .escape/evil config core.fsmonitor "$WORK/.escape/pwn"
printf 'gitdir: %s\\n' "$WORK/.escape/evil/.git" > .escape/dot-git; printf '%s\\n' "$WORK/.escape/evil/.git" > .escape/commondir
for to in .git "$ENTRY/gitdir"; do writes "$to"; tries cp .escape/dot-git "$to"; tries mv -f .escape/dot-git "$to"; done
tries cp .escape/commondir "$ENTRY/commondir"; tries mv -f .escape/commondir "$ENTRY/commondir"; tries mv "$ENTRY" "$ENTRY-moved"; rm -rf .escape/evil`,
    refused: held,
    control: "host",
    where,
  },
];
