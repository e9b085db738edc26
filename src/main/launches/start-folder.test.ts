import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { startFolder } from "./start-folder.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder("start-folder");
  mkdirSync(folder.in("api/packages/web"), { recursive: true });
  mkdirSync(folder.in("other"));
  symlinkSync(folder.in("other"), folder.in("api/away"));
  symlinkSync("packages", folder.in("api/near"));
  writeFileSync(folder.in("api/file"), "");
});
afterEach(() => folder[Symbol.dispose]());

const start = (wanted: string) => startFolder({ name: "api", path: folder.in("api") }, wanted);

test("a program starts in its workspace, or in a folder of it", async () => {
  expect(await start("")).toBe(folder.in("api"));
  expect(await start("packages/web/")).toBe(folder.in("api/packages/web"));
  expect(await start("near/web")).toBe(folder.in("api/near/web"));
});

test.each(["../other", "away", "/etc", "file", "nothing", "packages/../../other"])("%s is refused", async (wanted) => {
  await expect(start(wanted)).rejects.toMatchObject({ code: "invalid_input" });
});
