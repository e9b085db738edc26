/** The filter, run by an interpreter of its language for both architectures, and by the kernel in a real bottle. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BottleBench } from "#test/product/bottle.ts";
import { missing } from "#test/requirements.ts";
import { errno, makesFile, newNamespaces, seccompProgram, setUserId, terminalInjections } from "./seccomp.ts";
import { denied, numbers } from "./system-calls.ts";

const architectures = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

/** Classic BPF over struct seccomp_data, as the kernel runs it. Returns 0 for "allowed", else the error. */
function verdict(
  architecture: "x64" | "arm64",
  call: number,
  args: number[] = [],
  audit: number = architectures[architecture],
) {
  const program = seccompProgram(architecture)!;
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call, 0);
  data.writeUInt32LE(audit, 4);
  for (const [index, value] of args.entries()) data.writeUInt32LE(value >>> 0, 16 + index * 8);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(at * 8);
    const k = program.readUInt32LE(at * 8 + 4);
    const jump = (yes: boolean) => {
      at += program.readUInt8(at * 8 + (yes ? 2 : 3));
    };
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x35) jump(accumulator >= k);
    else if (code === 0x45) jump((accumulator & k) !== 0);
    else if (code === 0x06) return k === 0x7fff0000 ? 0 : k & 0xffff;
    else throw new Error(`no such instruction: ${code}`);
  }
  throw new Error("the program has no end");
}

describe.each(["x64", "arm64"] as const)("the filter for %s", (architecture) => {
  const call = numbers[architecture];

  test.each(denied.filter(({ name }) => call[name] !== null))("refuses $name", ({ name, error }) => {
    expect(verdict(architecture, call[name]!)).toBe(error);
  });

  test("lets everything else through", () => {
    const named = new Set(Object.values(call));
    const others = Array.from({ length: 466 }, (_, number) => number).filter((number) => !named.has(number));
    expect(others.filter((number) => verdict(architecture, number) !== 0)).toEqual([]);
  });

  test("looks at the flags of clone", () => {
    expect(verdict(architecture, call.clone!, [0x11])).toBe(0);
    // A thread: CLONE_VM, FS, FILES, SIGHAND, THREAD and what libc adds.
    expect(verdict(architecture, call.clone!, [0x3d0f00])).toBe(0);
    for (let bit = 1; bit <= 0x40000000; bit *= 2) {
      const expected = (newNamespaces & bit) !== 0 ? errno.EPERM : 0;
      expect(verdict(architecture, call.clone!, [bit]), bit.toString(16)).toBe(expected);
    }
  });

  test("looks at what is asked of a device", () => {
    for (const request of Object.values(terminalInjections)) {
      expect(verdict(architecture, call.ioctl!, [0, request])).toBe(errno.EPERM);
    }
    expect(verdict(architecture, call.ioctl!, [0, 0x5413])).toBe(0);
  });

  test.each([
    ["chmod", 1],
    ["fchmod", 1],
    ["fchmodat", 2],
    ["fchmodat2", 2],
    ["creat", 1],
    ["mknod", 1],
    ["mknodat", 2],
  ] as const)("lets %s make no set-user-id file", (name, at) => {
    if (call[name] === null) return;
    const mode = (bits: number) => [...Array.from({ length: at }, () => 0xffff_ffff), bits];
    expect(verdict(architecture, call[name], mode(0o100755))).toBe(0);
    expect(verdict(architecture, call[name], mode(0o2755))).toBe(0);
    expect(verdict(architecture, call[name], mode(0o104755))).toBe(errno.EPERM);
  });

  test.each([
    ["open", 1],
    ["openat", 2],
  ] as const)("looks at the mode of %s only where it makes a file", (name, at) => {
    if (call[name] === null) return;
    const opened = (flags: number, mode: number) => [...Array.from({ length: at }, () => 7), flags, mode];
    expect(verdict(architecture, call[name], opened(0o2, 0xffff_ffff))).toBe(0);
    expect(verdict(architecture, call[name], opened(0o102, 0o644))).toBe(0);
    expect(verdict(architecture, call[name], opened(0o102, setUserId | 0o755))).toBe(errno.EPERM);
    expect(verdict(architecture, call[name], opened(makesFile & ~0o100, setUserId))).toBe(errno.EPERM);
  });

  test.each([
    ["a Unix socket", [1, 1, 0], 0],
    ["TCP", [2, 1, 0], 0],
    ["TCP over IPv6, close-on-exec", [10, 1 | 0o2000000, 0], 0],
    ["UDP", [2, 2, 0], 0],
    ["netlink for routes", [16, 3, 0], 0],
    ["netlink for anything else", [16, 3, 12], errno.EAFNOSUPPORT],
    ["a raw socket", [2, 3, 1], errno.EAFNOSUPPORT],
    ["a raw socket over IPv6, close-on-exec", [10, 3 | 0o2000000, 58], errno.EAFNOSUPPORT],
    ["packets", [17, 3, 0], errno.EAFNOSUPPORT],
    ["a virtual machine's host", [40, 1, 0], errno.EAFNOSUPPORT],
    ["the kernel's ciphers", [38, 5, 0], errno.EAFNOSUPPORT],
  ])("of sockets: %s", (_, args, expected) => {
    expect(verdict(architecture, call.socket!, args as number[])).toBe(expected);
  });

  test("knows no call of another architecture", () => {
    expect(verdict(architecture, 0, [], 0x40000003)).toBe(errno.ENOSYS);
  });
});

test("the other numbers of x86-64 are no way around it", () => {
  expect(verdict("x64", 0x40000000 | numbers.x64.ptrace!)).toBe(errno.ENOSYS);
});

test.skipIf(missing("bwrap", "gcc"))(
  "the kernel refuses in a bottle what the filter says, and nothing else",
  async () => {
    await using bench = new BottleBench();
    const program = join(bench.workspace, "system-calls");
    execFileSync("gcc", ["-O1", "-o", program, join(import.meta.dirname, "../../../../test/fixtures/system-calls.c")]);
    const call = numbers[process.arch as "x64" | "arm64"];
    const named = denied.filter(({ name }) => call[name] !== null);
    // A terminal around it, so that there is something to put characters into.
    const line = `${program} ${named.map(({ name }) => call[name]).join(" ")}`;
    const { stdout } = await bench.run(`exec script -qec '${line}' /dev/null`);
    const said = new Map(
      stdout
        .trim()
        .split(/\r?\n/)
        .map((each) => each.split(" ") as [string, string]),
    );
    for (const { name, error } of named) expect(said.get(String(call[name])), name).toBe(String(error));
    expect(Object.fromEntries([...said].filter(([what]) => /[a-zT]/.test(what)))).toEqual({
      clone: "0",
      "clone:user": "1",
      "clone:net": "1",
      "clone:pid": "1",
      "socket:unix": "0",
      "socket:inet": "0",
      "socket:inet6": "0",
      "socket:route": "0",
      "socket:raw": "97",
      "socket:netfilter": "97",
      "socket:vsock": "97",
      "socket:packet": "97",
      "socket:alg": "97",
      TIOCSTI: "1",
      TIOCLINUX: "1",
      TIOCGWINSZ: "0",
    });
  },
);
