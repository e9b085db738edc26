/**
 * What a bottle can be held to on this computer. With a systemd of the person's own, the whole bottle is one scope with limits of the kernel's
 * control groups. Without it there are limits for each process only, and the plan says so.
 */
import type { Environment, Subprocesses } from "#node/subprocess.ts";
import type { BottleLimit } from "#shared/contract/bottles.ts";
import type { BottleLimits } from "../backend.ts";

const patienceMs = 5_000;

/** Whether a scope can be made; tried once, because it does not change while Cellar runs. */
export async function hasScopes(subprocesses: Subprocesses, env: Environment): Promise<boolean> {
  try {
    const ended = await subprocesses.run({
      program: "systemd-run",
      args: ["--user", "--scope", "--quiet", "--collect", "true"],
      env,
      timeoutMs: patienceMs,
    });
    return ended.exitCode === 0;
  } catch {
    return false;
  }
}

/** systemd-run(1) moves itself into the scope and becomes the command: the pid stays the same. */
export function systemdScope(id: string, limits: BottleLimits): string[] {
  return [
    ...["systemd-run", "--user", "--scope", "--quiet", "--collect", `--unit=cellar-${id}`],
    ...[
      `--property=MemoryMax=${limits.memory}`,
      "--property=MemorySwapMax=0",
      `--property=TasksMax=${limits.processes}`,
    ],
    "--",
  ];
}

export function limitsOf(
  limits: BottleLimits,
  here: { scopes: boolean; root: boolean; keptHome: boolean },
): BottleLimit[] {
  const { scopes, root, keptHome } = here;
  return [
    { name: "memory", value: size(limits.memory), enforced: scopes ? "bottle" : "each" },
    { name: "processes", value: String(limits.processes), enforced: root && !scopes ? "no" : "bottle" },
    { name: "file-size", value: size(limits.fileSize), enforced: "each" },
    { name: "temporary", value: size(limits.temporary), enforced: "bottle" },
    ...(keptHome ? [] : [{ name: "home", value: size(limits.home), enforced: "bottle" } as const]),
  ];
}

export function notEnforcedHere(
  limits: BottleLimits,
  here: { scopes: boolean; root: boolean; keptHome: boolean },
): string[] {
  const { scopes, root, keptHome } = here;
  return [
    ...(scopes
      ? []
      : [
          `Memory is limited to ${size(limits.memory)} for each process, not for all of them together: there is no systemd of yours here to hold the bottle as a whole.`,
        ]),
    ...(root && !scopes
      ? [
          "The number of processes is not limited, because Cellar runs as root: the kernel counts none for root. Run it as an ordinary user.",
        ]
      : []),
    "Processor time is shared with everything else on this computer.",
    `The size of the workspace${keptHome ? " and of the kept home" : ""} is not limited; one file can have at most ${size(limits.fileSize)}.`,
  ];
}

export function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && value % 1024 === 0 && unit < units.length - 1; unit++) value /= 1024;
  return `${value} ${units[unit]}`;
}
