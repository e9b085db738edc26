/** A key of the vault, lent to ssh for one operation: it goes from our memory into an agent's, and is in no file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Secret } from "#node/secret.ts";
import { type Environment, findProgram } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";

export type LentKey = { socket: string; end(): Promise<void> };

/** Longest that a key is in the agent whatever becomes of us, in seconds. */
const lifetimeSeconds = 3600;

/** `folder` must not be there yet. */
export async function lendKey(key: Secret, folder: string, person: Environment): Promise<LentKey> {
  const env = { PATH: person["PATH"] ?? "", LC_ALL: "C", HOME: folder, SSH_ASKPASS_REQUIRE: "never" };
  const [agentPath, addPath] = ["ssh-agent", "ssh-add"].map((name) => findProgram(name, env));
  if (!agentPath || !addPath) {
    throw new Failure("unavailable", "ssh-agent and ssh-add were not found, which a key of the vault is used with", {
      hint: "Install the OpenSSH client.",
    });
  }
  mkdirSync(folder, { mode: 0o700 });
  const socket = join(folder, "a");
  // -D stays in the foreground: it is ours and ends with what we do.
  const agent = spawn(agentPath, ["-D", "-a", socket, "-t", String(lifetimeSeconds)], {
    cwd: dirname(folder),
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = once(agent, "close").catch(() => {});
  const end = async () => {
    agent.kill("SIGTERM");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // It prints where it listens once it does.
    await Promise.race([once(agent.stdout, "data"), gone]);
    const add = spawn(addPath, ["-q", "-"], {
      cwd: folder,
      env: { ...env, SSH_AUTH_SOCK: socket },
      stdio: ["pipe", "ignore", "ignore"],
    });
    add.stdin.on("error", () => {});
    add.stdin.end(key.reveal());
    const [code] = (await once(add, "close")) as [number | null];
    if (code !== 0) throw new Failure("failed", "ssh-add did not take the key of the vault");
    return { socket, end };
  } catch (error) {
    await end();
    throw error;
  }
}
