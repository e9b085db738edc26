/** What this computer has to keep an agent apart from the person: tried, not guessed. */
import { type Environment, findProgram } from "#node/find-program.ts";
import { lastLines, type Subprocesses } from "#node/subprocess.ts";
import { problemOf } from "#shared/failure.ts";
import { type Check, note, ok, warned } from "./report.ts";

type Probe = { name: string; program: string; args: string[]; get: string; mend: string };

const probes: readonly Probe[] = [
  {
    name: "bubblewrap",
    program: "bwrap",
    args: ["--unshare-all", "--ro-bind", "/", "/", "true"],
    get: "Install bubblewrap.",
    mend: "User namespaces may be switched off; your distribution says how to allow them for bwrap.",
  },
  {
    name: "docker",
    program: "docker",
    args: ["info", "--format", "{{.ServerVersion}}"],
    get: "Install Docker, or another backend.",
    mend: "Start the Docker daemon, and see that you may use its socket.",
  },
];

export async function checkIsolation(subprocesses: Subprocesses, env: Environment): Promise<Check[]> {
  const suited = probes.filter(({ program }) => program !== "bwrap" || process.platform === "linux");
  const checks = await Promise.all(suited.map((probe) => tried(subprocesses, env, probe)));
  if (checks.some(({ status }) => status === "ok")) return checks;
  return [
    ...checks,
    warned("Any of them", "none works here", "Agents can only run with your own rights until one does."),
  ];
}

async function tried(
  subprocesses: Subprocesses,
  env: Environment,
  { name, program, args, get, mend }: Probe,
): Promise<Check> {
  if (findProgram(program, env) === null) return note(name, "not installed", get);
  try {
    const ended = await subprocesses.run({ program, args, env, timeoutMs: 10_000 });
    if (ended.exitCode === 0) return ok(name, `works ${ended.stdout.toString("utf8").trim()}`.trim());
    return note(
      name,
      `does not work: ${lastLines(ended.stderr) || `exit ${ended.exitCode}`}`.replaceAll("\n", " "),
      mend,
    );
  } catch (thrown) {
    return note(name, `does not work: ${problemOf(thrown).message}`, mend);
  }
}
