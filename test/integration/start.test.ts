/** `npm start` where no window can be had: one line that says so, the address, and a clean end on Ctrl-C. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { Product } from "#test/product/product.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { bundleIsOlder } from "../../scripts/bundle-age.ts";

const root = resolve(import.meta.dirname, "../..");
let product: Product | null = null;
afterEach(async () => {
  await product?.[Symbol.asyncDispose]();
  product = null;
});

/** All it prints, and the process; in a group of its own, as a terminal would have it. */
function start(environment: NodeJS.ProcessEnv): { child: ChildProcess; lines: string[]; address: Promise<string> } {
  const child = spawn(process.execPath, [resolve(root, "scripts/start.ts")], {
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const address = Promise.withResolvers<string>();
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      const [url] = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(line) ?? [];
      if (url !== undefined) address.resolve(url);
    });
  }
  return { child, lines, address: address.promise };
}

describe("npm start without a display", () => {
  test("says so in one line, prints the address, and ends with Ctrl-C", async () => {
    product = new Product();
    const { DISPLAY: _, WAYLAND_DISPLAY: __, ...environment } = product.environment;
    const { child, lines, address } = start(environment);
    const url = new URL(await address);
    expect((await fetch(url.origin)).status).toBe(200);
    // A build may have been due before it.
    const said = lines.indexOf("There is no display for Electron. Opening in the browser instead.");
    expect(said).toBeGreaterThanOrEqual(0);
    expect(lines[said + 1]).toContain(url.href);
    process.kill(-child.pid!, "SIGINT");
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(lines.join("\n")).not.toMatch(/Error:|^\s+at /m);
    await expect(fetch(url.origin)).rejects.toThrow();
  });
});

describe("a build", () => {
  test.each(["out/main/serve.js", "out/preload/index.cjs", "out/renderer/index.html"])(
    "is made again when %s is missing or older than a source",
    (product) => {
      using folder = new TemporaryFolder("build");
      const write = (path: string, at: number) => {
        mkdirSync(dirname(folder.in(path)), { recursive: true });
        writeFileSync(folder.in(path), "");
        utimesSync(folder.in(path), at, at);
      };
      for (const each of ["out/main/serve.js", "out/preload/index.cjs", "out/renderer/index.html"]) write(each, 200);
      write("src/main/serve.ts", 100);
      write("src/main/serve.test.ts", 300);
      write("package.json", 100);
      expect(bundleIsOlder(folder.path)).toBe(false);
      write("src/main/serve.ts", 201);
      expect(bundleIsOlder(folder.path)).toBe(true);
      write("src/main/serve.ts", 100);
      rmSync(folder.in(product));
      expect(bundleIsOlder(folder.path)).toBe(true);
    },
  );
});
