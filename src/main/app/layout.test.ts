import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { LayoutFile } from "./layout.ts";

test("a layout comes back as it was saved, also in a later start, and leaves nothing beside it", async () => {
  using folder = new TemporaryFolder("layout");
  const path = folder.in("layout.json");
  expect(await new LayoutFile(path).read()).toBeNull();
  const layout = new LayoutFile(path);
  await Promise.all([layout.save('{"a":1}'), layout.save('{"a":2}')]);
  expect(await new LayoutFile(path).read()).toBe('{"a":2}');
  expect(readdirSync(folder.path)).toEqual(["layout.json"]);
});
