/** Files of the host: those of the person, those that the host runs, and what the workspace leads to. */
import type { Attempt } from "./attempt.ts";
import { useGit } from "./place.ts";

const gone = /No such file|Permission denied|Not a directory|nonexistent|cannot/i;
const held = /Read-only|busy|Permission denied|cross-device|not permitted/i;
const pwn = `printf '#!/bin/sh\\ntouch "%s/pwned"\\n' "$HOMEDIR" > "$WORK/.escape/pwn"; chmod 755 "$WORK/.escape/pwn"`;

const home: Attempt[] = [
  {
    name: "the person's keys and sign-ins",
    fear: "My SSH key and my sign-in at the provider are read.",
    script: `for at in .ssh/id_ed25519 .claude/.credentials.json .local/share/keyrings/login.keyring .docker/config.json .gitconfig; do reads "$HOMEDIR/$at"; done; reads /etc/shadow; reads /root/.bashrc`,
    refused: gone,
    control: "host",
  },
  {
    name: "the state of Cellar",
    fear: "It reads the vault, or the settings say tomorrow what it wants.",
    script: `for at in cellar.db vault.db terminals.db settings.json providers.toml main.lock; do reads "$CELLAR_STATE/$at"; done; writes "$CELLAR_STATE/settings.json"; tries ls "$CELLAR_STATE/"; reads "$OWN_DIRECTORY/seccomp"; writes "$OWN_DIRECTORY/init"`,
    refused: gone,
    control: { none: "the control of the person's keys reads a file in the same way" },
  },
  {
    name: "a secret of Cellar in the environment",
    fear: "The real key is in a variable.",
    script: `if { env; cat /proc/*/environ; } 2>/dev/null | tr '\\0' '\\n' | grep -q real-key-of-the-person; then echo ESCAPED the real key; else echo "REFUSED the key is a placeholder: $ESCAPE_API_KEY"; fi`,
    refused: /placeholder: .{16,}/,
    control: {
      inside: "env | tr '\\0' '\\n' | grep -q IS_SANDBOX && echo ESCAPED a variable that is meant to be there",
    },
  },
  {
    name: "files beside the workspace",
    fear: "It goes up a folder.",
    script: `reads "$WORK/../outside.txt"; writes "$WORK/../outside.txt"; writes "$WORK/../new"; tries mv "$WORK" "$WORK-moved"`,
    refused: /No such file|Read-only|busy|cannot move/i,
    control: { inside: `writes "$WORK/../work/.escape/beside"` },
  },
  {
    name: "a link in the workspace that leads out",
    fear: "It writes through a link.",
    script: `cd "$WORK/.escape"; ln -s "$HOMEDIR/.ssh" out; ln -s "$HOMEDIR/.bashrc" rc; ln -s ../../outside.txt up; reads out/id_ed25519; writes rc; writes up; writes out/authorized_keys; rm -f out rc up`,
    refused: gone,
    control: "host",
  },
  {
    name: "a hard link to a file of the host",
    fear: "A second name in the workspace for a file that cannot be written.",
    script: `cd "$WORK/.escape"; tries ln "$HOMEDIR/.bashrc" h1; tries ln /usr/bin/env h2; tries ln "$WORK/.git/config" h3; tries ln "$WORK/.git/hooks/../config" h4; tries ln /etc/hosts h5; tries ln /run/cellar/init h6; rm -f h?`,
    refused: /cross-device|No such file|not permitted|Read-only/i,
    control: "host",
  },
  {
    name: "programs and settings of the system",
    fear: "Something of mine runs what it has put there.",
    script: `for at in /usr/bin/new /usr/local/bin/git /etc/ld.so.preload /etc/profile.d/x.sh /etc/hosts /etc/ssl/certs/x.pem /run/cellar/init /run/cellar/trust/cellar-ca.pem /lib/x /new; do writes "$at"; done`,
    refused: /Read-only|Permission denied|No such|nonexistent/i,
    control: { inside: "writes /tmp/new" },
  },
  {
    name: "a program in the workspace that becomes me for whoever runs it (set-user-id)",
    fear: "A file of mine that gives my rights to every user of this computer.",
    script: `
cd "$WORK/.escape"; cp /bin/sh s1; tries chmod u+s s1; tries chmod 4755 s1; "$PROBE" call chmod-setuid "$WORK/.escape/s1"; "$PROBE" call create-setuid "$WORK/.escape/s2"
tries cp --preserve=mode /usr/bin/su s3 >/dev/null; tries install -m 4755 /bin/sh s4
found=$(find . -perm -4000); rm -f s1 s2 s3 s4; [ -z "$found" ] && echo "REFUSED nothing carries the bit" || echo "ESCAPED $found"`,
    refused: /nothing carries the bit/,
    control: "host",
  },
];

/** What git of the host takes programs from. */
const git: Attempt[] = [
  {
    name: "a hook of git",
    fear: "My next commit runs its program.",
    script: `
${pwn}
cd "$WORK"
for hook in pre-commit post-checkout post-index-change reference-transaction fsmonitor-watchman; do
  tries cp .escape/pwn .git/hooks/$hook; tries ln -sf ../../.escape/pwn .git/hooks/$hook; tries mv .escape/pwn .git/hooks/$hook
done
tries mv .git/hooks .git/old; tries rm -rf .git/hooks; tries rmdir .git/hooks
${pwn}
mkdir -p .escape/hooks; cp .escape/pwn .escape/hooks/pre-commit; tries mv -T .escape/hooks .git/hooks; true`,
    refused: held,
    control: "host",
    after: useGit,
  },
  {
    name: "the configuration of git",
    fear: "git asks its program for changes, or for the password, or pages with it (core.fsmonitor, alias, include).",
    script: `
${pwn}
cd "$WORK"; tries mv .git/config .git/old; tries rm -f .git/config
for key in core.fsmonitor core.hooksPath core.pager diff.external core.sshCommand credential.helper; do tries git config "$key" "$WORK/.escape/pwn"; done
tries git config include.path ../.escape/config; tries git config extensions.worktreeConfig true`,
    refused: held,
    control: "host",
    after: useGit,
  },
  {
    name: "another folder as the repository (commondir)",
    fear: "git is sent to a repository of the agent's, with its own configuration.",
    script: `
${pwn}
cd "$WORK"; rm -rf .escape/evil; git init -q .escape/evil && git -C .escape/evil config core.fsmonitor "$WORK/.escape/pwn"
writes .git/commondir; tries rm -f .git/commondir; printf '%s\\n' "$WORK/.escape/evil/.git" > .escape/commondir; tries mv -f .escape/commondir .git/commondir; rm -rf .escape/evil`,
    refused: held,
    control: "host",
  },
  {
    name: "another .git in place of the repository",
    fear: "The whole repository is exchanged.",
    script: `
${pwn}
cd "$WORK"; tries mv .git .escape/git-moved; tries rm -rf .git; [ -d .git/objects ] || { git init -q; git config core.fsmonitor "$WORK/.escape/pwn"; }
echo "gitdir: $WORK/.escape/evil/.git" > .escape/dot-git; tries mv -T .escape/dot-git .git`,
    refused: /busy|Read-only|cannot/i,
    control: { none: "it would destroy the control's repository; the hooks are shown" },
    after: useGit,
  },
  {
    name: "tasks of an editor and settings of a shell in the workspace",
    fear: "Opening the folder runs its program.",
    script: `cd "$WORK"; for at in .vscode/tasks.json .envrc .idea/workspace.xml .vscode/new.json; do writes "$at"; done; tries mv .vscode .old; tries rm -f .envrc; cp .escape/probe .escape/e; tries mv .escape/e .envrc`,
    refused: held,
    control: { inside: `writes "$WORK/.escape/any"` },
  },
];

export const fileAttempts: readonly Attempt[] = [...home, ...git];
