/** Whether bubblewrap works here: what it needs is looked for, and then tried, because a kernel may forbid what is installed. */
import { readFile } from "node:fs/promises";
import { findProgram } from "#node/find-program.ts";
import type { Environment, Subprocesses } from "#node/subprocess.ts";
import { lastLines } from "#node/subprocess.ts";
import type { Availability } from "../backend.ts";
import { seccompProgram } from "./seccomp.ts";

/** Most come with util-linux. */
const needed = ["bwrap", "unshare", "nsenter", "prlimit", "mkfifo", "bash"] as const;
const packages: Readonly<Record<string, string>> = { bwrap: "bubblewrap", mkfifo: "coreutils", bash: "bash" };
/** `--size`, and `--perms` before it. */
const oldestVersion = [0, 7] as const;
const patienceMs = 10_000;

const path: Environment = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };

export async function tryBubblewrap(subprocesses: Subprocesses): Promise<Availability> {
  if (process.platform !== "linux") return no("bubblewrap runs on Linux only; on this computer use docker.");
  if (seccompProgram(process.arch) === null) {
    return no(`There is no filter of system calls for ${process.arch} yet; use docker.`);
  }
  for (const program of needed) {
    if (findProgram(program, path) !== null) continue;
    const packageName = packages[program] ?? "util-linux";
    const repair = `sudo apt install ${packageName}`;
    return no(`${program} is not installed; install it with your package manager: ${repair}`, repair);
  }
  const run = (program: string, args: string[]) =>
    subprocesses.run({ program, args, env: path, timeoutMs: patienceMs });
  try {
    const { stdout } = await run("bwrap", ["--version"]);
    const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout.toString()) ?? [];
    if (Number(major) === oldestVersion[0] && Number(minor) < oldestVersion[1]) {
      return no(`bubblewrap ${major}.${minor} is too old; install ${oldestVersion.join(".")} or later.`);
    }
    const tried = await run("unshare", ["--user", "--map-root-user", "--", "bwrap", ...trial]);
    return tried.exitCode === 0 ? { available: true } : await whyForbidden(lastLines(tried.stderr, 1));
  } catch (error) {
    return no(`bubblewrap could not be tried: ${(error as Error).message}`);
  }
}

/** Every namespace that a bottle has. */
const trial = [
  ...["--unshare-user", "--uid", "1000", "--gid", "1000"],
  ...["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL"],
  ...["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"],
];

async function whyForbidden(said: string): Promise<Availability> {
  const setting = async (name: string) => (await readFile(`/proc/sys/${name}`, "utf8").catch(() => "")).trim();
  if ((await setting("kernel/apparmor_restrict_unprivileged_userns")) === "1") {
    const repair = "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
    const why = "AppArmor forbids user namespaces to programs without a profile; allow them with";
    return no(`${why}: ${repair} (to keep it, write it to /etc/sysctl.d/60-userns.conf)`, repair);
  }
  if ((await setting("kernel/unprivileged_userns_clone")) === "0") {
    const repair = "sudo sysctl kernel.unprivileged_userns_clone=1";
    return no(`The kernel forbids user namespaces to ordinary users; allow them with: ${repair}`, repair);
  }
  if ((await setting("user/max_user_namespaces")) === "0") {
    const repair = "sudo sysctl user.max_user_namespaces=15000";
    return no(`The kernel allows no user namespaces; allow them with: ${repair}`, repair);
  }
  return no(
    `The kernel does not let bubblewrap make its namespaces (${said}); inside a container, start Cellar outside of it or use docker.`,
  );
}

function no(reason: string, repair?: string): Availability {
  return { available: false, reason, ...(repair === undefined ? {} : { repair }) };
}
