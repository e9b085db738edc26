/**
 * The system calls a bottle may not make, as a classic BPF program for `bwrap --seccomp`. Everything is allowed except what reaches for the
 * kernel's larger surfaces (namespaces, mounts, keys, BPF, io_uring), for other processes, or for the terminal's input queue, and what
 * would leave a set-user-id file in the workspace: inside it gives nothing, and outside it gives the person's rights to whoever runs it.
 *
 * What a program would only fail with is answered with an error it knows how to take: ENOSYS for `clone3` makes libc fall back to `clone`,
 * whose flags can be looked at here.
 */
import { denied, numbers, type SeccompArchitecture } from "./system-calls.ts";

/** linux/filter.h, linux/bpf_common.h */
const loadWord = 0x20;
const jumpEqual = 0x15;
const jumpGreaterOrEqual = 0x35;
const jumpAnyBit = 0x45;
const and = 0x54;
const answer = 0x06;
/** linux/seccomp.h */
const allow = 0x7fff0000;
const fail = 0x00050000;
/** struct seccomp_data: number, architecture, instruction pointer (8 bytes), six arguments (8 bytes each). */
const numberAt = 0;
const architectureAt = 4;
/** The low half: both architectures are little-endian. */
const argumentAt = (index: number) => 16 + index * 8;

/** errno.h; the same on both architectures. */
export const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;

/** linux/audit.h */
const audit: Record<SeccompArchitecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** The x32 calls of x86-64 kernels are the same calls under other numbers. */
const x32Bit = 0x40000000;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of linux/sched.h. */
export const newNamespaces = 0x7e020000;
/** asm-generic/ioctls.h: put a character into a terminal's input queue; paste the console's selection. */
export const terminalInjections = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c } as const;

/** linux/socket.h */
const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const rawSocket = 3;
const socketTypeMask = 0xf;

/** linux/stat.h */
export const setUserId = 0o4000;
/** asm-generic/fcntl.h: O_CREAT and what makes O_TMPFILE of O_DIRECTORY. Without them the mode of an `open` is whatever was there. */
export const makesFile = 0o100 | 0o20000000;
/** Calls that take a file's mode, and where. */
export const modeAt = { chmod: 1, fchmod: 1, fchmodat: 2, fchmodat2: 2, creat: 1, mknod: 1, mknodat: 2 } as const;
/** Calls that take one only where they make a file: where the flags are; the mode is behind them. */
export const flagsAt = { open: 1, openat: 2 } as const;

type Instruction = readonly [code: number, k: number, ifTrue?: number, ifFalse?: number];

const refuse = (error: number): Instruction => [answer, fail | error];
const accept: Instruction = [answer, allow];

/** The program of one architecture; null for one we have no table for. */
export function seccompProgram(architecture: string): Buffer | null {
  if (architecture !== "x64" && architecture !== "arm64") return null;
  return encode(instructions(architecture));
}

function instructions(architecture: SeccompArchitecture): Instruction[] {
  const call = numbers[architecture];
  return [
    [loadWord, architectureAt],
    // A 32-bit program has other numbers for everything: it does not run.
    [jumpEqual, audit[architecture], 1, 0],
    refuse(errno.ENOSYS),
    [loadWord, numberAt],
    ...(architecture === "x64" ? [[jumpGreaterOrEqual, x32Bit, 0, 1] as const, refuse(errno.ENOSYS)] : []),
    ...denied.flatMap(({ name, error }) => whole(call[name], refuse(error))),
    ...when(call.clone, [[loadWord, argumentAt(0)], [jumpAnyBit, newNamespaces, 0, 1], refuse(errno.EPERM), accept]),
    ...Object.entries(modeAt).flatMap(([name, at]) =>
      when(call[name as keyof typeof modeAt], refusedMode(argumentAt(at))),
    ),
    ...Object.entries(flagsAt).flatMap(([name, at]) =>
      when(call[name as keyof typeof flagsAt], [
        [loadWord, argumentAt(at)],
        [jumpAnyBit, makesFile, 1, 0],
        accept,
        ...refusedMode(argumentAt(at + 1)),
      ]),
    ),
    ...when(call.ioctl, [
      [loadWord, argumentAt(1)],
      [jumpEqual, terminalInjections.TIOCSTI, 1, 0],
      [jumpEqual, terminalInjections.TIOCLINUX, 0, 1],
      refuse(errno.EPERM),
      accept,
    ]),
    ...when(call.socket, [
      [loadWord, argumentAt(0)],
      [jumpEqual, family.unix, 4, 0],
      [jumpEqual, family.inet, 3, 0],
      [jumpEqual, family.inet6, 2, 0],
      [jumpEqual, family.netlink, 4, 0],
      refuse(errno.EAFNOSUPPORT),
      // Of the internet families everything but raw sockets.
      [loadWord, argumentAt(1)],
      [and, socketTypeMask],
      [jumpEqual, rawSocket, 3, 2],
      // Of netlink only NETLINK_ROUTE (0), by which libc lists interfaces.
      [loadWord, argumentAt(2)],
      [jumpEqual, 0, 0, 1],
      accept,
      refuse(errno.EAFNOSUPPORT),
    ]),
    accept,
  ];
}

/** `body` when the call has this number; it ends in answers only. */
function when(number: number | null, body: Instruction[]): Instruction[] {
  return number === null ? [] : [[jumpEqual, number, 0, body.length], ...body];
}

function refusedMode(at: number): Instruction[] {
  return [[loadWord, at], [jumpAnyBit, setUserId, 0, 1], refuse(errno.EPERM), accept];
}

function whole(number: number | null, refusal: Instruction): Instruction[] {
  return when(number, [refusal]);
}

/** struct sock_filter: code (2 bytes), jump if true, jump if false, k (4 bytes). */
function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, k, ifTrue = 0, ifFalse = 0], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}
