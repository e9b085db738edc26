/**
 * smolvm's command line, as AGENTS.md and src/cli/machine.rs of smol-machines/smolvm say it at 1.23, with a machine that is namespaces and not a
 * virtual one. State lies in SMOLVM_DOUBLE. It refuses what the real one refuses: flags it does not know, a mount of a file, a name that is taken, a
 * command in a machine that does not run. `broken` in the state folder makes everything fail; `lost` makes machines boot and never answer.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { inGuest, runInGuest, startGuest } from "./guest.ts";
import { agentFrame } from "./guest-agent.ts";

type Machine = {
  name: string;
  image: string | null;
  labels: Record<string, string>;
  mem: number;
  storage: number;
  user: string | null;
  volumes: { from: string; to: string; readOnly: boolean }[];
  sockets: { host: string; guest: string }[];
  cmd: string[];
  pid: number | null;
  created_at: string;
};

const state = process.env["SMOLVM_DOUBLE"] ?? "";
const folderOf = (name: string) => join(state, "vms", name);
const record = (name: string) => join(folderOf(name), "record.json");

function fail(message: string, code = 1): never {
  process.stderr.write(`Error: ${message}\n`);
  process.exit(code);
}

function load(name: string): Machine | null {
  return existsSync(record(name)) ? (JSON.parse(readFileSync(record(name), "utf8")) as Machine) : null;
}

function save(machine: Machine): void {
  writeFileSync(record(machine.name), JSON.stringify(machine));
}

function stateOf({ pid, name }: Machine): "created" | "running" | "stopped" {
  if (pid === null) return existsSync(join(folderOf(name), "ran")) ? "stopped" : "created";
  try {
    process.kill(pid, 0);
    return "running";
  } catch {
    return "stopped";
  }
}

/** clap's way: flags with values, and everything after `--` or the first that is no flag. */
function parse(args: string[], flags: Record<string, "value" | "many" | "set">) {
  const found: Record<string, string[]> = {};
  const short: Record<string, string> = {
    "-n": "--name",
    "-v": "--volume",
    "-u": "--user",
    "-I": "--image",
    "-i": "--interactive",
    "-t": "--tty",
    "-f": "--force",
  };
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === "--") {
      index++;
      break;
    }
    if (!arg.startsWith("-")) break;
    const flag = short[arg] ?? arg;
    const kind = flags[flag];
    if (kind === undefined) fail(`unexpected argument '${arg}' found`, 2);
    if (kind === "set") found[flag] = ["true"];
    else {
      const value = args[++index];
      if (value === undefined) fail(`a value is required for '${arg}'`, 2);
      if (kind === "value" && found[flag]) fail(`the argument '${arg}' cannot be used multiple times`, 2);
      found[flag] = [...(found[flag] ?? []), value];
    }
  }
  return { flags: found, one: (flag: string) => found[flag]?.[0] ?? null, rest: args.slice(index) };
}

const createFlags = {
  "--name": "value",
  "--image": "value",
  "--label": "many",
  "--mem": "value",
  "--cpus": "value",
  "--storage": "value",
  "--volume": "many",
  "--mount-socket": "many",
  "--expose-socket": "many",
  "--user": "value",
  "--net": "set",
  "--help": "set",
} as const;

function create(args: string[]): void {
  const { flags, one, rest } = parse(args, createFlags);
  if (flags["--help"]) {
    process.stdout.write(
      `Create a named machine configuration\n\nOptions:\n${Object.keys(createFlags)
        .map((each) => `  ${each} <VALUE>`)
        .join("\n")}\n`,
    );
    return;
  }
  const name = one("--name") ?? fail("the following required arguments were not provided: --name", 2);
  if (load(name) !== null) fail(`machine '${name}' already exists`);
  if (flags["--net"]) fail("config operation failed: this double gives no machine a network");
  const volumes = (flags["--volume"] ?? []).map((spec) => {
    const [from = "", to = "", mode] = spec.split(":");
    if (!existsSync(from)) fail(`config operation failed: mount: host path does not exist: ${from}`);
    if (!statSync(from).isDirectory()) fail(`config operation failed: mount: ${from} is not a directory`);
    if (from === "/etc" || from.startsWith("/etc/")) fail(`config operation failed: mount: ${from} is protected`);
    if (!to.startsWith("/")) fail(`config operation failed: mount: ${spec}`);
    if (mode !== undefined && mode !== "ro" && mode !== "rw") fail(`config operation failed: mount: ${spec}`);
    return { from, to, readOnly: mode === "ro" };
  });
  const sockets = (flags["--mount-socket"] ?? []).map((spec) => {
    const [host = "", guest = ""] = spec.split(":");
    if (host === "" || !guest.startsWith("/")) fail(`config operation failed: --mount-socket: ${spec}`);
    return { host, guest };
  });
  const image = one("--image");
  if (image?.startsWith("missing")) fail(`fetching manifest ${image}: not found`);
  mkdirSync(folderOf(name), { recursive: true });
  save({
    name,
    image,
    labels: Object.fromEntries((flags["--label"] ?? []).map((each) => each.split("=") as [string, string])),
    mem: Number(one("--mem") ?? 8192),
    storage: Number(one("--storage") ?? 20),
    user: one("--user"),
    volumes,
    sockets,
    cmd: rest,
    pid: null,
    created_at: new Date().toISOString(),
  });
  process.stdout.write(`Created machine: ${name}\n`);
}

async function start(args: string[]): Promise<void> {
  const name = parse(args, { "--name": "value" }).one("--name") ?? "default";
  const machine = load(name) ?? fail(`machine '${name}' not found`);
  if (stateOf(machine) === "running") return;
  if (machine.image?.startsWith("unbootable"))
    fail("agent operation failed: wait for ready: agent did not become ready within 30 seconds");
  writeFileSync(join(folderOf(name), "ran"), "");
  rmSync(join(folderOf(name), "agent", "agent.sock"), { force: true });
  const boot = spawn(process.execPath, [process.argv[1]!, "_boot-vm", name], { detached: true, stdio: "ignore" });
  machine.pid = boot.pid ?? null;
  save(machine);
  boot.unref();
  for (;;) {
    if (stateOf(machine) !== "running") fail(`agent operation failed: machine '${name}' ended while it booted`);
    if (existsSync(join(folderOf(name), "agent", "agent.sock"))) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.stdout.write(`Started machine: ${name}\n`);
}

/** The process of the machine: the guest, and what carries its sockets out of it. */
function boot(name: string): void {
  const machine = load(name)!;
  const folder = folderOf(name);
  const places = new Map<string, string>();
  for (const { host, guest } of machine.sockets) {
    const place = join(folder, `sockets-${places.size}`);
    if (!places.has(dirname(guest))) {
      mkdirSync(place, { recursive: true, mode: 0o755 });
      places.set(dirname(guest), place);
    }
    const path = join(places.get(dirname(guest))!, basename(guest));
    rmSync(path, { force: true });
    createServer({ allowHalfOpen: true }, (inside) => {
      const outside = connect({ path: host, allowHalfOpen: true });
      inside.pipe(outside);
      outside.pipe(inside);
      const drop = () => {
        inside.destroy();
        outside.destroy();
      };
      inside.on("error", drop);
      outside.on("error", drop);
    }).listen(path);
  }
  const binds = [...machine.volumes, ...[...places].map(([to, from]) => ({ from, to, readOnly: false }))];
  startGuest({ folder, binds }).once("exit", () => process.exit(0));
}

async function exec(args: string[]): Promise<void> {
  const { one, flags, rest } = parse(args, {
    "--name": "value",
    "--interactive": "set",
    "--tty": "set",
    "--user": "value",
    "--workdir": "value",
  });
  const name = one("--name") ?? "default";
  const machine = load(name) ?? fail(`machine '${name}' not found`);
  if (stateOf(machine) !== "running")
    fail(`machine '${name}' is not running. Use 'smolvm machine start --name ${name}' first.`);
  if (rest.length === 0) fail("the following required arguments were not provided: <COMMAND>...", 2);
  const size = () => ({ cols: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24 });
  const tty = flags["--tty"] ? size() : null;
  let code = 1;
  const { socket, send } = await inGuest(folderOf(name), { argv: rest, tty }, (type, payload) => {
    if (type === agentFrame.stdout) {
      if (!process.stdout.write(Buffer.from(payload))) {
        socket.pause();
        process.stdout.once("drain", () => socket.resume());
      }
    } else if (type === agentFrame.stderr) process.stderr.write(Buffer.from(payload));
    else if (type === agentFrame.exit) code = Number(payload.toString());
  });
  if (flags["--interactive"]) {
    if (tty !== null && process.stdin.isTTY) process.stdin.setRawMode(true);
    process.stdin.on("data", (bytes) => {
      if (!send(agentFrame.stdin, bytes)) {
        process.stdin.pause();
        socket.once("drain", () => process.stdin.resume());
      }
    });
    process.stdin.on("end", () => send(agentFrame.end));
  } else send(agentFrame.end);
  process.on("SIGWINCH", () => {
    const { cols, rows } = size();
    const bytes = Buffer.alloc(4);
    bytes.writeUInt16BE(cols, 0);
    bytes.writeUInt16BE(rows, 2);
    send(agentFrame.resize, bytes);
  });
  await new Promise((resolve) => socket.once("close", resolve));
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdout.write("", () => process.exit(code));
}

function list(args: string[]): void {
  const { flags } = parse(args, { "--json": "set", "--verbose": "set" });
  const names = existsSync(join(state, "vms")) ? readdirSync(join(state, "vms")) : [];
  const machines = names.map((name) => load(name)).filter((each) => each !== null);
  if (!flags["--json"]) {
    process.stdout.write(
      machines.length === 0 ? "No machines found\n" : machines.map(({ name }) => `${name}\n`).join(""),
    );
    return;
  }
  const json = machines.map((machine) => ({
    name: machine.name,
    state: stateOf(machine),
    cpus: 4,
    memory_mib: machine.mem,
    pid: machine.pid,
    mounts: machine.volumes.length,
    ports: 0,
    created_at: machine.created_at,
    storage_gb: machine.storage,
    overlay_gb: null,
    image: machine.image,
    entrypoint: [],
    cmd: machine.cmd,
    ephemeral: false,
    labels: machine.labels,
    network: false,
  }));
  process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
}

async function stop(args: string[]): Promise<void> {
  const name = parse(args, { "--name": "value" }).one("--name") ?? "default";
  const machine = load(name) ?? fail(`machine '${name}' not found`);
  if (machine.pid === null) return;
  try {
    process.kill(machine.pid, "SIGKILL");
  } catch {}
  while (stateOf(machine) === "running") await new Promise((resolve) => setTimeout(resolve, 10));
  save({ ...machine, pid: null });
  process.stdout.write(`Stopped machine: ${name}\n`);
}

function remove(args: string[]): void {
  const { one } = parse(args, { "--name": "value", "--force": "set" });
  const name = one("--name") ?? fail("the following required arguments were not provided: --name", 2);
  const machine = load(name) ?? fail(`machine '${name}' not found`);
  if (stateOf(machine) === "running") fail(`machine '${name}' is running. Stop it first.`);
  rmSync(folderOf(name), { recursive: true, force: true });
  process.stdout.write(`Deleted machine: ${name}\n`);
}

async function run(args: string[]): Promise<void> {
  const { rest } = parse(args, {});
  const name = `run-${process.pid}`;
  mkdirSync(folderOf(name), { recursive: true });
  const guest = startGuest({ folder: folderOf(name), binds: [] });
  while (!existsSync(join(folderOf(name), "agent", "agent.sock"))) {
    if (guest.exitCode !== null) fail("krun_start_enter returned: -22 (EINVAL)");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { code, stdout } = await runInGuest(folderOf(name), rest);
  process.stdout.write(stdout);
  guest.kill("SIGKILL");
  guest.once("exit", () => {
    rmSync(folderOf(name), { recursive: true, force: true });
    process.exit(code);
  });
}

const [group, command, ...rest] = process.argv.slice(2);
const commands: Record<string, (args: string[]) => unknown> = {
  create,
  start,
  exec,
  ls: list,
  list,
  stop,
  delete: remove,
  rm: remove,
  run,
};
if (group === "_boot-vm") boot(command!);
else if (group === "--version") process.stdout.write("smolvm 1.23.0\n");
else if (existsSync(join(state, "broken"))) fail("Database already open. Cannot acquire lock.");
else if (group !== "machine" || commands[command ?? ""] === undefined)
  fail(`unrecognized subcommand '${command ?? group}'`, 2);
else await commands[command!]!(rest);
