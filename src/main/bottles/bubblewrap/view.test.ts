/** What a program in a bubblewrap bottle finds and can do, asked from inside. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BottleBench } from "#test/product/bottle.ts";
import { apart, ordinaryUser } from "#test/product/person.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";

describe.skipIf(missing("bwrap"))("in a bubblewrap bottle", () => {
  let bench: BottleBench;
  beforeEach(() => {
    bench = new BottleBench();
  });
  afterEach(() => bench[Symbol.asyncDispose]());
  const inside = async (script: string, more = {}) => (await bench.run(script, more)).stdout.trim();

  test("the file system is the system, the workspace, and nothing else of the host", async () => {
    expect((await inside("ls /")).split("\n").filter((name) => !name.startsWith("lib"))).toEqual(
      ["bin", "dev", "etc", "home", "proc", "run", "sbin", "tmp", "usr", "var"].filter(Boolean),
    );
    expect(await inside("ls -A /home /home/agent /run /var /tmp | tr '\\n' ' '")).toBe(
      `/home: agent  /home/agent:  /run: cellar  /tmp: ${bench.folder.path.split("/")[2]}  /var: tmp`,
    );
    expect(await inside(`ls -A ${bench.folder.path}`)).toBe("work");
    expect(await inside(`ls -A ${homedir()} 2>&1 | tail -1`)).toContain("No such file");
  });

  test("configuration that names the host, its people or their keys is not there", async () => {
    expect(await inside("cat /etc/shadow /etc/gitconfig /etc/machine-id /etc/ssh/ssh_config 2>/dev/null")).toBe("");
    expect(await inside("cat /etc/passwd")).not.toContain("root");
    expect(await inside("hostname; cat /etc/hostname")).toBe("bottle\nbottle");
    expect(await inside("cat /etc/hosts /etc/resolv.conf")).not.toContain(hostname());
  });

  test("the environment is what was given, and not to be read from another process either", async () => {
    const names = (await inside("env | cut -d= -f1 | sort", { environment: { GIVEN: "1" } })).split("\n");
    expect(names).toEqual(["GIVEN", "HOME", "PATH", "PWD"]);
    expect(await inside("cat /proc/*/environ | tr '\\0' '\\n'")).not.toContain("HOST_SECRET");
  });

  test("nothing that goes in is in the arguments of a process of the host", async () => {
    const { child } = await bench.start("read -r word; echo $word", { environment: { SENTINEL: "s3ntinel-0f-this" } });
    const all = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "utf8");
        } catch {
          return "";
        }
      });
    expect(all.some((line) => line.includes("bwrap"))).toBe(true);
    expect(all.filter((line) => line.includes("s3ntinel-0f-this"))).toEqual([]);
    child.stdin?.end("done\n");
  });

  test("only its own processes are there, and none of the host's files is open", async () => {
    const processes = (await inside("ps -eo comm=")).split("\n").sort();
    expect(processes).toEqual(["bwrap", "ps", "sh"]);
    const open = (await inside("ls /proc/self/fd")).split("\n");
    expect(open).toEqual(["0", "1", "2", "3"]);
  });

  test("the person's identity is an ordinary one without rights", async () => {
    const status = await inside("id -u; grep -E 'Cap(Eff|Bnd)|NoNewPrivs|Seccomp:' /proc/self/status");
    expect(Number(status.split("\n")[0])).toBeGreaterThan(0);
    expect(status).toMatch(/CapEff:\s+0{16}/);
    expect(status).toMatch(/CapBnd:\s+0{16}/);
    expect(status).toMatch(/NoNewPrivs:\s+1/);
    expect(status).toMatch(/Seccomp:\s+2/);
  });

  test("the workspace can be written, under its own path", async () => {
    expect(await inside("pwd; echo made > inside.txt")).toBe(bench.workspace);
    expect(readFileSync(join(bench.workspace, "inside.txt"), "utf8")).toBe("made\n");
  });

  test.each([
    "/made",
    "/usr/made",
    "/usr/bin/made",
    "/etc/made",
    "/etc/passwd",
    "/etc/ld.so.cache",
    "/run/made",
    "/run/cellar/init",
    "/var/made",
    "/home/made",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/vm/drop_caches",
  ])("%s cannot be written", async (path) => {
    expect(await inside(`(echo x > ${path}) 2>/dev/null || echo refused`)).toBe("refused");
  });

  test("what lies beside the workspace cannot be reached through a link, .. or a hard link", async () => {
    writeFileSync(bench.folder.in("secret"), "beside\n");
    symlinkSync(bench.folder.in("secret"), join(bench.workspace, "link"));
    const script =
      "cat link ../secret; ln ../secret hard; mkdir a; cat a/../../secret; echo x > link; echo x > ../secret";
    const { stdout } = await bench.run(`(${script}) 2>/dev/null; true`);
    expect(stdout).toBe("");
    expect(readFileSync(bench.folder.in("secret"), "utf8")).toBe("beside\n");
  });

  test("a terminal, pipes, threads, and a shell with job control work", async () => {
    const { stdout } = await bench.run(
      `script -qec 'bash -ic "sleep 60 & jobs; kill %1; wait; tty"' /dev/null; node -e 'new Worker' 2>/dev/null; python3 -c 'import threading; t = threading.Thread(target=lambda: print("thread")); t.start(); t.join()'`,
    );
    expect(stdout).toContain("Running");
    expect(stdout).toMatch(/\/dev\/pts\/\d/);
    expect(stdout).toContain("thread");
    expect(stdout).not.toContain("no job control");
  });

  test("skills are folders of the host that can be read only", async () => {
    const skill = bench.folder.in("skill");
    mkdirSync(skill);
    writeFileSync(join(skill, "SKILL.md"), "how to\n");
    const more = { skills: [{ name: "review", path: skill }] };
    const script =
      "cat ~/.claude/skills/review/SKILL.md; (echo x > ~/.claude/skills/review/SKILL.md) 2>/dev/null || echo refused";
    expect(await inside(script, more)).toBe("how to\nrefused");
  });

  test("a kept home is there again in the next bottle, a private one is not", async () => {
    const keptHome = bench.folder.in("home");
    mkdirSync(keptHome);
    await inside("echo kept > ~/note", { keptHome });
    expect(await inside("cat ~/note", { keptHome })).toBe("kept");
    await inside("echo private > ~/note");
    expect(await inside("cat ~/note 2>/dev/null || echo none")).toBe("none");
  });

  test("a full disk is its own: home, temporary files and one file have a size", async () => {
    const fill = (path: string) => `head -c 100M /dev/zero > ${path} 2>/dev/null; stat -c %s ${path}`;
    for (const path of ["~/fill", "/tmp/fill", "/dev/shm/fill"]) {
      expect(Number(await inside(fill(path))), path).toBeLessThanOrEqual(bench.limits.home);
    }
    expect(Number(await inside(fill("workspace-fill")))).toBe(bench.limits.fileSize);
  });

  test("memory has a limit for each process, and Node starts under it", async () => {
    bench.limits.memory = 1536 * 1024 * 1024;
    const hog = "python3 -c 'x = bytearray(1700 * 1024 * 1024); print(len(x))' 2>&1 | tail -1";
    expect(await inside(hog)).toContain("MemoryError");
    const more = { hostEnvironment: { PATH: process.env["PATH"]! }, program: process.execPath };
    const node = `${process.execPath} -e 'console.log(new Array(1e6).fill(1).length)'`;
    expect(await inside(node, more)).toBe("1000000");
  });

  test("a program of npm in a person's home comes with its package and its Node, without the home", async () => {
    const home = bench.folder.in("person");
    const pack = join(home, ".nvm/versions/node/v1/lib/node_modules/@maker/tool");
    mkdirSync(join(pack, "lib"), { recursive: true });
    mkdirSync(join(home, ".nvm/versions/node/v1/bin"), { recursive: true });
    writeFileSync(join(home, ".secret"), "of the person");
    writeFileSync(join(pack, "lib/part.cjs"), "exports.word = 'from its package';\n");
    writeFileSync(
      join(pack, "cli.cjs"),
      "#!/usr/bin/env node\nconsole.log(require('./lib/part.cjs').word, process.argv[2]);\n",
      { mode: 0o755 },
    );
    execFileSync("cp", [process.execPath, join(home, ".nvm/versions/node/v1/bin/node")]);
    const tool = join(home, ".nvm/versions/node/v1/bin/tool");
    symlinkSync("../lib/node_modules/@maker/tool/cli.cjs", tool);
    const more = { program: tool, hostEnvironment: { PATH: `${home}/.nvm/versions/node/v1/bin:/usr/bin:/bin` } };
    expect(await inside(`tool yes; cat ${home}/.secret 2>/dev/null; ls -A ${home}`, more)).toBe(
      "from its package yes\n.nvm",
    );
  });
});

test.skipIf(missing("bwrap") || process.getuid?.() !== 0)(
  "all of it works for an ordinary user as well, and the number of processes is held then",
  () => {
    const root = resolve(import.meta.dirname, "../../../..");
    using folder = new TemporaryFolder("as-user");
    const command = [process.execPath, join(root, "test/fixtures/bottle-as-user.ts")];
    const [program, ...args] = apart({ user: ordinaryUser()! }, root, folder, command);
    const said = execFileSync(program!, args, {
      encoding: "utf8",
      timeout: 60_000,
      env: { PATH: process.env["PATH"], TMPDIR: "/tmp", HOME: "/nonexistent" },
    });
    expect(JSON.parse(said)).toEqual({
      user: expect.stringMatching(/^\d+$/),
      sameUser: true,
      broker: expect.stringMatching(/^broker of bottle-/),
      wrote: true,
      outside: "refused",
      forks: "refused",
      inside: "done inside",
      left: [],
    });
  },
);
