import { expect, test } from "vitest";
import { HandOver, type HandOverParts } from "./hand-over.ts";

/** What a host of that version is asked when the list of terminals has changed twice, one after the other. */
async function asked(version: string, state: "running" | "succeeded", liveTerminals: number): Promise<string[]> {
  const calls: string[] = [];
  let changed = () => {};
  const client = {
    status: { state: "connected", welcome: { version } },
    onStatus: () => () => {},
    onEvent: () => () => {},
    call: async (name: string) => {
      calls.push(name);
      return { liveTerminals };
    },
    replaceHost: async () => void calls.push("replace"),
  };
  const terminals = {
    terminals: new Map([["one", { state }]]),
    onChange: (listener: () => void) => {
      changed = listener;
      return () => {};
    },
  };
  const failed = (error: unknown) => {
    throw error;
  };
  const parts = { client, terminals, version: "1.1.0", failed } as unknown as HandOverParts;
  const handOver = new HandOver(parts);
  for (let change = 0; change < 2; change++) {
    changed();
    await new Promise((later) => setImmediate(later));
  }
  handOver.close();
  return calls;
}

test("a host of an older version is replaced once, when nothing is alive in it", async () => {
  expect(await asked("1.0.0", "succeeded", 0)).toEqual(["host.info", "replace"]);
  expect(await asked("1.0.0", "running", 0)).toEqual([]);
  // What is alive there decides, not what we have heard of it.
  expect(await asked("1.0.0", "succeeded", 1)).toEqual(["host.info", "host.info"]);
});

test("one of this version, or of a newer one, is left alone", async () => {
  expect(await asked("1.1.0", "succeeded", 0)).toEqual([]);
  expect(await asked("1.2.0", "succeeded", 0)).toEqual([]);
});
