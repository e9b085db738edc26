import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { ProviderTable } from "./provider-table.ts";

const builtin = join(import.meta.dirname, "../../../resources/providers.toml");
let folder: TemporaryFolder;
let own: string;

beforeEach(() => {
  folder = new TemporaryFolder("providers");
  own = folder.in("providers.toml");
});
afterEach(() => folder[Symbol.dispose]());

const write = (host: string) => writeFileSync(own, `[anthropic]\nhost = "${host}"\n`);
const hostIn = (table: ProviderTable) => table.read().get("anthropic")?.host;

/** Later than anything that was written. */
const later = () => Date.now() + 60_000;

test("files that have not changed are read once", () => {
  write("one.example");
  const table = new ProviderTable(builtin, own, later);
  expect(table.read()).toBe(table.read());
});

test("a file that was changed, made, broken or taken away counts at once", () => {
  const table = new ProviderTable(builtin, own, later);
  expect(hostIn(table)).toBe("api.anthropic.com");
  write("one.example");
  expect(hostIn(table)).toBe("one.example");
  const before = statSync(own).mtimeMs;
  // Of the same size; the clock of the file system has to have moved on.
  do write("two.example");
  while (statSync(own).mtimeMs === before);
  expect(hostIn(table)).toBe("two.example");
  writeFileSync(own, "[anthropic\n");
  expect(() => table.read()).toThrow(/providers\.toml/);
  write("three.example");
  expect(hostIn(table)).toBe("three.example");
  folder[Symbol.dispose]();
  expect(hostIn(table)).toBe("api.anthropic.com");
});

test("a file that was changed just now is read each time, for its next change may have the same time", () => {
  write("one.example");
  const { ctimeMs } = statSync(own);
  const table = new ProviderTable(builtin, own, () => ctimeMs + 1000);
  expect(table.read()).not.toBe(table.read());
});
