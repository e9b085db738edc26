import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { WindowLayout } from "./layout.ts";

const folder = mkdtempSync(join(tmpdir(), "cellar-layout-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a layout comes back as it was saved, also in a later start, and leaves nothing beside it", () => {
  const path = join(folder, "home", "window.json");
  expect(new WindowLayout(path).read()).toBeNull();
  new WindowLayout(path).save('{"a":1}');
  new WindowLayout(path).save('{"a":2}');
  expect(new WindowLayout(path).read()).toBe('{"a":2}');
  expect(readdirSync(join(folder, "home"))).toEqual(["window.json"]);
});
