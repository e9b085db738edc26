/** The computer Cellar runs on: Node, programs it calls, the login shell, disk space. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Environment, findProgram } from "#node/find-program.ts";
import { loginShell, readLoginEnvironment } from "#node/login-environment.ts";
import { homeFolder } from "#node/paths.ts";
import { lastLines, type Subprocesses } from "#node/subprocess.ts";
import { bytes, duration } from "#shared/time.ts";
import { type Check, failed, ok, warned } from "./report.ts";

export type Person = {
  env: Environment;
  /** What asking the login shell took, in ms. */
  tookMs: number;
};

/** Start files that take longer than this are felt at each start, in ms. */
const slowShellMs = 2_000;
const littleDisk = 5e9;
const tooLittleDisk = 5e8;

/** The environment that terminals get, as the login shell makes it. */
export async function personEnvironment(): Promise<Person> {
  const started = performance.now();
  const env = await readLoginEnvironment(process.env);
  return { env, tookMs: performance.now() - started };
}

export async function checkSystem(subprocesses: Subprocesses, { env, tookMs }: Person): Promise<Check[]> {
  const program = async (name: string): Promise<string | null> => {
    if (findProgram(name, env) === null) return null;
    const ended = await subprocesses.run({ program: name, args: ["--version"], env, timeoutMs: 10_000 });
    return ended.stdout.toString("utf8").split("\n", 1)[0]?.trim() || lastLines(ended.stderr) || "there";
  };
  const [git, curl] = await Promise.all([program("git"), program("curl")]);
  return [
    ok("Node", process.versions.node),
    git === null
      ? failed("git", "not on the login shell's PATH", "Install git: workspaces are made with it.")
      : ok("git", git),
    curl === null
      ? warned("curl", "not on the login shell's PATH", "Install curl: without it k and km start slower.")
      : ok("curl", curl.split(" ").slice(0, 2).join(" ")),
    shellCheck(env, tookMs),
    await diskCheck(),
  ];
}

function shellCheck(env: Environment, tookMs: number): Check {
  const shell = loginShell();
  if (findProgram(shell, env) === null) {
    return failed("Login shell", `${shell} is not there`, "Set SHELL to a shell that is, or change yours with chsh.");
  }
  if (tookMs > slowShellMs) {
    return warned(
      "Login shell",
      `${shell} took ${duration(tookMs)} to start`,
      "Its start files do a lot; Cellar waits for them once at its start.",
    );
  }
  return ok("Login shell", `${shell}, starts in ${duration(tookMs)}`);
}

async function diskCheck(): Promise<Check> {
  const { bavail, bsize } = await nearest(homeFolder());
  const free = Number(bavail) * Number(bsize);
  if (free < tooLittleDisk)
    return failed("Disk space", `${bytes(free)} left`, "Make room: output and databases cannot be written.");
  if (free < littleDisk)
    return warned("Disk space", `${bytes(free)} left`, "Clones and copies need room; delete old workspaces.");
  return ok("Disk space", `${bytes(free)} left`);
}

/** Of the file system that a folder is on, or will be. */
async function nearest(folder: string): ReturnType<typeof statfs> {
  try {
    return await statfs(folder);
  } catch (thrown) {
    if (folder === dirname(folder)) throw thrown;
    return nearest(dirname(folder));
  }
}
