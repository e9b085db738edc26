/** What a bubblewrap bottle sees of the file system: from the plan's mounts to bwrap's arguments. */
import { existsSync, readdirSync } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import type { BottleMount } from "#shared/contract/bottles.ts";
import { type BottleToStart, guestHome, guestHomeFiles, guestSystemPrompt, guestTrust } from "../backend.ts";
import { systemFolders } from "./program-folders.ts";

/**
 * What of /etc goes in: how programs are linked, found and localised, and whom TLS trusts. Not in it: accounts, host and machine names, name
 * servers, and configuration that may hold a key (git, npm, ssh, proxies).
 */
const etc = [
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "alternatives",
  "ssl/certs",
  "ssl/openssl.cnf",
  "ca-certificates",
  "ca-certificates.conf",
  "pki",
  "java",
  "localtime",
  "timezone",
  "mime.types",
  "protocols",
  "services",
  "terminfo",
  "inputrc",
  "bash.bashrc",
  "fonts",
] as const;

/** Debian keeps what each Java cannot start without in /etc. */
function javaFolders(): string[] {
  return readdirSync("/etc").filter((name) => /^java-[\w.-]+$/.test(name));
}

/** Files of the bottle's own under /etc, made in its directory. */
export const ownEtc = (uid: number, gid: number): Record<string, string> => ({
  passwd: `agent:x:${uid}:${gid}:agent:${guestHome}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
  group: `agent:x:${gid}:\nnogroup:x:65534:\n`,
  hosts: "127.0.0.1 localhost bottle\n::1 localhost\n",
  hostname: "bottle\n",
  // No name is resolved inside: the gateway does that.
  "resolv.conf": "# Names are resolved by the gateway.\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
});

/**
 * Settings of the running kernel. They belong to root, and where Cellar runs as root the kernel takes the program inside for their owner,
 * though it has no rights: so they are read-only, or not there.
 */
const kernelFiles = [
  "/proc/sys",
  "/proc/fs",
  "/proc/irq",
  "/proc/bus",
  "/proc/scsi",
  "/proc/acpi",
  "/proc/driver",
  "/proc/pressure",
] as const;
const hiddenKernelFiles = [
  "/proc/kcore",
  "/proc/keys",
  "/proc/kmsg",
  "/proc/kpagecount",
  "/proc/kpageflags",
  "/proc/latency_stats",
  "/proc/mtrr",
  "/proc/sched_debug",
  "/proc/sysrq-trigger",
  "/proc/timer_list",
] as const;

/** A symbolic link to make inside. */
export type GuestLink = { at: string; target: string };

export type View = { links: GuestLink[]; mounts: BottleMount[] };

/** /usr and the folders that are links into it on most systems. */
export async function systemView(): Promise<View> {
  const view: View = { links: [], mounts: [] };
  for (const folder of systemFolders) {
    const stat = await lstat(folder).catch(() => null);
    if (stat?.isSymbolicLink()) view.links.push({ at: folder, target: await readlink(folder) });
    else if (stat?.isDirectory()) view.mounts.push({ from: folder, to: folder, access: "read-only", what: "system" });
  }
  return view;
}

/** bwrap's arguments but for the command: handed over in a file, because variables are among them. */
export function sandboxArguments(
  bottle: BottleToStart<{ links: GuestLink[]; uid: number; gid: number }>,
  files: { etc: string; init: string; homeFiles: string; systemPrompt: string | null },
): string[] {
  const { plan, spec, environment } = bottle;
  const { links, uid, gid } = plan.details;
  const { home, temporary } = spec.limits;
  return [
    ...["--unshare-user", "--uid", String(uid), "--gid", String(gid)],
    ...["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...["--hostname", "bottle", "--die-with-parent", "--cap-drop", "ALL"],
    ...["--proc", "/proc", "--dev", "/dev"],
    ...kernelFiles.flatMap((path) => ["--ro-bind-try", path, path]),
    ...hiddenKernelFiles.filter((path) => existsSync(path)).flatMap((path) => ["--ro-bind", "/dev/null", path]),
    ...sizedTmpfs("/dev/shm", temporary),
    ...sizedTmpfs("/tmp", temporary),
    ...["--dir", "/run/cellar", "--dir", "/var", "--symlink", "/tmp", "/var/tmp", "--dir", "/etc"],
    ...[...etc, ...javaFolders()].flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    ...Object.keys(ownEtc(uid, gid)).flatMap((name) => ["--ro-bind", `${files.etc}/${name}`, `/etc/${name}`]),
    ...(spec.keptHome === null ? sizedTmpfs(guestHome, home) : ["--bind", spec.keptHome, guestHome]),
    ...links.flatMap(({ at, target }) => ["--symlink", target, at]),
    ...plan.mounts.flatMap(({ from, to, access }) => [access === "read-only" ? "--ro-bind" : "--bind", from, to]),
    ...["--ro-bind", files.init, guestInit],
    ...(bottle.trust === null ? [] : ["--ro-bind", bottle.trust, guestTrust]),
    ...(bottle.homeFiles.length === 0 ? [] : ["--ro-bind", files.homeFiles, guestHomeFiles]),
    ...(files.systemPrompt === null ? [] : ["--ro-bind", files.systemPrompt, guestSystemPrompt]),
    // Everything that was not mounted is one small file system of the bottle's own: nothing is to be kept there.
    ...["--remount-ro", "/"],
    ...Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--chdir", bottle.cwd],
  ];
}

export const guestInit = "/run/cellar/init";

function sizedTmpfs(path: string, bytes: number): string[] {
  return ["--perms", path === "/tmp" ? "1777" : "0700", "--size", String(bytes), "--tmpfs", path];
}

/** Folders that have to be there inside for PATH: those of these that a bottle can see. */
export function guestPath(hostPath: string, visible: readonly string[], first: readonly string[]): string {
  const seen = (folder: string) => visible.some((each) => folder === each || folder.startsWith(`${each}/`));
  const kept = hostPath.split(":").filter((folder) => folder.startsWith("/") && seen(folder));
  return [...new Set([...first, ...kept, "/usr/local/bin", "/usr/bin", "/bin"])].join(":");
}
