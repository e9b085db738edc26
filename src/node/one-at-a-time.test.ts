import { expect, test } from "vitest";
import { OneAtATime } from "./one-at-a-time.ts";

test("work on one thing never overlaps, keeps its order, and survives failures", async () => {
  const turns = new OneAtATime();
  const order: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const all = await Promise.allSettled([
    turns.run("x", work("a")),
    turns.run("x", work("b", true)),
    turns.run("x", work("c")),
  ]);
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(order).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("work on different things does not wait", async () => {
  const turns = new OneAtATime();
  const gate = Promise.withResolvers<void>();
  const held = turns.run("x", () => gate.promise);
  expect(await turns.run("y", async () => "done")).toBe("done");
  gate.resolve();
  await held;
});

test("is idle when the last of all, also of what came meanwhile, has ended", async () => {
  const turns = new OneAtATime();
  await turns.idle();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const ended: string[] = [];
  const first = turns.run("x", () => gates[0].promise).then(() => ended.push("first"));
  const idle = turns.idle().then(() => ended.push("idle"));
  const second = turns.run("y", () => gates[1].promise).then(() => ended.push("second"));
  gates[0].resolve();
  await first;
  gates[1].resolve();
  await Promise.all([second, idle]);
  expect(ended).toEqual(["first", "second", "idle"]);
});
