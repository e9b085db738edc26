/**
 * A Docker engine of a test's own: a real `dockerd` on its own socket and with its own images, so that no test disturbs another or what runs on the
 * computer, and the engine itself can be stopped. Needs root. No registry: the base image is made of programs of this computer.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { eventually } from "./processes.ts";
import { TemporaryFolder } from "./temporary.ts";

/** Name of the base image that every engine of a test has. */
export const testBaseImage = "cellar-test/base:1";

export class DockerDaemon implements AsyncDisposable {
  readonly folder = new TemporaryFolder("docker");
  /** As `DOCKER_HOST` takes it. */
  readonly host = `unix://${this.folder.in("docker.sock")}`;
  readonly #more: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(more: readonly string[]) {
    this.#more = more;
  }

  /** Where it listens beside its socket, when it was started with that; as `DOCKER_HOST` takes it. */
  tcp: string | null = null;

  /** One that is reached over a port of the loopback, as one in a virtual machine may be. */
  static async startOnPort(): Promise<DockerDaemon> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const tcp = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
    const daemon = await DockerDaemon.start(["--host", tcp, "--tls=false"]);
    daemon.tcp = tcp;
    return daemon;
  }

  /** Started, and with the base image. `more`: further arguments of dockerd. */
  static async start(more: readonly string[] = []): Promise<DockerDaemon> {
    const daemon = new DockerDaemon(more);
    mkdirSync(daemon.folder.in("config"));
    try {
      await daemon.start();
      const tar = openSync(baseTar(), "r");
      execFileSync("docker", ["import", "-", testBaseImage], {
        env: daemon.environment,
        stdio: [tar, "ignore", "pipe"],
      });
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What a client needs to talk to it, and nothing of the person's own configuration. */
  get environment(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: this.folder.path,
      DOCKER_HOST: this.tcp ?? this.host,
      DOCKER_CONFIG: this.folder.in("config"),
    };
  }

  /** stdout of a `docker` command. Throws when it fails. */
  docker(...args: string[]): string {
    return execFileSync("docker", args, { env: this.environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Files that the engine keeps of its containers. */
  files(): string[] {
    return execFileSync("find", [this.folder.in("data", "containers"), this.folder.in("exec"), "-type", "f"], {
      encoding: "utf8",
    })
      .split("\n")
      .filter(Boolean);
  }

  reads(path: string): string {
    try {
      return readFileSync(path, "latin1");
    } catch {
      return "";
    }
  }

  async start(): Promise<void> {
    const log = openSync(this.folder.in("dockerd.log"), "a");
    this.#process = spawn("dockerd", [...this.#arguments(), ...this.#more], {
      stdio: ["ignore", log, log],
      env: { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
      detached: true,
    });
    const { exitCode } = this.#process;
    await eventually(
      () => exitCode !== null || spawnSync("docker", ["info"], { env: this.environment, stdio: "ignore" }).status === 0,
      (answers) => answers,
      60_000,
    );
  }

  /** As `systemctl stop docker` does it: containers end, unless it was started with `--live-restore`. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const daemon = this.#process;
    this.#process = null;
    if (daemon === null || daemon.exitCode !== null) return;
    const ended = once(daemon, "exit");
    daemon.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process !== null) {
      const left = spawnSync("docker", ["ps", "-aq"], { env: this.environment, encoding: "utf8" })
        .stdout.split("\n")
        .filter(Boolean);
      if (left.length > 0) spawnSync("docker", ["rm", "-f", ...left], { env: this.environment, stdio: "ignore" });
    }
    await this.stop();
    // With `--live-restore` it leaves its mounts for the next one.
    spawnSync("umount", ["--lazy", "--recursive", this.folder.in("data")], { stdio: "ignore" });
    this.folder[Symbol.dispose]();
  }

  #arguments(): string[] {
    return [
      ...["--host", this.host, "--pidfile", this.folder.in("pid")],
      ...["--data-root", this.folder.in("data"), "--exec-root", this.folder.in("exec")],
      // It makes no interface and no rule of this computer's own network.
      ...["--bridge=none", "--iptables=false", "--ip6tables=false"],
    ];
  }
}

/** Debian packages whose files make the base image, and Node from where this runs. */
const packages = [
  ...[
    "base-files",
    "bash",
    "dash",
    "coreutils",
    "grep",
    "sed",
    "mawk",
    "findutils",
    "tar",
    "gzip",
    "hostname",
    "libc-bin",
  ],
  ...[
    "util-linux",
    "procps",
    "curl",
    "git",
    "perl-base",
    "python3-minimal",
    "python3.11-minimal",
    "libpython3.11-minimal",
    "iproute2",
  ],
];
const leftOut = /^\/usr\/share\/(doc|man|locale|info|lintian|bash-completion|zsh)\//;

/** Path of a tar of the base image, made once per computer. */
function baseTar(): string {
  const cache = resolve(import.meta.dirname, "../../node_modules/.cache");
  const tar = join(cache, `docker-base-${process.version}-${process.arch}.tar`);
  if (existsSync(tar)) return tar;
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(join(cache, "docker-base-"));
  try {
    for (const folder of ["usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "tmp", "home", "root", "var/tmp"]) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    for (const folder of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${folder}`, join(root, folder));
    const { stdout } = spawnSync("dpkg", ["-L", ...packages], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    });
    const files = stdout.split("\n").filter((path) => path.startsWith("/") && !leftOut.test(`${path}/`));
    const programs = [...new Set(files)].filter((path) => add(root, path));
    mkdirSync(join(root, "usr/local/bin"), { recursive: true });
    cpSync(process.execPath, join(root, "usr/local/bin/node"));
    for (const library of librariesOf([...programs, process.execPath])) add(root, library);
    for (const folder of ["tmp", "var/tmp"]) chmodSync(join(root, folder), 0o1777);
    spawnSync("ldconfig", ["-r", root]);
    const making = `${tar}.${process.pid}`;
    execFileSync("tar", ["-C", root, "--owner=0", "--group=0", "-cf", making, "."]);
    renameSync(making, tar);
    return tar;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Copies a file or link to the same place below `root`; folders come with what is in them. */
function add(root: string, path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return false;
  const place = join(realpathSync(dirname(path)), basename(path));
  const target = join(root, place);
  if (existsSync(target) || lstatSync(target, { throwIfNoEntry: false })) return false;
  mkdirSync(dirname(target), { recursive: true });
  if (stat.isSymbolicLink()) {
    symlinkSync(readlinkSync(place), target);
    const real = realpathSync.native(path);
    if (existsSync(real)) add(root, real);
    return false;
  }
  cpSync(place, target, { preserveTimestamps: true });
  return (stat.mode & 0o111) !== 0;
}

function librariesOf(programs: readonly string[]): Set<string> {
  const said = spawnSync("ldd", [...programs], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }).stdout;
  return new Set([...said.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map((match) => match[1]!));
}
