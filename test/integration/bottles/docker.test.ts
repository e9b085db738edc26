/** What is particular to bottles in Docker: images, what the engine shows, whose files they write, and what stands in the way. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Docker, readGitConfig } from "#main/bottles/index.ts";
import { BenchWorld, type BottleBench } from "#test/product/bottle.ts";
import { type DockerDaemon, testBaseImage } from "#test/product/docker.ts";
import { apart } from "#test/product/person.ts";
import { eventually } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";

describe.skipIf(missing("dockerd"))("Docker", () => {
  let world: BenchWorld;
  let daemon: DockerDaemon;
  let bench: BottleBench;
  beforeAll(async () => {
    world = await BenchWorld.start("docker");
    daemon = world.daemon!;
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(() => {
    bench = world.bench();
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  const dockerfile = (text: string, name = "Dockerfile") => {
    const path = bench.folder.in(name);
    writeFileSync(path, text);
    return path;
  };
  const images = () =>
    daemon.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split("\n").filter(Boolean).sort();
  const backend = (environment: Record<string, string>, baseImage: string = testBaseImage) =>
    new Docker({
      subprocesses: bench.subprocesses,
      readGitConfig: readGitConfig(bench.subprocesses),
      runtime: bench.runtime,
      returned: bench.folder.in("returned"),
      loginEnvironment: async () => environment,
      settings: () => ({ context: "", baseImage }),
    });

  describe("images", () => {
    test("are built from a Dockerfile of the person's, with its PATH and its files, once", async () => {
      writeFileSync(bench.folder.in("tool"), "#!/bin/sh\necho tool of the image\n", { mode: 0o755 });
      const path = dockerfile(
        `FROM ${testBaseImage}\nCOPY tool /opt/tool/bin/tool\nENV PATH=/opt/tool/bin:$PATH SECRET_OF_IMAGE=1\nUSER 12345\n`,
      );
      const { plan } = await bench.plan({ dockerfile: path });
      expect(plan.preparation).toEqual([
        `The image is built from ${path}, unless it has been already. The files of ${bench.folder.path} are sent to the engine.`,
      ]);
      const script = 'tool; id -u; echo "$PATH$SECRET_OF_IMAGE"';
      const expected = `tool of the image\n${process.getuid?.()}\n/opt/tool/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n`;
      expect((await bench.run(script, { dockerfile: path })).stdout).toBe(expected);
      const built = images();
      expect((await bench.run(script, { dockerfile: path })).stdout).toBe(expected);
      expect(images()).toEqual(built);
      // Another content is another image.
      writeFileSync(bench.folder.in("tool"), "#!/bin/sh\necho changed\n", { mode: 0o755 });
      expect((await bench.run("tool", { dockerfile: path })).stdout).toBe("changed\n");
    });

    test("a build that fails says which step and why, and nothing is left", async () => {
      const path = dockerfile(`FROM ${testBaseImage}\nRUN echo the reason >&2; exit 9\n`);
      const failure = await bench.run("true", { dockerfile: path }).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: "failed",
        message: expect.stringMatching(/^Building the image failed: .*exit/s),
      });
      expect(await bench.backend.enumerate()).toEqual([]);
    });

    test("a base image that is nowhere is said before the launch, with what to do", async () => {
      const path = dockerfile("FROM localhost:1/nowhere/base:1\n");
      await expect(bench.plan({ dockerfile: path })).rejects.toMatchObject({
        code: "unavailable",
        message: "The Docker engine has no image localhost:1/nowhere/base:1, and localhost:1 does not give it",
        hint: expect.stringMatching(/docker pull or docker load/),
      });
      const other = backend(daemon.environment, "localhost:1/none:1");
      await expect(other.plan((await bench.plan()).spec)).rejects.toMatchObject({ code: "unavailable" });
    });

    test("a program that is not in its image is not started, and the person is told", async () => {
      await expect(
        bench.start("", { program: "/opt/no-such-agent", argv: ["/opt/no-such-agent"] }),
      ).rejects.toMatchObject({
        code: "unavailable",
        message: "There is no /opt/no-such-agent in the image",
      });
    });
  });

  test("the engine shows no variable, argument or prompt of a bottle", async () => {
    const secret = "s3cret-of-the-manifest";
    const { bottle } = await bench.start(`read -r word; : ${secret}`, {
      environment: { SECRET: secret },
      systemPrompt: secret,
      homeFiles: [{ path: ".token", content: secret, replace: true }],
    });
    const name = `cellar-${bottle.id}`;
    expect((await bench.exec(bottle, ["sh", "-c", "echo $SECRET"])).stdout).toBe(`${secret}\n`);
    const shown = ["inspect", "diff", "top"].map((command) => daemon.docker(command, name));
    // What runs in it is a process of this computer; `docker top` shows those as ps does.
    expect(shown.slice(0, 2).join()).not.toContain(secret);
    const { HostConfig, Config, NetworkSettings } = JSON.parse(shown[0]!)[0];
    expect(HostConfig).toMatchObject({
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      Privileged: false,
    });
    expect(Object.keys(NetworkSettings.Networks)).toEqual(["none"]);
    expect(Config.Env.every((each: string) => each.startsWith("PATH="))).toBe(true);
  });

  test("a fork bomb and a flood of memory stay in the bottle", async () => {
    bench.limits = { ...bench.limits, processes: 40, memory: 128 * 1024 ** 2 };
    const { stdout } = await bench.run(
      `i=0; while [ $i -lt 100 ]; do sleep 9 & i=$((i+1)); done 2>/dev/null && echo ALLOWED; echo; exit 0`,
    );
    expect(stdout).not.toContain("ALLOWED");
    const flooded = await bench.run("head -c 400000000 /dev/zero | tail -c 399999999 > /dev/null; echo $?");
    expect(flooded.stdout.trim()).not.toBe("0");
  });

  test("the ports come back when their container is ended, and without them nothing gets out", async () => {
    const { bottle } = await bench.start("read -r word");
    const ask = () => bench.exec(bottle, ["curl", "-s", "--max-time", "5", "http://127.0.0.1:9098/"]);
    daemon.docker("kill", `cellar-${bottle.id}-ports`);
    expect((await ask()).exitCode).toBe(7);
    await bench.backend.rejoin(bottle);
    await eventually(ask, ({ stdout }) => stdout === `broker of ${bottle.id}: /\n`);
  });

  test("what is run in a bottle ends when its client is killed", async () => {
    const { bottle } = await bench.start("read -r word");
    const command = await bench.backend.inside(bottle, { argv: ["sleep", "65432"], tty: false });
    const stop = new AbortController();
    const [program, ...args] = command.argv;
    const running = bench.subprocesses
      .run({ program: program!, args, env: { ...daemon.environment }, timeoutMs: "none", signal: stop.signal })
      .catch(() => {});
    const count = async () => (await bench.exec(bottle, ["sh", "-c", "pgrep -fxc 'sleep 65432'"])).stdout;
    await eventually(count, (text) => text === "1\n");
    stop.abort();
    await running;
    await eventually(count, (text) => text === "0\n");
  });

  describe("for an ordinary user", () => {
    const uid = 65534;
    const asNobody = (env: Record<string, string>) =>
      spawnSync("setpriv", ["--reuid", String(uid), "--regid", String(uid), "--clear-groups", "docker", "version"], {
        env,
        encoding: "utf8",
      });

    test("who may not use the engine the way in is said", async () => {
      const socket = daemon.host.slice("unix://".length);
      chmodSync(socket, 0o600);
      chmodSync(daemon.folder.path, 0o755);
      const said = asNobody({ ...daemon.environment, HOME: "/", DOCKER_CONFIG: "/nonexistent" }).stderr;
      expect(said).toContain("permission denied");
      const wrapper = bench.folder.in("docker");
      writeFileSync(
        wrapper,
        `#!/bin/sh\nexec setpriv --reuid ${uid} --regid ${uid} --clear-groups /usr/bin/env docker-real "$@"\n`,
        { mode: 0o755 },
      );
      execFileSync("ln", [
        "-s",
        execFileSync("which", ["docker"], { encoding: "utf8" }).trim(),
        bench.folder.in("docker-real"),
      ]);
      chmodSync(bench.folder.path, 0o755);
      const env = { ...daemon.environment, PATH: `${bench.folder.path}:/usr/bin:/bin`, DOCKER_CONFIG: "/nonexistent" };
      expect(await backend(env).available()).toEqual({
        available: false,
        reason:
          "You may not use the Docker engine of this computer. Join its group and sign in again: sudo usermod -aG docker $USER.",
      });
    });

    test("files in the workspace are the person's, and the ports lead to their sockets", async () => {
      const socket = daemon.host.slice("unix://".length);
      chmodSync(daemon.folder.path, 0o755);
      chownSync(socket, 0, uid);
      chmodSync(socket, 0o660);
      const temporary = bench.folder.in("tmp");
      mkdirSync(temporary);
      chownSync(temporary, uid, uid);
      chmodSync(bench.folder.path, 0o755);
      const root = resolve(import.meta.dirname, "../../..");
      using folder = new TemporaryFolder("as-user");
      const fixture = join(root, "test/fixtures/docker-bottle-as-user.ts");
      const command = [process.execPath, "--no-warnings", fixture];
      const [program, ...args] = apart({ user: { uid, gid: uid } }, root, folder, command);
      const ended = spawnSync(program!, args, {
        env: { ...daemon.environment, HOME: temporary, TMPDIR: temporary, DOCKER_CONFIG: temporary },
        encoding: "utf8",
        timeout: 100_000,
      });
      expect(ended.stderr).toBe("");
      expect(JSON.parse(ended.stdout)).toEqual({
        user: String(uid),
        broker: expect.stringMatching(/^broker of bottle-/),
        owner: uid,
        left: [],
      });
    });
  });

  describe("that does not work", () => {
    test.each([
      ["no client", { PATH: "/nonexistent" }, /^Docker is not installed; install it/],
      [
        "no engine",
        { DOCKER_HOST: "unix:///nonexistent/docker.sock" },
        /^The Docker engine does not answer\. Start it/,
      ],
      [
        "nobody at the other end",
        { DOCKER_HOST: "tcp://127.0.0.1:1" },
        /^The Docker engine does not answer\. Start it/,
      ],
    ])("says so in a sentence with the way out: %s", async (_, change, reason) => {
      const answer = await backend({ ...daemon.environment, ...change }).available();
      expect(answer).toMatchObject({ available: false, reason: expect.stringMatching(reason) });
    });

    test("cannot be asked about its bottles, which are then not said to have ended", async () => {
      const away = backend({ ...daemon.environment, DOCKER_HOST: "unix:///nonexistent/docker.sock" });
      await expect(away.enumerate()).rejects.toMatchObject({ code: "unavailable" });
      await expect(away.leftovers(new Set())).rejects.toMatchObject({ code: "unavailable" });
    });
  });
});
