/** A real bottle with a git gate beside it: from a manifest to upstream, with the key nowhere inside. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { git, SshHost } from "#test/product/ssh-host.ts";
import { missing } from "#test/requirements.ts";

let product: Product;
let host: SshHost;
let upstream: string;
let source: string;

describe.skipIf(missing("bwrap", "sshd", "git"))("a bottle with a git gate", () => {
  beforeEach(async () => {
    product = await Product.start();
    mkdirSync(product.folder.in("host"));
    host = new SshHost(product.folder.in("host"));
    await host.start();
    upstream = host.repository("api");
    source = product.folder.in("source");
    git(product.folder.path, "clone", "-q", upstream, source);
    git(source, "remote", "set-url", "origin", host.url(upstream));
    manifest();
  });
  afterEach(async () => {
    await host[Symbol.asyncDispose]();
    await product[Symbol.asyncDispose]();
  });

  function manifest(more: Record<string, unknown> = {}): void {
    const repository = {
      name: "api",
      upstream: host.url(upstream),
      identity_file: host.identityFile,
      known_host_key: host.hostKey,
      ...more,
    };
    const write = (path: string, front: object) => {
      mkdirSync(join(product.home, "manifests", path, ".."), { recursive: true });
      writeFileSync(join(product.home, "manifests", path), `---\n${JSON.stringify(front)}\n---\n`);
    };
    write("bottles/dev.md", {
      git: { user: { name: "Agent", email: "agent@example.com" }, repos: [repository] },
      env: { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "push.default", GIT_CONFIG_VALUE_0: "current" },
    });
    write("agents/dev.md", { bottle: "dev" });
  }

  async function launch(mode: "in-place" | "worktree" = "in-place") {
    const { id } = await call(product, "workspaces.create", { source, mode, name: "task" });
    const workspace = await eventually(
      () => call(product, "workspaces.get", { id }),
      ({ state }) => state !== "creating",
    );
    const plan = await call(product, "bottles.prepare", { workspaceId: id, programId: "shell", agent: "dev" });
    const { bottle } = await call(product, "bottles.launch", { planId: plan.id });
    const run = (script: string) =>
      call(product, "bottles.exec", { id: bottle.id, script: `cd ${workspace.path} && ${script}` });
    return { plan, bottle, workspace, run };
  }
  const events = async (bottleId: string) => {
    const event = await first(product, "gitGate.watch", { bottleId });
    return event.type === "all" ? event.items : [];
  };

  test("says before the launch what may be pushed and how, and pushes by the workspace's own remote", async () => {
    const { plan, bottle, run } = await launch();
    expect(plan.gitGate).toEqual([`api → 127.0.0.1:${host.port} (with your key file; push agent/**, cellar/**)`]);
    expect(plan.services).toEqual(["gateway", "git"]);
    expect(bottle.services).toContainEqual({ name: "git", state: "up", port: 9097, detail: null });
    const pushed = await run(
      "git switch -qc agent/one && echo 1 > one && git add one && git commit -qm one && git push origin && git fetch -q",
    );
    expect(pushed).toMatchObject({ exitCode: 0 });
    expect(git(upstream, "show", "agent/one:one")).toBe("1");
    expect(git(upstream, "log", "-1", "--format=%an", "agent/one")).toBe("Agent");
    const refused = await run("git push origin HEAD:main");
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("not a branch that may be pushed (agent/**, cellar/**)"),
    });
    expect((await events(bottle.id)).map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ["push", "passed"],
      ["fetch", "passed"],
      ["push", "refused"],
    ]);
  });

  test("works in a worktree, whose repository is not the bottle's", async () => {
    const { run } = await launch("worktree");
    const pushed = await run(
      "echo 2 > two && git add two && git commit -qm two && git push origin HEAD; git fetch origin; git pull --rebase origin main",
    );
    expect(pushed).toMatchObject({ exitCode: 0 });
    expect(git(upstream, "show", "cellar/task:two")).toBe("2");
  });

  test("has neither the key nor its path inside, nor a way past the gate", async () => {
    const { run } = await launch();
    const key = readFileSync(host.identityFile, "utf8").split("\n")[1]!;
    const look = await run(`git ls-remote origin >/dev/null || exit 9
      for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; tr '\\0' ' ' < $p/cmdline; done 2>/dev/null
      find / -xdev \\( -path /proc -o -path /sys -o -path /usr \\) -prune -o -type f -size -1000k -print0 2>/dev/null | xargs -0 cat 2>/dev/null
      find / \\( -path /proc -o -path /sys -o -path /usr \\) -prune -o -print 2>/dev/null
      ls -la ${product.folder.in("host")} 2>&1; git -c core.sshCommand='ssh -v' ls-remote ${host.url(upstream)}x 2>&1; true`);
    const all = look.stdout + look.stderr;
    expect(look.exitCode).toBe(0);
    expect(all.length).toBeGreaterThan(1000);
    expect(all).not.toContain(key);
    expect(all).not.toContain("the agents key");
    expect(all).not.toContain("git-mirrors");
  });

  test("goes on after main was killed: the same address serves again", async () => {
    const { bottle, run } = await launch();
    expect((await run("git fetch")).exitCode).toBe(0);
    await product.end("SIGKILL");
    await product.start();
    const again = await eventually(
      () => run("git fetch && echo ok").catch(() => null),
      (ran) => ran?.exitCode === 0,
    );
    expect(again?.stdout).toBe("ok\n");
    await call(product, "bottles.close", { id: bottle.id });
    expect(existsSync(join(product.folder.path, `b-${bottle.id.slice(7)}`, "git.sock"))).toBe(false);
  });

  test("that pushes while main is killed finds upstream as it is, and nothing of ours goes on without main", async () => {
    const { run, bottle } = await launch();
    const hook = join(upstream, "hooks", "pre-receive");
    const entered = product.folder.in("entered");
    // Upstream takes its time; it is still at it when main dies.
    writeFileSync(hook, `#!/bin/sh\necho $$ > '${entered}'\nexec sleep 300\n`, { mode: 0o755 });
    const pushing = run("git switch -qc agent/one && git commit -qm one --allow-empty && git push origin").catch(
      () => null,
    );
    await eventually(
      () => existsSync(entered),
      (there) => there,
    );
    await product.end("SIGKILL");
    await pushing;
    await product.start();
    const again = await eventually(
      () => run("git fetch && echo ok").catch(() => null),
      (ran) => ran?.exitCode === 0,
    );
    expect(again?.stdout).toBe("ok\n");
    expect((await events(bottle.id))[0]).toMatchObject({
      ...{ kind: "push", outcome: "failed", reason: "interrupted" },
      detail: expect.stringContaining("upstream has not taken it so far"),
    });
    writeFileSync(hook, "#!/bin/sh\n", { mode: 0o755 });
    expect(await run("git push origin agent/one")).toMatchObject({ exitCode: 0 });
    expect(git(upstream, "rev-parse", "agent/one")).toBe((await run("git rev-parse HEAD")).stdout.trim());
  });

  test("that pushes while main is killed is told by the next fetch when upstream took it all the same", async () => {
    const { run, bottle } = await launch();
    const [entered, go] = [product.folder.in("entered"), product.folder.in("go")];
    // Upstream goes on by itself: it has everything, and nobody listens to it any more.
    writeFileSync(
      join(upstream, "hooks", "pre-receive"),
      `#!/bin/sh\necho $$ > '${entered}'\nwhile [ ! -e '${go}' ]; do sleep 0.05; done\n`,
      { mode: 0o755 },
    );
    const pushing = run(
      "git switch -qc agent/one && git commit -qm one --allow-empty && git rev-parse HEAD > id && git push origin",
    ).catch(() => null);
    await eventually(
      () => existsSync(entered),
      (there) => there,
    );
    await product.end("SIGKILL");
    await pushing;
    writeFileSync(go, "");
    const pushed = readFileSync(join(source, "id"), "utf8").trim();
    await eventually(
      () => git(upstream, "for-each-ref", "--format=%(objectname)", "refs/heads/agent/one"),
      (id) => id === pushed,
    );
    await product.start();
    const fetched = await eventually(
      () => run("git fetch -q && git rev-parse origin/agent/one").catch(() => null),
      (ran) => ran?.exitCode === 0,
    );
    expect(fetched?.stdout.trim()).toBe(pushed);
    expect((await events(bottle.id))[0]).toMatchObject({
      ...{ kind: "push", outcome: "passed", reason: "passed" },
      detail: expect.stringContaining("upstream has taken it"),
    });
    const mirrors = join(product.home, "git-mirrors");
    for (const name of readdirSync(mirrors)) git(join(mirrors, name, "mirror.git"), "fsck", "--strict");
    // And it goes on from there.
    expect(await run("git commit -qm two --allow-empty && git push -q origin")).toMatchObject({ exitCode: 0 });
  });

  test("is not launched without its key, a host key that is one, or with two names for one upstream", async () => {
    manifest({ identity_file: "/nonexistent/key" });
    await expect(launch()).rejects.toMatchObject({
      message: "git upstream key file not found for 'api': /nonexistent/key",
    });
  });
});
