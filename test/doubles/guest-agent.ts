/**
 * The first process of a double's machine: runs what it is asked to over a Unix socket, as the agents of smolvm and OpenSandbox do over theirs. One
 * connection is one command: a line of JSON, then frames of type (1 byte), length (4), payload.
 */
import { spawn } from "node:child_process";
import { createServer, type Socket } from "node:net";
import pty from "node-pty";

export const agentFrame = { stdin: 0, stdout: 1, stderr: 2, exit: 3, resize: 4, end: 5, signal: 6 } as const;

export type AgentRequest = {
  argv: string[];
  cwd?: string;
  env: Record<string, string>;
  tty: { cols: number; rows: number } | null;
};

export function frame(type: number, payload: Buffer | string = ""): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(5);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Calls back with every frame. */
export function readFrames(
  socket: Socket,
  take: (type: number, payload: Buffer) => void,
  pending = Buffer.alloc(0),
): void {
  const drain = () => {
    while (pending.length >= 5 && pending.length >= 5 + pending.readUInt32BE(1)) {
      const type = pending.readUInt8(0);
      const payload = pending.subarray(5, 5 + pending.readUInt32BE(1));
      pending = pending.subarray(5 + payload.length);
      take(type, payload);
    }
  };
  socket.on("data", (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    drain();
  });
  drain();
}

function signalGroup(pid: number | undefined, name: Buffer): void {
  try {
    if (pid !== undefined) process.kill(-pid, name.toString() as NodeJS.Signals);
  } catch {}
}

function serve(socket: Socket): void {
  socket.on("error", () => {});
  let head = Buffer.alloc(0);
  const begin = (bytes: Buffer) => {
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf(10);
    if (end < 0) return;
    socket.off("data", begin);
    run(socket, JSON.parse(head.subarray(0, end).toString()) as AgentRequest, Buffer.from(head.subarray(end + 1)));
  };
  socket.on("data", begin);
}

function run(socket: Socket, { argv, cwd, env, tty }: AgentRequest, rest: Buffer<ArrayBuffer>): void {
  const [program = "", ...args] = argv;
  const ended = (code: number) => socket.end(frame(agentFrame.exit, String(code)));
  if (tty !== null) {
    const child = pty.spawn(program, args, { ...tty, env, cwd: cwd ?? "/", encoding: null });
    child.onData((data) => socket.write(frame(agentFrame.stdout, data as unknown as Buffer)));
    child.onExit(({ exitCode, signal }) => ended(signal ? 128 + signal : exitCode));
    readFrames(
      socket,
      (type, payload) => {
        if (type === agentFrame.stdin) child.write(payload as unknown as string);
        else if (type === agentFrame.resize) child.resize(payload.readUInt16BE(0), payload.readUInt16BE(2));
        else if (type === agentFrame.signal) signalGroup(child.pid, payload);
      },
      rest,
    );
    return;
  }
  const child = spawn(program, args, { env, cwd: cwd ?? "/", stdio: ["pipe", "pipe", "pipe"], detached: true });
  child.on("error", (error) => {
    socket.write(frame(agentFrame.stderr, `${error.message}\n`));
    ended(127);
  });
  child.stdout.on("data", (bytes: Buffer) => {
    if (!socket.write(frame(agentFrame.stdout, bytes))) {
      child.stdout.pause();
      socket.once("drain", () => child.stdout.resume());
    }
  });
  child.stderr.on("data", (bytes: Buffer) => socket.write(frame(agentFrame.stderr, bytes)));
  child.on("close", (code, signal) => ended(code ?? (signal === null ? 1 : 137)));
  child.stdin.on("error", () => {});
  readFrames(
    socket,
    (type, payload) => {
      if (type === agentFrame.stdin) {
        if (!child.stdin.write(payload)) {
          socket.pause();
          child.stdin.once("drain", () => socket.resume());
        }
      } else if (type === agentFrame.end) child.stdin.end();
      else if (type === agentFrame.signal) signalGroup(child.pid, payload);
    },
    rest,
  );
}

if (process.argv[1] === import.meta.filename) {
  createServer((socket) => serve(socket)).listen(process.argv[2]);
  process.on("uncaughtException", (error) => console.error(error));
}
