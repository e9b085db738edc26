import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Command, findProgram, Subprocesses } from "./subprocess.ts";

const env = { PATH: process.env["PATH"] ?? "" };
let folder: string;
let subprocesses: Subprocesses;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellar-subprocess-"));
  subprocesses = new Subprocesses();
});
afterEach(async () => {
  await subprocesses.close();
  expect(subprocesses.count).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

const sh = (script: string, more: Partial<Command> = {}): Command => ({
  program: "sh",
  args: ["-c", script],
  env,
  timeoutMs: 20_000,
  ...more,
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error("condition was never met");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A script that starts a grandchild which ignores polite requests, and writes both pids. */
const stubborn = `trap '' TERM; sh -c "trap '' TERM; echo \\$\\$ > grandchild; while :; do sleep 0.05; done" & echo $$ > child; wait; while :; do sleep 0.05; done`;
const pidIn = (name: string) => Number(readFileSync(join(folder, name), "utf8"));
const written = (name: string) => existsSync(join(folder, name)) && pidIn(name) > 1;

describe("what a program says", () => {
  test("comes back with its exit code, stdout and the end of stderr", async () => {
    const ended = await subprocesses.run(sh("cat; echo no >&2; exit 3", { input: "héllo" }));
    expect(ended).toMatchObject({ exitCode: 3, signal: null, cut: false, stderr: "no\n" });
    expect(ended.stdout.toString()).toBe("héllo");
  });

  test("arrives line by line, also where a carriage return rewrites the line", async () => {
    const lines: string[] = [];
    await subprocesses.run(
      sh(`printf 'a\\r\\nb\\rc'; printf 'x\\n' >&2`, { onLine: (line, stream) => lines.push(`${stream}:${line}`) }),
    );
    expect(lines.sort()).toEqual(["stderr:x", "stdout:a", "stdout:b", "stdout:c"]);
  });

  test("is the message of a failure: the last lines of stderr", async () => {
    await expect(
      subprocesses.runOrFail(sh("for i in 1 2 3 4 5 6 7; do echo line$i >&2; done; exit 1"), "the thing"),
    ).rejects.toMatchObject({ code: "failed", message: "the thing failed: line3\nline4\nline5\nline6\nline7" });
  });

  test("is bounded: refused, cut, or dropped", async () => {
    const flood = (more: Partial<Command>) => sh("yes", { maxStdoutBytes: 1000, ...more });
    await expect(subprocesses.run(flood({}))).rejects.toMatchObject({ code: "too_large" });
    const stopped = await subprocesses.run(flood({ overflow: "stop" }));
    expect(stopped).toMatchObject({ cut: true });
    expect(stopped.stdout.length).toBe(1000);
    const dropped = await subprocesses.run(sh("yes | head -c 5000", { maxStdoutBytes: 1000, overflow: "drop" }));
    expect(dropped).toMatchObject({ cut: true, exitCode: 0 });
  });
});

describe("what a program is given", () => {
  test("is the environment named and nothing else", async () => {
    const ended = await subprocesses.run({ program: "env", args: [], env: { ...env, ONLY: "this" }, timeoutMs: 5000 });
    expect(ended.stdout.toString().trim().split("\n").sort()).toEqual(["ONLY=this", `PATH=${env.PATH}`]);
  });

  test("arguments stay what they are", async () => {
    const odd = ["a b", "$HOME", "`id`", "; rm -rf /", "", "'\"", "*"];
    const ended = await subprocesses.run({ program: "printf", args: ["%s\\n", ...odd], env, timeoutMs: 5000 });
    expect(ended.stdout.toString()).toBe(`${odd.join("\n")}\n`);
  });

  test.skipIf(process.platform === "win32")(
    "a secret travels on a descriptor, in no argument and no variable",
    async () => {
      const ended = await subprocesses.run(
        sh(`cat <&3; tr '\\0' ' ' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$$/environ`, { secret: "s3cret-canary" }),
      );
      expect(ended.stdout.toString().match(/s3cret-canary/g)).toHaveLength(1);
    },
  );

  test("a program that does not read its input is no error", async () => {
    const ended = await subprocesses.run({ program: "true", args: [], env, timeoutMs: 5000, input: Buffer.alloc(1e6) });
    expect(ended.exitCode).toBe(0);
  });
});

describe("the end of a program", () => {
  test.each<[string, (abort: AbortController) => Partial<Command>, string, (abort: AbortController) => unknown]>([
    ["an abort", (abort) => ({ signal: abort.signal }), "cancelled", (abort) => abort.abort()],
    ["the time limit", () => ({ timeoutMs: 400 }), "failed", () => {}],
    ["shutdown", () => ({}), "cancelled", () => subprocesses.close()],
  ])("%s ends the whole tree, also what ignores SIGTERM", async (_name, more, code, act) => {
    const abort = new AbortController();
    const outcome = subprocesses.run(sh(stubborn, { cwd: folder, ...more(abort) })).catch((error: unknown) => error);
    await until(() => written("child") && written("grandchild"));
    const pids = [pidIn("child"), pidIn("grandchild")];
    void act(abort);
    expect(await outcome).toMatchObject({ code });
    await until(() => !pids.some(alive));
  });

  test("a daemon that keeps the pipe open does not keep us waiting", async () => {
    const started = Date.now();
    const ended = await subprocesses.run(sh("sleep 30 & echo $! > pid; echo done", { cwd: folder }));
    expect(ended.stdout.toString()).toBe("done\n");
    expect(Date.now() - started).toBeLessThan(5000);
    process.kill(pidIn("pid"), "SIGKILL");
  });

  test.skipIf(process.platform !== "linux")("all that it said is read, however busy we are when it ends", async () => {
    const busyUntil = (condition: () => boolean) => {
      while (!condition());
    };
    const busyFor = (ms: number) => {
      const end = performance.now() + ms;
      busyUntil(() => performance.now() > end);
    };
    // Two ends become known in one turn of the loop, in which the second's words were not there yet; and that turn is long.
    const first = subprocesses.run(
      sh("echo $$ > first; echo said", {
        cwd: folder,
        onStdout: () => {
          writeFileSync(join(folder, "go"), "");
          busyUntil(() => written("second") && !alive(pidIn("second")));
          setImmediate(() => busyFor(1000));
        },
      }),
    );
    const second = subprocesses.run(sh("until test -e go; do :; done; echo said; echo $$ > second", { cwd: folder }));
    busyUntil(() => written("first") && !alive(pidIn("first")));
    for (const { stdout } of await Promise.all([first, second])) expect(stdout.toString()).toBe("said\n");
  });

  test("nothing is started after an abort or after shutdown", async () => {
    await expect(subprocesses.run(sh("touch x", { cwd: folder, signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: "cancelled",
    });
    await subprocesses.close();
    await expect(subprocesses.run(sh("touch x", { cwd: folder }))).rejects.toMatchObject({ code: "unavailable" });
    expect(existsSync(join(folder, "x"))).toBe(false);
  });
});

describe("where a program is found", () => {
  test("a missing one is said by name, with what to do", async () => {
    await expect(
      subprocesses.run({ program: "no-such-program", args: [], env, timeoutMs: 1000 }),
    ).rejects.toMatchObject({ code: "unavailable", message: "no-such-program was not found on this computer" });
  });

  test("never in the working directory and never through a relative entry of PATH", () => {
    writeFileSync(join(folder, "trap"), "#!/bin/sh\n");
    chmodSync(join(folder, "trap"), 0o755);
    expect(findProgram("trap", { PATH: folder })).toBe(join(folder, "trap"));
    for (const PATH of [".", "", ":", "./"]) expect(findProgram("trap", { PATH })).toBeNull();
    expect(findProgram("./trap", { PATH: folder })).toBeNull();
  });

  test("a missing working directory is an error, not a crash", async () => {
    await expect(subprocesses.run(sh("true", { cwd: join(folder, "gone") }))).rejects.toMatchObject({ code: "failed" });
  });
});
