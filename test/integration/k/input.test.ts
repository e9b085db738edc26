/** What nobody should send: too much, no text, at once, to a closed pipe, past the scripts. */
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { TestK } from "#test/product/k.ts";
import { eventually } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";

const k = new TestK();
beforeAll(async () => {
  if (!missing("bash", "perl")) await k.k("new", "s");
});
afterAll(() => k[Symbol.asyncDispose]());

const largest = 16 * 1024 * 1024;

describe.skipIf(missing("bash", "perl"))("k", () => {
  test("takes code of nothing and of 16 MiB, and no more", async () => {
    expect(await k.k("run", "s", "")).toBe("\n");
    expect(await k.kWith({ input: "" }, "run", "s", "-")).toBe("\n");
    const prefix = "echo begun\n: '";
    const code = `${prefix}${"x".repeat(largest - prefix.length - 1)}'`;
    expect(await k.kWith({ input: code }, "run", "s", "-")).toBe("begun\n");
    const tooLong = '{"status": "error", "output": "send failed: code is larger than 16 MiB"}\nexit 1\n';
    expect(await k.kWith({ input: `${code} ` }, "run", "-j", "s", "-")).toBe(tooLong);
    expect(await k.kWith({ shell: ["sh", "-c", 'yes | "$0" "$@"'] }, "run", "-j", "s", "-")).toBe(tooLong);
    expect(await k.k("run", "s", `echo ${"y".repeat(120_000)} | wc -c`)).toBe("120001\n");
  });

  test("refuses code that is no text, and sends none of it", async () => {
    const binary = Buffer.from([0x65, 0x63, 0x68, 0x6f, 0x20, 0xff, 0xfe]);
    const refusal = "send failed: code is not UTF-8\nexit 1\n";
    expect(await k.kWith({ input: binary }, "run", "s", "-")).toBe(refusal);
    const shell = ["sh", "-c", 'exec "$0" run s "$(printf "echo \\377")"'];
    expect(await k.kWith({ shell })).toBe(refusal);
    expect(await k.kWith({ input: "a\0b" }, "fire", "s", "-")).toBe(
      '{"status": "error", "output": "send failed: code cannot contain NUL characters"}\nexit 1\n',
    );
    expect(await k.k("run", "s", "echo 'free é \u{1f600}'")).toBe("free é \u{1f600}\n");
  });

  test("carries every argument as it is", async () => {
    const words = ["", " ", "-", "--", "-j", "'", '"', "\\", "$HOME", "`id`", "a\nb", "*", "é", "%s", "\\0", "\x01"];
    for (const word of words.filter((one) => one !== "-")) {
      const env = { K_SESSION: "s" };
      const said = await k.kWith({ env }, "notify", "s", word, "end");
      expect(said).toBe(`OK notified: ${word} end\n`);
    }
    expect(await k.k("notify", "s", "")).toMatch(/^ERR .*\nexit 1\n$/);
  });

  test("cell ids of every wrong shape are unknown", async () => {
    for (const id of ["x", "../../etc/passwd", "0123456789AB", "0".repeat(5000), "é'\"", "%00", "null"]) {
      const out = await k.k("poll", "s", id);
      expect(out.replace(/\nexit 1\n$/, "")).toBe(
        `{"cell_id": ${JSON.stringify(id)}, "status": "error", "output": "unknown cell"}`,
      );
      expect(await k.k("wait", "s", id)).toBe(out);
    }
    expect(await k.k("poll", "s", "")).toMatch(/"unknown cell"/);
  });

  test("with a closed standard output ends without a sound", async () => {
    for (const args of [["ls"], ["run", "-j", "s", "true"], ["history", "s"]]) {
      expect(await k.run("k", args, { stdout: "closed" })).toEqual({ out: "", err: "", code: 0, signal: null });
    }
  });

  test("two hundred runs at once: one runs, the others are told of it", async () => {
    const all = Array.from({ length: 200 }, () => k.run("k", ["run", "-j", "s", "read -r go; echo $go"]));
    const settled: string[] = [];
    for (const one of all) void one.then(({ out }) => settled.push(out));
    await eventually(
      () => settled.length,
      (count) => count === 199,
      60_000,
    );
    const [refusal] = settled;
    expect(refusal).toMatch(/^\{"status": "error", "output": "active cell '[0-9a-f]{12}'"\}\n$/);
    expect(new Set(settled).size).toBe(1);
    await k.k("send", "s", "go");
    const outs = (await Promise.all(all)).map(({ out, err }) => out + err);
    const done = outs.filter((out) => out.includes('"done"'));
    expect(done).toHaveLength(1);
    expect(JSON.parse(done[0]!)).toMatchObject({ output: "go\ngo" });
    expect(refusal).toContain((JSON.parse(done[0]!) as { cell_id: string }).cell_id);
  }, 90_000);

  test("the socket answers no browser, and nonsense ends only its own connection", async () => {
    const { hostSocket: socketPath } = cellarPaths(k.environment);
    const ask = (headers: Record<string, string>, method = "POST", path = "/k") =>
      new Promise<number | undefined>((resolve, reject) => {
        request({ socketPath, path, method, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end("1\x001\0/\0\0\0\x001\0ls\0");
      });
    expect(await ask({ host: "cellar" })).toBe(600);
    expect(await ask({ host: "localhost" })).toBe(403);
    expect(await ask({ host: "cellar", origin: "http://cellar" })).toBe(403);
    expect(await ask({ host: "cellar", origin: "null" })).toBe(403);
    expect(await ask({ host: "cellar" }, "OPTIONS")).toBe(403);
    expect(await ask({ host: "cellar" }, "POST", "/other")).toBe(404);
    for (const bytes of ["GET nonsense\r\n\r\n", "POST /k HTTP/1.0\r\nHost: cellar\r\nContent-Length: 3\r\n\r\nxyz"]) {
      await new Promise<void>((resolve) => {
        const socket = connect(socketPath, () => socket.write(bytes));
        socket
          .on("close", () => resolve())
          .on("error", () => {})
          .resume();
      });
    }
    expect(await k.k("status", "s")).toBe("OK s pipe=ok\n");
  });
});
