/** Bottles on another computer's Docker engine, reached through a real sshd: the workspace is sent there and comes back. */

import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bottle } from "#shared/contract/bottles.ts";
import { call, first } from "#test/product/call.ts";
import { DockerDaemon, testBaseImage } from "#test/product/docker.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { git, SshHost } from "#test/product/ssh-host.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

describe.skipIf(missing("dockerd", "sshd", "git"))("a bottle on another computer's Docker engine", () => {
  let daemon: DockerDaemon;
  let host: SshHost;
  let product: Product;
  let work: string;
  let workspaceId: string;

  beforeAll(async () => {
    daemon = await DockerDaemon.start();
    mkdirSync(daemon.folder.in("host"));
    host = new SshHost(daemon.folder.in("host"), `DOCKER_HOST=${daemon.host} exec docker system dial-stdio`);
    await host.start();
    const bin = daemon.folder.in("bin");
    mkdirSync(bin);
    // Whose key it is and which computer is trusted, as a person's ~/.ssh/config says it; ssh looks for that where the account has its home.
    const known = daemon.folder.in("known_hosts");
    writeFileSync(known, `[127.0.0.1]:${host.port} ${host.hostKey}\n`);
    const options = `-o UserKnownHostsFile='${known}' -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -i '${host.identityFile}'`;
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh ${options} "$@"\n`);
    chmodSync(join(bin, "ssh"), 0o755);
    product = new Product({
      environment: {
        SHELL: "/bin/sh",
        DOCKER_HOST: `ssh://${host.user}@127.0.0.1:${host.port}`,
        DOCKER_CONFIG: daemon.environment["DOCKER_CONFIG"],
      },
    });
    writeFileSync(product.folder.in(".profile"), `PATH='${bin}':$PATH; export PATH\n`);
    await product.start();
    await call(product, "settings.change", { dockerBaseImage: testBaseImage, gatewayHoldSeconds: 0 });
    work = product.folder.in("work");
    mkdirSync(join(work, "sub"), { recursive: true });
    git(work, "init", "-q", "-b", "main");
    for (const [file, content] of Object.entries({
      both: "of the host\n",
      "sub/gone": "x",
      run: "#!/bin/sh\necho ran\n",
    }))
      writeFileSync(join(work, file), content);
    chmodSync(join(work, "run"), 0o755);
    git(work, "add", "-A");
    git(work, "commit", "-qm", "first");
    workspaceId = (await readyWorkspace(product, work, "work")).id;
  }, 120_000);
  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
    await daemon?.[Symbol.asyncDispose]();
  });

  const prepare = () => call(product, "bottles.prepare", { workspaceId, programId: "shell", backend: "docker" });
  const launch = async () => call(product, "bottles.launch", { planId: (await prepare()).id });
  const exec = (id: string, script: string) => call(product, "bottles.exec", { id, script });
  const bottle = async (id: string) => {
    const event = await first(product, "bottles.watch", {});
    return event.type === "all" ? event.items.find((each) => each.id === id) : undefined;
  };
  const until = (id: string, state: Bottle["state"]) =>
    eventually(
      () => bottle(id),
      (each) => each?.state === state,
      60_000,
    );
  const names = (...args: string[]) =>
    daemon
      .docker(...args)
      .split("\n")
      .filter(Boolean);
  const left = () => [...names("ps", "-aq"), ...names("volume", "ls", "-q")];

  test("is a copy, which comes back when it ends; nothing of this computer is mounted there", async () => {
    const plan = await prepare();
    expect(plan.mounts).toMatchObject([
      { to: work, access: "read-write", what: "workspace: a copy on 127.0.0.1, taken back when the bottle ends" },
    ]);
    expect(plan.notEnforced.join()).toMatch(/sent to 127\.0\.0\.1, and whoever runs that computer can read it/);
    expect(left()).toEqual([]);
    const { bottle: started, terminal } = await call(product, "bottles.launch", { planId: plan.id });
    expect(started).toMatchObject({ state: "running", backend: "docker" });
    const mounted = daemon.docker("inspect", "--format", "{{range .Mounts}}{{.Type}} {{end}}", `cellar-${started.id}`);
    expect(new Set(mounted.trim().split(" "))).toEqual(new Set(["volume"]));
    const said = await exec(
      started.id,
      "pwd; ./run; git log --format=%s; stat -c %u .; ls /run/cellar/trust | head -1",
    );
    expect(said.stdout, said.stderr).toMatch(new RegExp(`^${work}\nran\nfirst\n1000\n\\S+\n$`));
    const asked = await exec(
      started.id,
      "curl -s -o /dev/null -w '%{http_code}' -x http://127.0.0.1:9099 http://x.invalid/",
    );
    expect(asked.stdout).toBe("403");
    const made = "mkdir new; echo made > new/file; ln new/file new/again; echo inside >> both; rm sub/gone";
    await exec(
      started.id,
      `${made}; git commit -qam second --author 'a <a@b>' 2>/dev/null; echo evil > .git/hooks/post-commit`,
    );
    expect(existsSync(join(work, "new"))).toBe(false);
    await call(product, "terminals.write", { id: terminal.id, text: "exit\n" });
    const ended = await until(started.id, "ended");
    // What the host would run by itself does not come back.
    expect(ended?.problem).toMatchObject({
      code: "conflict",
      message: expect.stringContaining(".git/hooks/post-commit"),
    });
    expect(existsSync(join(work, ".git/hooks/post-commit"))).toBe(false);
    expect(["new/file", "new/again", "both"].map((file) => readFileSync(join(work, file), "utf8"))).toEqual([
      ...["made\n", "made\n", "of the host\ninside\n"],
    ]);
    expect(existsSync(join(work, "sub/gone"))).toBe(false);
    expect(statSync(join(work, "run")).mode & 0o777).toBe(0o755);
    expect(left()).toEqual([]);
  });

  test("brings its work back also when it ended while main was away, and never over what was changed here", async () => {
    const { bottle: started, terminal } = await launch();
    await exec(started.id, "echo theirs > both; echo more > more");
    await product.end("SIGKILL");
    writeFileSync(join(work, "both"), "mine");
    process.kill(terminal.pid!, "SIGKILL");
    await eventually(
      () => names("ps", "-q", "--filter", "label=cellar.role=program"),
      ({ length }) => length === 0,
      30_000,
    );
    await product.start();
    const ended = await until(started.id, "ended");
    expect(ended?.problem).toMatchObject({ code: "conflict", message: expect.stringContaining("both") });
    const copy = product.folder.in("home", "bottles", "returned", started.id);
    expect(readFileSync(join(copy, "both"), "utf8")).toBe("theirs\n");
    expect([readFileSync(join(work, "both"), "utf8"), readFileSync(join(work, "more"), "utf8")]).toEqual([
      "mine",
      "more\n",
    ]);
    expect(left()).toEqual([]);
  });

  test("is unknown while that computer cannot be reached, and goes on afterwards", async () => {
    const { bottle: started } = await launch();
    await exec(started.id, "echo before > kept");
    await host.stop();
    const away = await until(started.id, "unknown");
    expect(away?.problem?.message).toMatch(/Docker/);
    await host.listen();
    await until(started.id, "running");
    expect((await exec(started.id, "cat kept")).stdout).toBe("before\n");
    await call(product, "bottles.close", { id: started.id });
    expect(readFileSync(join(work, "kept"), "utf8")).toBe("before\n");
    expect(left()).toEqual([]);
  });
});
