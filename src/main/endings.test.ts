import { expect, test, vi } from "vitest";
import { Endings } from "./endings.ts";

test("what was begun last is ended first, each waited for, and once", async () => {
  const ended: string[] = [];
  const endings = new Endings();
  const sockets = Promise.withResolvers<void>();
  endings.add(() => ended.push("database"));
  endings.add(async () => {
    await sockets.promise;
    ended.push("sockets");
  });
  const all = endings.run();
  expect(ended).toEqual([]);
  sockets.resolve();
  await all;
  expect(ended).toEqual(["sockets", "database"]);
  await endings.run();
  expect(ended).toHaveLength(2);
});

test("one that fails does not keep the others from it, and is said", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const ended: string[] = [];
  const endings = new Endings();
  endings.add(() => ended.push("lock"));
  endings.add(() => {
    throw new Error("the disk is full");
  });
  await endings.run();
  expect(ended).toEqual(["lock"]);
  expect(said).toHaveBeenCalledOnce();
  said.mockRestore();
});
