/** Bottles of smolmachines, against a double that speaks smolvm's command line and keeps its promises with namespaces. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readGitConfig, Smolmachines } from "#main/bottles/index.ts";
import { GuestBench } from "#test/product/guest-bench.ts";
import { eventually, processesMarked } from "#test/product/processes.ts";
import { installSmolvm, type Smolvm } from "#test/product/smolvm.ts";
import { missing } from "#test/requirements.ts";

let bench: GuestBench;
let smolvm: Smolvm;
let image: string;

describe.skipIf(missing("bwrap", "root", "setpriv", "git"))("a bottle of smolmachines", () => {
  beforeEach(() => {
    image = "node:24-bookworm";
    bench = new GuestBench(({ folder, runtime, subprocesses }) => {
      smolvm ??= installSmolvm(folder);
      return new Smolmachines({
        subprocesses,
        readGitConfig: readGitConfig(subprocesses),
        runtime,
        loginEnvironment: async () => ({ PATH: `${smolvm.path}:/usr/bin:/bin`, HOME: folder.path, HOST_SECRET: "x" }),
        image: () => image,
      });
    });
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
    smolvm = undefined as never;
  });
  const machines = () =>
    JSON.parse(execFileSync(join(smolvm.path, "smolvm"), ["machine", "ls", "--json"], { encoding: "utf8" }));

  test("runs the program where it sees its workspace and reaches its services, and nothing else", async () => {
    const outside = createServer((_, response) => response.end("host")).listen(0, "127.0.0.1");
    await once(outside, "listening");
    const { port } = outside.address() as AddressInfo;
    writeFileSync(join(bench.workspace, "file"), "of the host");
    const { exitCode, stdout, stderr } = await bench.run(
      [
        "cat file; echo; pwd; id -u; env | sort",
        "grep -E 'NoNewPrivs|CapEff|CapBnd' /proc/self/status",
        "curl -sS http://127.0.0.1:9098/asked",
        "curl -sS -o /dev/null -w '%{http_code}\\n' -x http://127.0.0.1:9099 http://denied.example/",
        `curl -sS --max-time 5 http://127.0.0.1:${port}/ 2>&1; curl -sS --max-time 5 http://127.0.0.1:9096/ 2>&1`,
        "ls /home; echo made > made; exit 7",
      ].join("\n"),
      { environment: { GIVEN: "a value" } },
    );
    outside.close();
    expect(stderr).toBe("");
    expect(exitCode).toBe(7);
    expect(stdout).toContain(`of the host\n${bench.workspace}\n`);
    expect(stdout).toMatch(/CapBnd:\s+0{16}/);
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
    expect(stdout).toContain("GIVEN=a value");
    // Nothing of the image, of the machine or of the host.
    expect(stdout).not.toMatch(/IMAGE_VARIABLE|HOST_SECRET|SMOLVM|CELLAR/);
    expect(stdout).toMatch(/broker of bottle-[0-9a-f]{12}: \/asked/);
    expect(stdout).toContain("403");
    expect(stdout.match(/curl: \((7|52|56)\)/g)).toHaveLength(2);
    expect(readFileSync(join(bench.workspace, "made"), "utf8")).toBe("made\n");
  });

  test("does not start the program before the gate is opened, and never when it is not", async () => {
    const { bottle, ended } = await bench.begin("echo started > started");
    expect(await bench.backend.probe(bottle, null)).toEqual([]);
    expect(existsSync(join(bench.workspace, "started"))).toBe(false);
    bench.restart();
    const { exitCode, stderr } = await ended;
    expect(stderr).toContain("The bottle was not started");
    expect(exitCode).toBe(1);
    expect(existsSync(join(bench.workspace, "started"))).toBe(false);
    await expect(bench.backend.release(bottle)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("is not let run when its gateway lets through what is not allowed, or does not answer", async () => {
    bench.services.leaks = true;
    const { bottle } = await bench.begin("true");
    expect(await bench.backend.probe(bottle, null)).toEqual([
      "the gateway lets cellar-probe.invalid:443 through",
      "the gateway lets 192.0.2.1:443 through",
    ]);
    await bench.services.close(bottle.id);
    expect(await bench.backend.probe(bottle, null)).toEqual([
      "the gateway does not answer",
      "the gateway does not answer",
    ]);
  });

  test("keeps what the host runs by itself, files and folders, and lets git commit", async () => {
    const git = (...args: string[]) => execFileSync("git", ["-C", bench.workspace, ...args], { encoding: "utf8" });
    git("init", "-q");
    writeFileSync(join(bench.workspace, ".envrc"), "layout python\n");
    const { stdout } = await bench.run(
      [
        'for f in .git/config .git/hooks/pre-commit .envrc; do echo x >> $f && echo "changed $f"; done 2>/dev/null',
        "mv .git gone 2>/dev/null && echo moved; rm -f .envrc 2>/dev/null && echo removed",
        "umount .envrc 2>/dev/null && echo unmounted; mount -o remount,rw .envrc 2>/dev/null && echo remounted",
        "echo text > new && git add new && git -c user.name=a -c user.email=a@b commit -qm one && echo committed",
        `echo later > ${bench.workspace}/.git/config.lock && echo lock`,
      ].join("\n"),
    );
    expect(stdout.trim().split("\n")).toEqual(["committed", "lock"]);
    expect(readFileSync(join(bench.workspace, ".envrc"), "utf8")).toBe("layout python\n");
    expect(git("log", "--format=%s")).toBe("one\n");
    const plan = await bench.backend.plan(bench.spec());
    expect(plan.notEnforced.join(" ")).toContain("held by the machine's own kernel");
  });

  test("puts files, certificates, the prompt and a kept home where they belong", async () => {
    const [trust, keptHome] = [bench.folder.in("trust"), bench.folder.in("kept")];
    mkdirSync(trust);
    mkdirSync(keptHome);
    writeFileSync(join(trust, "ca.pem"), "first");
    const { bottle, child, ended, said } = await bench.start(
      "cat /run/cellar/trust/ca.pem /run/cellar/system-prompt.md .; cat ~/.tool/config; read line; cat /run/cellar/trust/ca.pem; echo kept > ~/kept; echo x > /run/cellar/trust/ca.pem",
      {
        trust,
        keptHome,
        systemPrompt: "Be brief.\n",
        homeFiles: [{ path: ".tool/config", content: "configured\n", replace: true }],
      },
    );
    await eventually(said, (text) => text.includes("configured"));
    expect(said()).toContain("firstBe brief.\n");
    // Replaced as the gateway does it.
    writeFileSync(join(trust, "next"), "second");
    execFileSync("mv", [join(trust, "next"), join(trust, "ca.pem")]);
    child.stdin!.end("\n");
    expect((await ended).stdout).toContain("second");
    expect(readFileSync(join(trust, "ca.pem"), "utf8")).toBe("second");
    expect(readFileSync(join(keptHome, "kept"), "utf8")).toBe("kept\n");
    await bench.backend.destroy(bottle);
    expect(existsSync(keptHome)).toBe(true);
  });

  test("runs something else inside, as the same nobody, with the same files held", async () => {
    writeFileSync(join(bench.workspace, ".envrc"), "as it was\n");
    const { bottle } = await bench.start("read line", { environment: { GIVEN: "here too" } });
    const { exitCode, stdout } = await bench.inside(
      bottle,
      'echo "$GIVEN"; cat; echo x >> .envrc || echo held; grep CapEff /proc/self/status; curl -sS http://127.0.0.1:9098/; exit 5',
      "from outside\n",
    );
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/^here too\nfrom outside\nheld\nCapEff:\s+0{16}\nbroker of bottle-/);
  });

  test("goes on through a restart of main, and reaches what listens again", async () => {
    const { bottle, child, ended } = await bench.start(
      "while read line; do curl -sS --max-time 5 http://127.0.0.1:9098/$line 2>&1; done",
    );
    bench.restart();
    for (const server of bench.services.opened.get(bottle.id)!) server.close();
    await eventually(
      () => existsSync(bottle.ports[0]!.socket),
      (there) => !there,
    );
    child.stdin!.write("away\n");
    const away = await bench.inside(bottle, "curl -sS --max-time 5 http://127.0.0.1:9098/ 2>&1");
    expect(away.exitCode).not.toBe(0);
    await bench.services.restore(bottle, { allowedHosts: [] } as never);
    await bench.backend.rejoin(bottle);
    expect(await bench.backend.enumerate()).toEqual([bottle.id]);
    child.stdin!.end("again\n");
    expect((await ended).stdout).toContain(`broker of ${bottle.id}: /again`);
  });

  test("ends with its terminal, and leaves nothing: no machine, no process, no file", async () => {
    const { bottle, child, ended } = await bench.start("sleep 1000 & wait");
    expect(machines()).toMatchObject([{ state: "running", labels: { "cellar.bottle": bottle.id }, network: false }]);
    process.kill(-child.pid!, "SIGKILL");
    await ended;
    await bench.backend.destroy(bottle);
    await bench.backend.destroy(bottle);
    expect(machines()).toEqual([]);
    expect(processesMarked(`CELLAR_BOTTLE=${bottle.id}`)).toEqual([]);
    expect(existsSync(bottle.directory)).toBe(false);
    expect(await bench.backend.enumerate()).toEqual([]);
    await expect(bench.backend.rejoin(bottle)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("says why it did not start, and takes back what it had made", async () => {
    image = "unbootable:1";
    await expect(bench.begin("true")).rejects.toThrow(/did not become ready within 30 seconds/);
    image = "missing:1";
    await expect(bench.begin("true")).rejects.toThrow(/fetching manifest missing:1: not found/);
  });

  test("offers machines that nobody knows for removal, and those of other homes never", async () => {
    const { bottle } = await bench.start("read line");
    const program = join(smolvm.path, "smolvm");
    const of = (name: string, home: string) =>
      execFileSync(program, [
        ...["machine", "create", "--name", name, "--label", `cellar.home=${home}`],
        ...["--label", "cellar.bottle=bottle-0123456789ab"],
      ]);
    of("cellar-0123456789ab", "another");
    bench.restart();
    expect(await bench.backend.leftovers(new Set([bottle.id]))).toEqual([]);
    const [left, ...more] = await bench.backend.leftovers(new Set());
    expect(more).toEqual([]);
    expect(left).toMatchObject({ kind: "machine", bottleId: bottle.id });
    await bench.backend.removeLeftover(left!);
    expect(machines()).toMatchObject([{ name: "cellar-0123456789ab" }]);
  });

  test("is unknown, and not ended, while smolvm cannot be asked", async () => {
    const { bottle } = await bench.start("read line");
    const broken = join(smolvm.state, "broken");
    writeFileSync(broken, "");
    await expect(bench.backend.enumerate()).rejects.toThrow(/Database already open/);
    await expect(bench.backend.destroy(bottle)).rejects.toThrow(/Database already open/);
    expect(await bench.backend.available()).toMatchObject({ available: false });
    rmSync(broken);
    expect(await bench.backend.enumerate()).toEqual([bottle.id]);
  });

  test("refuses before anything is made: a whole home, a colon, a Dockerfile", async () => {
    const colon = bench.folder.in("a:b");
    mkdirSync(colon);
    await expect(bench.backend.plan(bench.spec({ workspace: colon }))).rejects.toMatchObject({ code: "refused" });
    await expect(bench.backend.plan(bench.spec({ workspace: "/" }))).rejects.toMatchObject({ code: "refused" });
    const spec = { ...bench.spec(), dockerfile: "/a/Dockerfile" };
    await expect(bench.backend.plan(spec)).rejects.toMatchObject({ code: "unavailable" });
    expect(machines()).toEqual([]);
  });
});
