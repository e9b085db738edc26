/** Another computer on loopback: a real sshd whose one key may do one thing (by itself: git), and bare repositories behind it. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { sshServer } from "#test/requirements.ts";
import { freePort } from "./free-port.ts";
import { eventually } from "./processes.ts";

export class SshHost implements AsyncDisposable {
  readonly folder: string;
  port = 0;
  readonly user = userInfo().username;
  #sshd: ChildProcess | null = null;

  readonly #command: string;

  /** `folder` has to be there. `command`: what the key may do, as a shell reads it; by itself git, as GitHub and others have it. */
  constructor(folder: string, command = 'exec git-shell -c "$SSH_ORIGINAL_COMMAND"') {
    this.folder = folder;
    this.#command = command;
  }

  get identityFile(): string {
    return join(this.folder, "the agents key");
  }

  /** `ssh-ed25519 AAAA…` */
  get hostKey(): string {
    return readFileSync(join(this.folder, "host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  }

  url(path: string): string {
    return `ssh://${this.user}@127.0.0.1:${this.port}${path}`;
  }

  async start(): Promise<void> {
    const at = (name: string) => join(this.folder, name);
    const keygen = (path: string) =>
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
    keygen(at("host"));
    keygen(this.identityFile);
    const key = readFileSync(`${this.identityFile}.pub`, "utf8");
    const quoted = this.#command.replaceAll('"', '\\"');
    writeFileSync(at("authorized_keys"), `restrict,command="${quoted}" ${key}`);
    this.port = await freePort();
    const settings = {
      ListenAddress: "127.0.0.1",
      Port: this.port,
      HostKey: at("host"),
      AuthorizedKeysFile: at("authorized_keys"),
      PidFile: "none",
      UsePAM: "no",
      StrictModes: "no",
      PasswordAuthentication: "no",
      PermitRootLogin: "forced-commands-only",
      LogLevel: "DEBUG1",
    };
    writeFileSync(
      at("sshd_config"),
      Object.entries(settings)
        .map(([name, value]) => `${name} ${value}\n`)
        .join(""),
    );
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    await this.listen();
  }

  /** Again, after {@link stop}. */
  async listen(): Promise<void> {
    const settings = join(this.folder, "sshd_config");
    this.#sshd = spawn(sshServer()!, ["-D", "-e", "-f", settings], { stdio: ["ignore", "ignore", "ignore"] });
    await eventually(
      () => answers(this.port),
      (up) => up,
    );
  }

  /** As a network that is gone: what is connected is cut off too. */
  async stop(): Promise<void> {
    const sshd = this.#sshd;
    this.#sshd = null;
    if (sshd === null || sshd.exitCode !== null || sshd.signalCode !== null) return;
    const connected = below(sshd.pid!);
    const ended = once(sshd, "exit");
    sshd.kill("SIGKILL");
    await ended;
    for (const pid of connected) killIfThere(pid);
  }

  /** A bare repository with one commit on main; its path. */
  repository(name: string, files: Record<string, string> = { "README.md": "hello\n" }): string {
    const path = join(this.folder, "repositories", `${name}.git`);
    const seed = join(this.folder, "seeds", name);
    mkdirSync(seed, { recursive: true });
    git(seed, "init", "-q", "-b", "main");
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(join(seed, file, ".."), { recursive: true });
      writeFileSync(join(seed, file), content);
    }
    git(seed, "add", "-A");
    git(seed, "commit", "-qm", "first");
    git(seed, "clone", "-q", "--bare", seed, path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** As somebody with a name; throws with what git said. */
export function git(directory: string, ...args: string[]): string {
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) => [
        [`GIT_${who}_NAME`, "A"],
        [`GIT_${who}_EMAIL`, "a@example.com"],
      ]),
    ),
  };
  return execFileSync("git", ["-C", directory, ...args], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}

/** Processes below it. */
function below(parent: number): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent)], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter(Boolean)
    .flatMap((pid) => [Number(pid), ...below(Number(pid))]);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Its end was faster.
  }
}
