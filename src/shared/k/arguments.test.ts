import { describe, expect, test } from "vitest";
import { readArguments, readMonitorArguments } from "./arguments.ts";

const run = { verb: "run", session: null, code: "c", limitSeconds: 30, json: false, exitAsProgram: false };

describe("k", () => {
  test.each([
    [["run", "c"], run],
    [["await", "-t", "5", "-j", "s", "c", "d"], { ...run, session: "s", limitSeconds: 5, json: true }],
    [["run", "-x", "-t", "0", "-j", "-x", "c"], { ...run, limitSeconds: 0, json: true, exitAsProgram: true }],
    // Python's whole numbers, and the last one counts.
    [["run", "-t", "1", "-t", " +1_0 ", "c"], { ...run, limitSeconds: 10 }],
    [["run", "-", "c"], { ...run, session: "-" }],
    [["run", "c", "-j"], { ...run, session: "c", code: "-j" }],
    [["run", "-t", "99999999999", "c"], { ...run, limitSeconds: 10_000_000 }],
    [["fire", "-j"], { verb: "fire", session: null, code: "-j", limitSeconds: 300 }],
    [["poll", "s", "id", "x"], { verb: "poll", session: "s", cellId: "id" }],
    [["poll", ""], { verb: "poll", session: null, cellId: null }],
    [["wait", "-t", "3"], { verb: "wait", session: null, cellId: null, limitSeconds: 3 }],
    [["history", "-n", "0"], { verb: "history", session: null, screens: 0 }],
    [["history", "s", "-n", "2"], { verb: "history", session: "s", screens: 5 }],
    [
      ["new", "s", "--prompt=a", "gdb", "--prompt", "--prompt=b", "x y"],
      { verb: "new", session: "s", command: "gdb --prompt x y", prompt: "b" },
    ],
    [["new", "s", "--prompt=a", "--prompt="], { verb: "new", session: "s", command: null, prompt: null }],
    [["send", "s", "--raw", "t"], { verb: "send", session: "s", text: "t", raw: true }],
    [["send", "s", "t"], { verb: "send", session: "s", text: "t", raw: false }],
    [["screen", "s", "--json"], { verb: "screen", session: "s", json: true }],
    [["_bg", "a", "b", "c", "d", "e"], { verb: "nothing" }],
  ])("reads %j", (args, command) => {
    expect(readArguments(args)).toEqual(command);
  });

  test.each([
    [["run", "-t", "-5", "c"]],
    [["run", "-t", "0x10", "c"]],
    [["history", "-n", "-1"]],
    [["keys", "s"]],
    [["send", "s", "--raw"]],
    [["screen"]],
    [["screen", "s", "--what"]],
    [["kill"]],
    [["_bg"]],
  ])("refuses %j", (args) => {
    expect(readArguments(args)).toMatchObject({ verb: "say", exitCode: 1 });
  });
});

describe("km", () => {
  test("takes -1 and a cell id in any order, the last id counts", () => {
    const monitor = { verb: "monitor", session: "s", once: true };
    expect(readMonitorArguments(["s", "0123456789ab", "-1", "ba9876543210"])).toEqual({
      ...monitor,
      cellId: "ba9876543210",
    });
    expect(readMonitorArguments(["s", "-1"])).toEqual({ ...monitor, cellId: null });
    expect(readMonitorArguments(["s", "-1", "0123456789AB"])).toMatchObject({ verb: "refuse" });
  });
});
