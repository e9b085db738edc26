/** Whether Docker works here: its engine is asked, because a client that is installed may have none, or may not use it. */
import { problemOf } from "#shared/failure.ts";
import type { Availability } from "../backend.ts";
import type { Engine, EngineInfo } from "./engine.ts";

const patienceMs = 10_000;
/** A cgroup namespace of a bottle's own, and an error number per rule of the filter. */
const oldest = [20, 10] as const;

export async function tryDocker(engine: Engine): Promise<Availability> {
  try {
    return judge(await engine.info(patienceMs));
  } catch (error) {
    const { message, hint } = problemOf(error);
    if (/docker was not found/.test(message)) {
      const repair = "sudo apt install docker.io";
      return no(
        `Docker is not installed; install it with your package manager (${repair}) or get Docker Desktop.`,
        process.platform === "linux" ? repair : undefined,
      );
    }
    return no(hint === undefined ? `${message}.` : `${message}. ${hint}.`);
  }
}

export function judge(info: EngineInfo): Availability {
  if (info.OSType !== "linux") {
    return no(`The Docker engine runs ${info.OSType} containers; switch it to Linux containers.`);
  }
  const [major = 0, minor = 0] = info.ServerVersion.split(".").map((part) => Number.parseInt(part, 10));
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    return no(`The Docker engine ${info.ServerVersion} is too old; update it to ${oldest.join(".")} or later.`);
  }
  if (!info.SecurityOptions.some((option) => option.startsWith("name=seccomp"))) {
    return no("The Docker engine cannot filter system calls (no seccomp); use an engine that can.");
  }
  return { available: true };
}

function no(reason: string, repair?: string): Availability {
  return { available: false, reason, ...(repair === undefined ? {} : { repair }) };
}
