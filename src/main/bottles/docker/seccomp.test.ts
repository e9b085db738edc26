/** The filter is a list of what is allowed; these are the numbers that must not be on it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { terminalInjections } from "../bubblewrap/seccomp.ts";
import { denied } from "../bubblewrap/system-calls.ts";
import { everythingBut, seccompProfile } from "./seccomp.ts";

const profile = seccompProfile();
const allowed = (name: string) =>
  profile.syscalls.filter((rule) => rule.names.includes(name) && rule.action === "SCMP_ACT_ALLOW");
/** Whether a call with these arguments is allowed, as the kernel would decide it. */
const passes = (name: string, ...args: number[]) =>
  allowed(name).some((rule) =>
    (rule.args ?? []).every(({ index, value, valueTwo }) => ((args[index] ?? 0) & value) >>> 0 === valueTwo),
  );

describe("the filter of system calls", () => {
  test("refuses by default, and lets nothing through that a bubblewrap bottle refuses", () => {
    expect(profile.defaultAction).toBe("SCMP_ACT_ERRNO");
    expect(denied.filter(({ name }) => allowed(name).length > 0)).toEqual([]);
  });

  test.each([
    ["a process", "clone", [0x01200011], true],
    ["a thread", "clone", [0x003d0f00], true],
    ["a user namespace", "clone", [0x10000011], false],
    ["a network namespace", "clone", [0x40000011], false],
    ["a Unix socket", "socket", [1, 1, 0], true],
    ["TCP", "socket", [2, 0x80801, 6], true],
    ["UDP over IPv6", "socket", [10, 2, 17], true],
    ["a raw socket", "socket", [2, 3, 1], false],
    ["a packet socket", "socket", [17, 3, 3], false],
    ["the list of interfaces", "socket", [16, 0x80003, 0], true],
    ["netfilter", "socket", [16, 3, 12], false],
    ["AF_VSOCK", "socket", [40, 1, 0], false],
    ["AF_ALG", "socket", [38, 5, 0], false],
    ["no address randomisation", "personality", [0x0040000], false],
    ["the size of a terminal", "ioctl", [0, 0x5413], true],
    ["typing into a terminal", "ioctl", [0, 0x5412], false],
    ["pasting the console's selection", "ioctl", [0, 0x541c], false],
  ])("%s", (_, name, args, expected) => {
    expect(passes(name, ...args)).toBe(expected);
  });

  test("every request to a device but the forbidden ones is covered, and those never", () => {
    const rules = everythingBut(Object.values(terminalInjections));
    const covered = (number: number) => rules.filter(({ mask, value }) => (number & mask) >>> 0 === value).length;
    for (const number of Object.values(terminalInjections)) expect(covered(number)).toBe(0);
    const near = fc.integer({ min: -64, max: 64 }).map((offset) => 0x5412 + offset);
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), near), (number) => {
        const forbidden = Object.values(terminalInjections).includes(number as never);
        return covered(number) === (forbidden ? 0 : 1);
      }),
    );
  });
});
