/** What an engine is like, and what it can hold a bottle to. Pure. */
import type { BottleLimit } from "#shared/contract/bottles.ts";
import type { BottleLimits } from "../backend.ts";
import { size } from "../bubblewrap/limits.ts";
import type { EngineTraits } from "./arguments.ts";
import type { EngineInfo } from "./engine.ts";

/** Of the processors; the rest stays for the person. */
const share = 0.75;

/** `endpoint`: where the engine is. */
export function traitsOf(
  info: EngineInfo,
  endpoint: string,
  platform: NodeJS.Platform = process.platform,
): EngineTraits {
  const gvisor = "runsc" in info.Runtimes;
  const here = placeOf(endpoint, info.OperatingSystem, platform);
  const security = (name: string) => info.SecurityOptions.some((option) => option.split(",").includes(`name=${name}`));
  return {
    gvisor,
    distant: here === "elsewhere",
    ports: gvisor ? "inside" : here === "computer" ? "sockets" : "beside",
    shiftsUsers: security("userns"),
    selinux: security("selinux"),
    processors: info.CpuCfsQuota ? Math.max(0.5, Math.round(info.NCPU * share * 2) / 2) : null,
    memory: info.MemoryLimit,
    pids: info.PidsLimit,
  };
}

/** Docker Desktop and its like run the engine in a virtual machine that sees the person's files; so may one on a port of this computer. */
function placeOf(endpoint: string, system: string, platform: NodeJS.Platform): "computer" | "machine" | "elsewhere" {
  if (endpoint.startsWith("unix://") && platform === "linux" && system !== "Docker Desktop") return "computer";
  if (/^(unix|npipe):\/\/|^tcp:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(endpoint)) return "machine";
  return "elsewhere";
}

/** The other computer as the person knows it; an ssh address keeps no user and no port of it. */
export function computerOf(endpoint: string): string {
  return URL.parse(endpoint)?.hostname || endpoint;
}

export function isRootless({ SecurityOptions }: EngineInfo): boolean {
  return SecurityOptions.some((option) => option.split(",").includes("name=rootless"));
}

export type Here = { traits: EngineTraits; info: EngineInfo; keptHome: boolean; root: boolean };

export function limitsOf(limits: BottleLimits, { traits, info, keptHome }: Here): BottleLimit[] {
  const held = (there: boolean) => (there ? "bottle" : "no");
  return [
    { name: "memory", value: size(limits.memory), enforced: held(traits.memory) },
    { name: "processes", value: String(limits.processes), enforced: held(traits.pids) },
    {
      name: "processors",
      value: traits.processors === null ? String(info.NCPU) : `${traits.processors} of ${info.NCPU}`,
      enforced: held(traits.processors !== null),
    },
    { name: "file-size", value: size(limits.fileSize), enforced: "each" },
    { name: "temporary", value: size(limits.temporary), enforced: "bottle" },
    ...(keptHome ? [] : [{ name: "home", value: size(limits.home), enforced: "bottle" } as const]),
  ];
}

export function notEnforcedBy(limits: BottleLimits, { traits, keptHome, root }: Here): string[] {
  const missing = [
    ...(traits.memory ? [] : ["memory"]),
    ...(traits.pids ? [] : ["number of processes"]),
    ...(traits.processors === null ? ["share of the processor"] : []),
  ];
  return [
    ...(missing.length === 0
      ? []
      : [`The Docker engine cannot limit the bottle's ${missing.join(", ")} on this computer.`]),
    ...(root
      ? [
          "Cellar runs as root, so the program has root's number inside, without any of root's rights: files it writes are root's. Run Cellar as an ordinary user.",
        ]
      : []),
    ...(traits.selinux
      ? ["SELinux does not confine the bottle: a label would keep it from the files of the workspace."]
      : []),
    ...(traits.distant ? [] : [sizeNotLimited(limits, keptHome)]),
    "Who may use the Docker engine can look into the bottle and change it.",
  ];
}

function sizeNotLimited(limits: BottleLimits, keptHome: boolean): string {
  return `The size of the workspace${keptHome ? " and of the kept home" : ""} is not limited; one file can have at most ${size(limits.fileSize)}.`;
}
