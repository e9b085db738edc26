/**
 * The product as somebody else than whoever runs the tests: most people are not root, and the kernel treats root differently. Only root can do
 * that; it happens in a mount namespace, so that the sources can be read wherever they lie, and names be given that no name server has.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { TemporaryFolder } from "./temporary.ts";

export type User = { uid: number; gid: number };

export type Person = {
  /** Of the environment it starts from. */
  environment?: NodeJS.ProcessEnv;
  user?: User;
  /** Lines of /etc/hosts. */
  hosts?: string;
  /** Where its folders are: a bottle has a folder for temporary files of its own, and what lies there outside cannot be asked for inside. */
  parent?: string;
};

/** The person's login shell, the same whoever runs the tests and from wherever: an account may have none, nor its environment. */
export const shell = "/bin/bash";

export const isRoot = process.getuid?.() === 0;

/** A folder that is not temporary, and that everybody may look into if we may let them. */
export const lasting = isRoot ? "/opt" : homedir();

/** An account without rights that every Debian has; null when we cannot become somebody else. */
export function ordinaryUser(): User | null {
  if (!isRoot) return null;
  const id = (flag: string) => Number(execFileSync("id", [flag, "games"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** $1: the sources, $2: where they are seen, $3: a file over /etc/hosts or nothing, $4 and $5: the user or nothing. */
const script = `
mount --bind "$1" "$2" && if [ -n "$3" ]; then mount --bind "$3" /etc/hosts; fi || exit 1
cd / || exit 1
user=$4 group=$5; shift 5
[ -z "$user" ] || exec setpriv --reuid="$user" --regid="$group" --clear-groups --inh-caps=-all -- "$@"
exec "$@"
`;

/** `command` as that person. What they need in `folder` is theirs afterwards. */
export function apart(
  { user, hosts }: Person,
  sources: string,
  folder: TemporaryFolder,
  command: readonly string[],
): string[] {
  if (!isRoot || (user === undefined && hosts === undefined)) return [...command];
  const seen = folder.in("installation");
  mkdirSync(seen, { recursive: true });
  const names = hosts === undefined ? "" : folder.in("hosts");
  if (hosts !== undefined) writeFileSync(names, hosts);
  if (user !== undefined) {
    chmodSync(folder.path, 0o755);
    chownSync(folder.path, user.uid, user.gid);
  }
  const there = command.map((part) => (part.startsWith(sources) ? join(seen, part.slice(sources.length)) : part));
  const who = user === undefined ? ["", ""] : [String(user.uid), String(user.gid)];
  const program = ["sh", "-c", script, "apart", sources, seen, names, ...who, ...there];
  return ["unshare", "--mount", "--propagation", "private", "--", ...program];
}
