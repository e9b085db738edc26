/** A home and a workspace worth attacking, and whether they are still what they were. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { User } from "#test/product/person.ts";
import type { Place } from "./attempt.ts";

export const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nof the person\n";

const homeFiles: Record<string, string> = {
  ".ssh/id_ed25519": privateKey,
  ".ssh/authorized_keys": "",
  ".bashrc": "# of the person\n",
  ".gitconfig": "[user]\n\tname = Ann\n\temail = ann@example.org\n[safe]\n\tdirectory = *\n",
  ".claude/.credentials.json": '{"token":"of the person"}\n',
  ".config/autostart/mine.desktop": "[Desktop Entry]\n",
  ".local/share/keyrings/login.keyring": "of the person\n",
  ".docker/config.json": "{}\n",
};
const workFiles: Record<string, string> = {
  "file.txt": "one\n",
  ".vscode/tasks.json": "{}\n",
  ".envrc": "# of the person\n",
  ".idea/workspace.xml": "<project/>\n",
};
/** What nothing inside may change. */
const kept = [
  ...Object.keys(homeFiles).map((name) => `home/${name}`),
  "home/pwned",
  "outside.txt",
  "work/.git/hooks",
  "work/.git/config",
  "work/.vscode",
  "work/.envrc",
  "work/.idea",
  "tree/.git",
  "sibling",
  "repository/file.txt",
  ...["hooks", "config", "HEAD", "index", "info", "packed-refs", "worktrees/sibling"].map(
    (at) => `repository/.git/${at}`,
  ),
  ...["commondir", "gitdir"].map((at) => `repository/.git/worktrees/tree/${at}`),
];

/** Makes both below `root`; the home is `root` itself where the product takes it for one. */
export function makePlace(root: string, home: string, user: User | null): Place {
  const place = { root, home, work: join(root, "work"), user };
  for (const [name, content] of Object.entries(homeFiles)) write(join(home, name), content);
  for (const [name, content] of Object.entries(workFiles)) write(join(place.work, name), content);
  write(join(root, "outside.txt"), "outside\n");
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", args, { cwd, env: { PATH: process.env["PATH"]!, HOME: home }, stdio: "ignore" });
  const { repository, tree, sibling } = worktreeOf(place);
  write(join(repository, "file.txt"), "one\n");
  for (const folder of [place.work, repository]) {
    git(folder, "init", "-q", "-b", "main");
    git(folder, "add", "-A");
    git(folder, "commit", "-qm", "first");
  }
  for (const [name, path] of Object.entries({ tree, sibling })) git(repository, "worktree", "add", "-qb", name, path);
  own(place, root);
  return place;
}

/** A repository of which the bottle is given one worktree; the repository itself and another worktree stay outside. */
export function worktreeOf({ root }: Pick<Place, "root">) {
  const repository = join(root, "repository");
  const entry = join(repository, ".git/worktrees/tree");
  return { repository, tree: join(root, "tree"), sibling: join(root, "sibling"), entry };
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Gives it to the place's person, with what is in it; links are left alone. */
export function own({ user }: Place, path: string): void {
  if (user === null) return;
  chownSync(path, user.uid, user.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) {
    if (name === "installation" || lstatSync(join(path, name)).isSymbolicLink()) continue;
    own({ user } as Place, join(path, name));
  }
}

/** Of everything that has to stay as it is. */
export function fingerprint({ root, home }: Place): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (name: string, path: string) => {
    if (!existsSync(path)) return;
    const stat = lstatSync(path);
    if (stat.isDirectory()) for (const each of readdirSync(path).sort()) look(`${name}/${each}`, join(path, each));
    else found[name] = `${stat.mode.toString(8)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
  };
  for (const name of kept) look(name, name.startsWith("home/") ? join(home, name.slice(5)) : join(root, name));
  return found;
}

/** What an unsuspecting person does with git in the workspace. */
export function useGit(place: Place): void {
  gitIn(place, place.work, [
    ...looks,
    ["add", "-A"],
    ["commit", "-qm", "work of the person", "--allow-empty"],
    ["checkout", "-q", "-B", "other"],
    ["checkout", "-q", "main"],
    ["fetch", "-q"],
  ]);
}

/** The same in the worktree; and in what it shares its repository with they only look, because that stays as it is. */
export function useGitOfWorktree(place: Place): void {
  const { tree, repository, sibling } = worktreeOf(place);
  gitIn(place, tree, [...looks, ["add", "-A"], ["commit", "-qm", "work of the person", "--allow-empty"]]);
  for (const folder of [repository, sibling]) gitIn(place, folder, [["status"], ["log", "-2", "--all"]]);
}

const looks = [["status"], ["diff"], ["log", "-2", "--all"]];

function gitIn({ home, user }: Place, cwd: string, commands: readonly string[][]): void {
  for (const args of commands) {
    try {
      execFileSync("git", args, {
        cwd,
        env: { PATH: process.env["PATH"]!, HOME: home, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" },
        stdio: "ignore",
        timeout: 20_000,
        ...(user ?? {}),
      });
    } catch {
      // An attempt may have broken the repository; what counts is what was run.
    }
  }
}

export function executable(path: string, content: Buffer | string): void {
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}
