import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { contentSecurityPolicy, rendererFile } from "./renderer-files.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder("renderer");
  mkdirSync(folder.in("window/assets"), { recursive: true });
  writeFileSync(folder.in("window/index.html"), "<!doctype html>");
  writeFileSync(folder.in("window/assets/a b.js"), "1");
  writeFileSync(folder.in("window/secret"), "no type");
  writeFileSync(folder.in("outside.js"), "outside");
  mkdirSync(folder.in("window2"));
  writeFileSync(folder.in("window2/x.js"), "neighbour with the same beginning");
  symlinkSync(folder.in("outside.js"), folder.in("window/link.js"));
});
afterEach(() => folder[Symbol.dispose]());

describe("the window's files", () => {
  test("are found with their type", async () => {
    expect(await rendererFile(folder.in("window"), "/")).toMatchObject({ type: "text/html; charset=utf-8", bytes: 15 });
    expect(await rendererFile(folder.in("window"), "/assets/a%20b.js")).toMatchObject({
      type: "text/javascript; charset=utf-8",
    });
  });

  test.each([
    "/../outside.js",
    "/%2e%2e/outside.js",
    "/..%2foutside.js",
    "/assets/..%2f..%2foutside.js",
    "/..%5coutside.js",
    "/..\\outside.js",
    "/../window2/x.js",
    "/link.js",
    "/index.html%00.js",
    "/%",
    "/secret",
    "/assets",
    "/assets/",
    "/missing.js",
    "//etc/passwd",
    "/index.html/x.js",
  ])("nothing else is: %s", async (path) => {
    expect(await rendererFile(folder.in("window"), path)).toBeNull();
  });

  test("may run no script but their own, and connect nowhere else", () => {
    const policy = contentSecurityPolicy(["ws://127.0.0.1:1"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).toContain("connect-src 'self' ws://127.0.0.1:1;");
    expect(policy).not.toContain("unsafe-eval");
  });
});
