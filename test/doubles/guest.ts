/**
 * A machine that a double gives to its user: everything of a system in namespaces of its own, with root inside who may mount, and no network unless
 * asked for. Its processes end with the one that started it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, join, resolve } from "node:path";
import { type AgentRequest, agentFrame, frame, readFrames } from "./guest-agent.ts";

export type GuestParts = {
  /** The double's own folder for it. */
  folder: string;
  binds: { from: string; to: string; readOnly: boolean }[];
};

const repository = resolve(import.meta.dirname, "../..");

/** Writable and kept as long as the machine: what else an image has is the host's, read-only. */
const ownFolders = ["home", "root", "opt", "srv", "workspace"] as const;

export function startGuest({ folder, binds }: GuestParts): ChildProcess {
  const disk = join(folder, "disk");
  mkdirSync(join(folder, "agent"), { recursive: true });
  for (const name of ownFolders) mkdirSync(join(disk, name), { recursive: true });
  writeFileSync(join(folder, "passwd"), "root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000::/home/agent:/bin/sh\n");
  const usr = ["bin", "sbin", "lib", "lib64"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
  return spawn(
    "bwrap",
    [
      ...["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--hostname", "guest"],
      ...["--die-with-parent", "--cap-add", "ALL", "--clearenv"],
      ...["--ro-bind", "/usr", "/usr", ...usr, "--proc", "/proc", "--dev", "/dev"],
      ...["--perms", "1777", "--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/var", "--dir", "/etc"],
      ...[
        "--ro-bind",
        join(folder, "passwd"),
        "/etc/passwd",
        "--ro-bind-try",
        "/etc/alternatives",
        "/etc/alternatives",
      ],
      ...ownFolders.flatMap((name) => ["--bind", join(disk, name), `/${name}`]),
      // What the agent itself needs: it is no part of the image.
      ...["--ro-bind", repository, "/double", "--ro-bind", dirname(process.execPath), "/double-node"],
      ...["--bind", join(folder, "agent"), "/agent"],
      ...binds.flatMap(({ from, to, readOnly }) => [readOnly ? "--ro-bind" : "--bind", from, to]),
      ...["--", "/double-node/node", "/double/test/doubles/guest-agent.ts", "/agent/agent.sock"],
    ],
    { stdio: ["ignore", "ignore", "inherit"], env: { PATH: "/usr/bin:/bin" } },
  );
}

/** What a program inside starts with, before anything is set. */
export const guestEnvironment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  IMAGE_VARIABLE: "of the image",
} as const;

export type GuestCommand = { socket: Socket; send(type: number, payload?: Buffer | string): boolean };

/** Runs something inside; rejects when the machine does not answer. */
export async function inGuest(
  folder: string,
  request: Omit<AgentRequest, "env"> & { env?: Record<string, string> },
  take: (type: number, payload: Buffer) => void,
): Promise<GuestCommand> {
  const socket = connect(join(folder, "agent", "agent.sock"));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  const env = { ...guestEnvironment, ...request.env };
  socket.write(`${JSON.stringify({ ...request, env } satisfies AgentRequest)}\n`);
  readFrames(socket, take);
  return { socket, send: (type, payload) => socket.write(frame(type, payload)) };
}

/** To its end, with nothing on stdin. */
export async function runInGuest(
  folder: string,
  argv: string[],
): Promise<{ code: number; stdout: Buffer; stderr: string }> {
  const stdout: Buffer[] = [];
  let stderr = "";
  let code = -1;
  const { socket, send } = await inGuest(folder, { argv, tty: null }, (type, payload) => {
    if (type === agentFrame.stdout) stdout.push(Buffer.from(payload));
    else if (type === agentFrame.stderr) stderr += payload.toString();
    else if (type === agentFrame.exit) code = Number(payload.toString());
  });
  send(agentFrame.end);
  await new Promise((resolve) => socket.once("close", resolve));
  return { code, stdout: Buffer.concat(stdout), stderr };
}
