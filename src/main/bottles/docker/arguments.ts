/** The containers of a bottle, as arguments of the client. Pure: what is decided here is what holds. */
import { basename } from "node:path";
import type { BottleMount } from "#shared/contract/bottles.ts";
import { type BottleLimits, guestHome, guestTrust } from "../backend.ts";
import { containerName, guestFiles, guestOwn, guestState, keeper, labels, portsName } from "./names.ts";

/** What of an engine decides about arguments. */
export type EngineTraits = {
  /** On another computer, which sees no files of this one. */
  distant: boolean;
  /**
   * How the ports of a bottle reach the services: through their sockets, which a container beside the program's sees; over the client's stdin and
   * stdout, from such a container where the engine is in a virtual machine or on another computer and sees no sockets; or so from within the program's container,
   * as another user, where nothing else shares its network (gVisor).
   */
  ports: "sockets" | "beside" | "inside";
  /** Runs bottles in gVisor. */
  gvisor: boolean;
  /** Numbers of users are shifted for containers, unless one says otherwise. */
  shiftsUsers: boolean;
  selinux: boolean;
  /** Processors a bottle may use; null where that cannot be limited. */
  processors: number | null;
  memory: boolean;
  pids: boolean;
};

/** Of the engine's own, in place of a folder of this computer. */
export type Volume = { name: string; to: string; access: BottleMount["access"] };

export type ContainerParts = {
  id: string;
  home: string;
  image: string;
  uid: number;
  gid: number;
  limits: BottleLimits;
  mounts: readonly BottleMount[];
  volumes: readonly Volume[];
  keptHome: string | null;
  trust: string | null;
  /** The filter's file on the host. */
  seccomp: string;
  traits: EngineTraits;
  /** False where no terminal is around the command. */
  tty: boolean;
};

/** Small enough that nothing is kept there; variables, prompt and files for the home. */
const stateBytes = 32 * 1024 * 1024;

const ownBytes = 256 * 1024;

/** `docker create …` for the program. Nothing of it is secret. */
export function createArguments(parts: ContainerParts): string[] {
  const { id, home, image, uid, gid, limits, traits } = parts;
  const owned = `uid=${uid},gid=${gid}`;
  return [
    ...["create", "--name", containerName(id), "--hostname", "bottle", "--interactive"],
    // Attached for output only: input is then not closed when the first client goes.
    ...(parts.tty ? ["--tty", "--attach", "stdout", "--attach", "stderr"] : []),
    ...labelled(id, home, "program"),
    // Its own addresses of nothing: the host's name servers would be copied in.
    ...["--network", "none", "--dns", "127.0.0.1", "--dns-search", ".", "--dns-option", "timeout:1"],
    ...hardened(parts.seccomp, traits),
    ...(traits.gvisor ? ["--runtime", "runsc"] : []),
    // What was left by its parents is collected, and signals reach a program that is the first of all processes.
    ...["--init", "--ipc", "private", "--user", `${uid}:${gid}`],
    ...limited(limits, traits),
    ...["--ulimit", `fsize=${limits.fileSize}`, "--ulimit", "core=0"],
    ...["--shm-size", String(limits.temporary)],
    ...tmpfs("/tmp", `mode=1777,exec,size=${limits.temporary}`),
    ...tmpfs("/var/tmp", `mode=1777,exec,size=${limits.temporary}`),
    ...tmpfs(guestState, `mode=0755,uid=${keeper},gid=${keeper},size=${stateBytes}`),
    ...tmpfs(guestOwn, `mode=0700,${owned},size=${ownBytes}`),
    ...homeArguments(parts),
    ...parts.volumes.flatMap(volumeMount),
    ...withoutTwice(parts.mounts).flatMap(({ from, to, access }) => bind(from, to, access)),
    ...(parts.trust === null ? [] : bind(parts.trust, guestTrust, "read-only")),
    ...["--workdir", "/", "--entrypoint", "env", image, "-i", "/bin/sh", guestFiles.init],
  ];
}

function homeArguments({ keptHome, volumes, uid, gid, limits }: ContainerParts): string[] {
  if (volumes.some(({ to }) => to === guestHome)) return [];
  if (keptHome !== null) return bind(keptHome, guestHome, "read-write");
  return tmpfs(guestHome, `mode=0700,exec,uid=${uid},gid=${gid},size=${limits.home}`);
}

export type PortsParts = {
  id: string;
  home: string;
  image: string;
  uid: number;
  gid: number;
  /** The bottle's directory on the host, in which the sockets are. */
  directory: string;
  /** Port inside, and the socket on the host. */
  ports: readonly { port: number; socket: string }[];
  seccomp: string;
  traits: EngineTraits;
};

/**
 * `docker run …` for the container of the ports: it shares the network of the program and nothing else, so the program can neither see nor signal
 * it. It is trusted with the sockets, and still has no rights.
 */
export function portsArguments(parts: PortsParts): string[] {
  const { id, home, image, uid, gid, traits } = parts;
  const forward = ["--entrypoint", "node", image, `${guestFiles.ports}/forward.js`];
  const how =
    traits.ports === "sockets"
      ? [
          ...["--detach", ...bind(parts.directory, guestFiles.sockets, "read-only"), ...forward],
          ...parts.ports.map(({ port, socket }) => `${port}=${guestFiles.sockets}/${basename(socket)}`),
        ]
      : ["--interactive", "--rm", ...forward, "stdio", ...parts.ports.map(({ port }) => String(port))];
  return [
    ...["run", "--name", portsName(id), ...labelled(id, home, "ports")],
    ...["--network", `container:${containerName(id)}`],
    ...hardened(parts.seccomp, traits),
    ...["--user", `${uid}:${gid}`, "--workdir", "/"],
    ...(traits.pids ? ["--pids-limit", "64"] : []),
    ...(traits.memory ? ["--memory", "256m", "--memory-swap", "256m"] : []),
    ...how,
  ];
}

/** `docker exec …` for ports that are led from within the program's container, by a user whom the program cannot signal. */
export function portsInsideArguments(id: string, ports: readonly { port: number }[]): string[] {
  const run = ["node", `${guestFiles.ports}/forward.js`, "stdio", ...ports.map(({ port }) => String(port))];
  return ["exec", "--interactive", "--user", `${keeper}:${keeper}`, containerName(id), ...run];
}

/** What a bottle is found by. `role`: what of it this is. */
export function labelled(id: string, home: string, role: string): string[] {
  const all = { [labels.bottle]: id, [labels.home]: home, [labels.role]: role };
  return Object.entries(all).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
}

function hardened(seccomp: string, { shiftsUsers, selinux }: EngineTraits): string[] {
  return [
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--security-opt", `seccomp=${seccomp}`],
    // A label would keep it from the person's own files, which have none of a container.
    ...(selinux ? ["--security-opt", "label=disable"] : []),
    // Files of the workspace have the person's own number.
    ...(shiftsUsers ? ["--userns", "host"] : []),
    ...["--read-only", "--cgroupns", "private", "--restart", "no"],
    // Nothing it prints is kept by the engine, beside the terminal's own log.
    ...["--log-driver", "none", "--pull", "never"],
  ];
}

function limited(limits: BottleLimits, { memory, pids, processors }: EngineTraits): string[] {
  return [
    ...(memory ? ["--memory", String(limits.memory), "--memory-swap", String(limits.memory)] : []),
    ...(pids ? ["--pids-limit", String(limits.processes)] : []),
    ...(processors === null ? [] : ["--cpus", String(processors)]),
    // What the person does goes first where there is not enough for all.
    ...["--cpu-shares", "512"],
  ];
}

function tmpfs(path: string, options: string): string[] {
  return ["--tmpfs", `${path}:${options}`];
}

function bind(from: string, to: string, access: BottleMount["access"]): string[] {
  return mount("bind", from, to, access);
}

/** Nothing of the image is copied into it. */
export function volumeMount({ name, to, access }: Volume): string[] {
  return mount("volume", name, to, access, "volume-nocopy");
}

function mount(type: string, from: string, to: string, access: BottleMount["access"], ...more: string[]): string[] {
  const options = [...more, ...(access === "read-only" ? ["readonly"] : [])];
  const fields = [`type=${type}`, `source=${from}`, `target=${to}`, ...options];
  return ["--mount", fields.map(csvField).join(",")];
}

/** The client reads a mount as a line of comma-separated values. */
function csvField(field: string): string {
  return /[",\n\r]/.test(field) || field.startsWith(" ") ? `"${field.replaceAll('"', '""')}"` : field;
}

/** An engine refuses a second mount at a place; here a later one covers an earlier one. */
function withoutTwice(mounts: readonly BottleMount[]): BottleMount[] {
  return [...new Map(mounts.map((mount) => [mount.to, mount])).values()];
}
