/** Bottles on an OpenSandbox server, against a double that speaks its HTTP and WebSockets and really runs what it is given. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenSandbox, readGitConfig } from "#main/bottles/index.ts";
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { OpenSandboxDouble } from "#test/doubles/opensandbox.ts";
import { GuestBench } from "#test/product/guest-bench.ts";
import { eventually, processesMarked } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";

let bench: GuestBench;
let server: OpenSandboxDouble;
let key: string | null;
let image: string;
let url: string;

describe.skipIf(missing("bwrap", "root", "setpriv", "git", "tar"))("a bottle of OpenSandbox", () => {
  beforeEach(async () => {
    server = undefined as never;
    bench = new GuestBench(({ folder, runtime, subprocesses }) => {
      server ??= new OpenSandboxDouble(folder.in("server"));
      return new OpenSandbox({
        subprocesses,
        readGitConfig: readGitConfig(subprocesses),
        runtime,
        returned: folder.in("returned"),
        settings: () => ({ url, image }),
        resolve: async () => {
          if (key === null) throw new Failure("not_found", "no such handle");
          return new Secret(key);
        },
      });
    });
    await server.start();
    [key, image, url] = [server.key, "node:24-bookworm", server.url];
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const inWork = (name: string) => join(bench.workspace, name);
  const read = (name: string) => readFileSync(inWork(name), "utf8");

  test("runs the program on a copy of the workspace, and takes back what it made of it", async () => {
    writeFileSync(inWork("file"), "of the host");
    writeFileSync(inWork("stays"), "as it is");
    writeFileSync(inWork("goes"), "");
    mkdirSync(inWork("sub"));
    symlinkSync("file", inWork("link"));
    const { bottle, ended } = await bench.start(
      [
        "pwd; id -u; cat link; echo; env | sort; grep -E 'NoNewPrivs|CapBnd' /proc/self/status",
        "curl -sS http://127.0.0.1:9098/asked",
        "curl -sS -o /dev/null -w '%{http_code}\\n' -x http://127.0.0.1:9099 http://denied.example/",
        "echo changed > file; rm goes; printf '#!/bin/sh\\n' > sub/script; chmod 755 sub/script; head -c 3000000 /dev/zero > big",
        "exit 7",
      ].join("\n"),
      { environment: { GIVEN: "a value" } },
    );
    const { exitCode, stdout, stderr } = await ended;
    expect(stderr).toBe("");
    expect(exitCode).toBe(7);
    expect(stdout.replaceAll("\r", "")).toContain(`${bench.workspace}\n1000\nof the host\n`);
    expect(stdout).toContain("GIVEN=a value");
    expect(stdout).not.toMatch(/IMAGE_VARIABLE|HOST_SECRET|CELLAR/);
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
    expect(stdout).toMatch(/CapBnd:\s+0{16}/);
    expect(stdout).toContain(`broker of ${bottle.id}: /asked`);
    expect(stdout).toContain("403");
    expect(read("file")).toBe("of the host");
    const notes: string[] = [];
    await bench.backend.destroy(bottle, {
      note: (line) => notes.push(line),
      problem: (each) => notes.push(each.message),
    });
    expect(notes).toEqual(["taken back: 3 written, 1 removed"]);
    expect(read("file")).toBe("changed\n");
    expect(readdirSync(bench.workspace).sort()).toEqual(["big", "file", "link", "stays", "sub"]);
    expect(execFileSync("stat", ["-c", "%a %s", inWork("sub/script"), inWork("big")], { encoding: "utf8" })).toBe(
      "755 10\n644 3000000\n",
    );
    expect(server.sandboxes.size).toBe(0);
    expect(readdirSync(bench.folder.in("returned"))).toEqual([]);
    expect(existsSync(bottle.directory)).toBe(false);
    expect(processesMarked(`CELLAR_BOTTLE=${bottle.id}`)).toEqual([]);
    await bench.backend.destroy(bottle);
  });

  test("has the key nowhere but in memory: not in arguments, variables or files, and not inside", async () => {
    const { bottle, child } = await bench.start("read line");
    const secrets = [server.key, ...[...server.sandboxes.values()].flatMap(({ tokens }) => Object.values(tokens))];
    const seen = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${child.pid}/${name}`, "latin1")).join("");
    const places = [bottle.directory, bench.workspace];
    const grep = spawnSync("grep", ["-rlF", "--devices=skip", server.key, ...places], { encoding: "utf8" });
    expect(grep.stdout).toBe("");
    for (const secret of secrets) expect(seen).not.toContain(secret);
    // The pattern comes over stdin, so that it is not found in what looks for it.
    const look =
      "cat >/tmp/pattern; grep -rlF -f /tmp/pattern /run /home /proc/[0-9]*/environ 2>/dev/null; echo looked";
    const found = await bench.inside(bottle, look, server.key);
    expect(found.stdout).toBe("looked\n");
  });

  test("does not start the program before the gate is opened", async () => {
    const { bottle, ended } = await bench.begin("echo started > started");
    expect(await bench.backend.probe(bottle, null)).toEqual([]);
    expect((await bench.inside(bottle, "ls")).stdout).toBe("");
    bench.restart();
    expect(await ended).toMatchObject({ exitCode: 1 });
    await bench.backend.destroy(bottle);
    expect(existsSync(inWork("started"))).toBe(false);
  });

  test("sends nothing to a server that does not close its network, and takes the sandbox back", async () => {
    writeFileSync(inWork("file"), "of the host");
    server.enforcementMode = "dns";
    await expect(bench.begin("true")).rejects.toThrow(/refuses names only \(dns\)/);
    server.enforcementMode = "dns+nft";
    server.ignoresPolicy = true;
    await expect(bench.begin("true")).rejects.toThrow(/did not take the network policy/);
    expect(server.asked.filter((each) => each.includes("/files/") || each.startsWith("WS"))).toEqual([]);
  });

  test("is not let run when its gateway lets through what is not allowed", async () => {
    bench.services.leaks = true;
    const { bottle } = await bench.begin("true");
    expect(await bench.backend.probe(bottle, null)).toEqual([
      "the gateway lets cellar-probe.invalid:443 through",
      "the gateway lets 192.0.2.1:443 through",
    ]);
  });

  test("is not let run where the program could change its own network policy", async () => {
    const { bottle } = await bench.begin("true");
    const listen =
      "require('http').createServer((q, r) => r.end('{}')).listen(18080, '127.0.0.1', () => console.log('up'))";
    await bench.inside(
      bottle,
      `setsid node -e "${listen}" >/tmp/log 2>&1 & until grep -q up /tmp/log; do sleep 0.1; done`,
    );
    expect(await bench.backend.probe(bottle, null)).toEqual([
      "the program could change its own network policy: the sandbox's egress service asks it for no key",
    ]);
  });

  test("keeps what was changed here meanwhile, and keeps all of what the program made then", async () => {
    const git = (...args: string[]) => execFileSync("git", ["-C", bench.workspace, ...args], { encoding: "utf8" });
    git("init", "-q");
    writeFileSync(inWork("both"), "first");
    writeFileSync(inWork(".envrc"), "as it was");
    const { bottle, ended } = await bench.start(
      [
        "echo inside > both; echo evil > .envrc; echo evil >> .git/config; echo evil > .git/hooks/pre-commit",
        "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 'made inside'; ln -s /etc/passwd out; mkfifo pipe; echo new > new",
      ].join("\n"),
    );
    await ended;
    writeFileSync(inWork("both"), "outside");
    const problems: Failure[] = [];
    await bench.backend.destroy(bottle, { note: () => {}, problem: (each) => problems.push(each) });
    expect(read("both")).toBe("outside");
    expect(read(".envrc")).toBe("as it was");
    expect(read(".git/config")).not.toContain("evil");
    expect(existsSync(inWork(".git/hooks/pre-commit"))).toBe(false);
    expect(existsSync(inWork("out"))).toBe(false);
    expect(read("new")).toBe("new\n");
    expect(git("log", "--format=%s")).toBe("made inside\n");
    const copy = bench.folder.in("returned", bottle.id);
    expect(problems).toMatchObject([{ code: "conflict", hint: expect.stringContaining(copy) }]);
    expect(problems[0]!.message).toMatch(/both/);
    expect(readFileSync(join(copy, "both"), "utf8")).toBe("inside\n");
    expect(server.sandboxes.size).toBe(0);
  });

  test("keeps a home from one bottle to the next", async () => {
    const keptHome = bench.folder.in("kept");
    mkdirSync(keptHome);
    writeFileSync(join(keptHome, "before"), "of the last bottle\n");
    const more = {
      keptHome,
      homeFiles: [{ path: ".tool/config", content: "configured\n", replace: true }],
      systemPrompt: "Be brief.\n",
    };
    const { bottle, ended } = await bench.start(
      "cat ~/before ~/.tool/config /run/cellar/system-prompt.md; echo made > ~/made",
      more,
    );
    expect((await ended).stdout.replaceAll("\r", "")).toBe("of the last bottle\nconfigured\nBe brief.\n");
    await bench.backend.destroy(bottle);
    expect(readFileSync(join(keptHome, "made"), "utf8")).toBe("made\n");
    expect(readdirSync(bench.folder.path).filter((name) => name.startsWith("kept"))).toEqual(["kept"]);
  });

  test("runs something else inside, with its streams and its exit code, also much of both", async () => {
    const { bottle } = await bench.start("read line", { environment: { GIVEN: "here too" } });
    const { exitCode, stdout, stderr } = await bench.inside(
      bottle,
      'echo "$GIVEN"; wc -c; head -c 4000000 /dev/zero | tr "\\0" x; echo err >&2; id -u; exit 5',
      "y".repeat(3_000_000),
    );
    expect(exitCode).toBe(5);
    expect(stderr).toBe("err\n");
    expect(stdout.slice(0, 18)).toBe("here too\n3000000\nx");
    expect(stdout.length).toBe(17 + 4_000_000 + 5);
    expect(stdout.slice(-5)).toBe("1000\n");
  });

  test("goes on through lost connections, with every byte of its output and without being started again", async () => {
    const { bottle, child, said, ended } = await bench.start(
      'stty -echo 2>/dev/null; n=0; while read line; do n=$((n+1)); echo "$n $line"; curl -sS --retry 20 --retry-all-errors --retry-delay 1 http://127.0.0.1:9098/$n; done',
    );
    child.stdin!.write("one\n");
    await eventually(said, (text) => text.includes("/1"));
    server.dropConnections();
    child.stdin!.write("two\n");
    await eventually(said, (text) => text.includes(`broker of ${bottle.id}: /2`), 60_000);
    expect(said().match(/1 one/g)).toHaveLength(1);
    child.stdin!.write("\x04");
    expect((await ended).exitCode).toBe(0);
    const launched = [...server.sandboxes.values()].flatMap(({ sessions }) =>
      [...sessions.values()].map((each) => each.launched),
    );
    expect(Math.max(...launched)).toBeLessThanOrEqual(2);
  });

  test("goes on through a restart of main, and reaches what listens again", async () => {
    const { bottle, child, said } = await bench.start(
      "while read line; do curl -sS --max-time 5 http://127.0.0.1:9098/$line 2>&1; done",
    );
    bench.restart();
    await bench.services.close(bottle.id);
    await bench.services.restore(bottle, { allowedHosts: [] } as never);
    await bench.backend.rejoin(bottle);
    child.stdin!.write("again\n");
    await eventually(said, (text) => text.includes(`broker of ${bottle.id}: /again`));
    expect(await bench.backend.enumerate()).toEqual([bottle.id]);
    expect((await bench.inside(bottle, "echo inside")).stdout).toBe("inside\n");
  });

  test("is unknown while its server is away, and loses nothing by that", async () => {
    const { bottle, ended } = await bench.start("echo made > made; echo done; read line");
    await eventually(
      () => bench.inside(bottle, "cat made"),
      ({ stdout }) => stdout === "made\n",
    );
    await server.stop();
    await expect(bench.backend.enumerate()).rejects.toMatchObject({ code: "unavailable" });
    await expect(bench.backend.destroy(bottle)).rejects.toMatchObject({ code: "unavailable" });
    await ended;
    expect(existsSync(bottle.directory)).toBe(true);
    url = "";
    await expect(bench.backend.destroy(bottle)).rejects.toThrow(/none is set any more/);
    await server.start();
    url = server.url;
    await bench.backend.destroy(bottle);
    expect(read("made")).toBe("made\n");
    expect(server.sandboxes.size).toBe(0);
  });

  test("offers sandboxes that nobody knows for removal, and keeps what they hold", async () => {
    const { bottle, child } = await bench.start("echo orphaned > made; echo done; read line");
    await eventually(
      () => bench.inside(bottle, "cat made"),
      ({ stdout }) => stdout === "orphaned\n",
    );
    child.kill("SIGKILL");
    bench.restart();
    rmSync(bottle.directory, { recursive: true });
    expect(await bench.backend.leftovers(new Set([bottle.id]))).toEqual([]);
    const [left, ...more] = await bench.backend.leftovers(new Set());
    expect(more).toEqual([]);
    expect(left).toMatchObject({ kind: "container", bottleId: bottle.id });
    await bench.backend.removeLeftover(left!);
    expect(server.sandboxes.size).toBe(0);
    expect(readFileSync(bench.folder.in("returned", bottle.id, "made"), "utf8")).toBe("orphaned\n");
  });

  test("says why it is not available or did not start, and leaves nothing", async () => {
    expect(await bench.backend.available()).toEqual({ available: true });
    image = "missing:1";
    await expect(bench.begin("true")).rejects.toThrow(/no such image: missing:1/);
    key = "wrong";
    const reasonOf = async () => ((await bench.backend.available()) as { reason?: string }).reason;
    expect(await reasonOf()).toMatch(/refuses the key: .*invalid.*opensandbox_api_key/);
    key = null;
    expect(await reasonOf()).toMatch(/refuses the key: .*missing/);
    url = "";
    expect(await reasonOf()).toMatch(/No OpenSandbox server is set/);
    url = "http://sandboxes.example/v1";
    expect(await reasonOf()).toMatch(/use https/);
    url = "http://127.0.0.1:9";
    expect(await reasonOf()).toMatch(/cannot be reached/);
    [key, url] = [server.key, server.url];
  });
});
