/** Where a home's sockets are: short, ours alone, and the same from every environment. */
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { protocolVersion } from "./host-protocol.ts";
import { ownDirectory, ownDirectoryAmongOthers } from "./own-directory.ts";
import { cellarPaths } from "./paths.ts";

let folder: TemporaryFolder;
const made: string[] = [];
beforeEach(() => {
  folder = new TemporaryFolder("paths");
});
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  folder[Symbol.dispose]();
});

function paths(env: NodeJS.ProcessEnv) {
  const found = cellarPaths({ CELLAR_HOME: folder.in("home"), ...env });
  made.push(found.runtime);
  return found;
}

test("a later process with another environment finds the same sockets", () => {
  mkdirSync(folder.in("run"), { mode: 0o700 });
  const first = paths({ XDG_RUNTIME_DIR: folder.in("run") });
  expect(first.hostSocket.startsWith(folder.in("run"))).toBe(true);
  expect(paths({}).hostSocket).toBe(first.hostSocket);
  expect(statSync(first.runtime).mode & 0o777).toBe(0o700);
});

test("when that directory is gone, another is chosen and noted", () => {
  mkdirSync(folder.in("run"));
  const first = paths({ XDG_RUNTIME_DIR: folder.in("run") });
  rmSync(folder.in("run"), { recursive: true });
  const second = paths({});
  expect(second.runtime).not.toBe(first.runtime);
  expect(readFileSync(folder.in("home", "runtime-directory"), "utf8")).toBe(second.runtime);
});

test("a socket's path fits, even where the session's directory is long", () => {
  const long = folder.in("l".repeat(100));
  mkdirSync(long);
  expect(paths({ XDG_RUNTIME_DIR: long }).hostSocket.length).toBeLessThan(104);
});

test("a link in the place of a directory among others is refused, and so is a file", () => {
  mkdirSync(folder.in("elsewhere"));
  symlinkSync(folder.in("elsewhere"), folder.in("link"));
  expect(() => ownDirectoryAmongOthers(folder.in("link"))).toThrow(/is not a directory/);
  writeFileSync(folder.in("file"), "");
  expect(() => ownDirectoryAmongOthers(folder.in("file"))).toThrow(/is not a directory/);
});

test("a directory that others could look into is closed to them", () => {
  mkdirSync(folder.in("open"));
  chmodSync(folder.in("open"), 0o777);
  ownDirectory(folder.in("open"));
  expect(statSync(folder.in("open")).mode & 0o777).toBe(0o700);
});

test.runIf(process.getuid?.() === 0)("a directory of another user is refused", async () => {
  const { chownSync } = await import("node:fs");
  mkdirSync(folder.in("theirs"));
  chownSync(folder.in("theirs"), 12345, 12345);
  expect(() => ownDirectoryAmongOthers(folder.in("theirs"))).toThrow(/belongs to another user/);
});

test("the shell script that serves `k` knows the terminal host's socket by its present name", () => {
  const script = readFileSync(join(import.meta.dirname, "../../resources/bin/k"), "utf8");
  const named = new Set(script.match(/host[\w-]*\.sock/g));
  expect([...named]).toEqual([`host-${protocolVersion}.sock`]);
});
