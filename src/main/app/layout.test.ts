import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { Layouts } from "./layout.ts";

test("a layout comes back as it was saved, also in a later start, and leaves nothing beside it", async () => {
  using folder = new TemporaryFolder("layout");
  expect(await new Layouts(folder.path).read("main")).toBeNull();
  const layouts = new Layouts(folder.path);
  await Promise.all([layouts.save("main", '{"a":1}'), layouts.save("main", '{"a":2}')]);
  expect(await new Layouts(folder.path).read("main")).toBe('{"a":2}');
  expect(readdirSync(folder.path)).toEqual(["layout.json"]);
});

test("each window has its own, and those of windows that are gone are forgotten", async () => {
  using folder = new TemporaryFolder("layout");
  const layouts = new Layouts(folder.path);
  for (const window of ["main", "window-00000001", "window-00000002", "ws-00000001"]) {
    await layouts.save(window, `"${window}"`);
  }
  expect(await layouts.read("window-00000001")).toBe('"window-00000001"');
  await layouts.keepOnly(["main", "window-00000002"]);
  expect(readdirSync(folder.in("layouts")).sort()).toEqual(["window-00000002.json", "ws-00000001.json"]);
  await layouts.reset();
  expect(readdirSync(folder.path)).toEqual([]);
});

test("tabs that nobody closes properly do not fill the home", async () => {
  using folder = new TemporaryFolder("layout");
  const layouts = new Layouts(folder.path);
  const key = (n: number) => `window-${n.toString(16).padStart(8, "0")}`;
  for (let n = 0; n < 120; n++) await layouts.save(key(n), "{}");
  expect(readdirSync(folder.in("layouts"))).toHaveLength(100);
  expect(await layouts.read(key(119))).toBe("{}");
});
