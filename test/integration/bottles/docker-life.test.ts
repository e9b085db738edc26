/** Bottles in Docker through the contract of the whole product: kept through an end of main, of the terminal and of the engine. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { DockerDaemon, testBaseImage } from "#test/product/docker.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

describe.skipIf(missing("dockerd"))("a bottle in Docker", () => {
  let daemon: DockerDaemon;
  let product: Product;
  let work: string;
  let workspaceId: string;

  const begin = async (...more: string[]) => {
    daemon = await DockerDaemon.start(more);
    const { DOCKER_HOST, DOCKER_CONFIG } = daemon.environment;
    product = new Product({ environment: { DOCKER_HOST, DOCKER_CONFIG, SHELL: "/bin/sh" } });
    work = product.folder.in("work");
    for (const folder of [work, product.home, product.folder.in("bin")]) mkdirSync(folder);
    writeFileSync(
      join(product.home, "agent-programs.toml"),
      '[quick]\nname = "Quick"\ncommand = ["true"]\n[quick.image]\nrun = []\n',
    );
    // The client of docker, which may be made to be late with the end of what opens the gate.
    const client = execFileSync("sh", ["-c", "command -v docker"], { encoding: "utf8" }).trim();
    const late = product.folder.in("late");
    writeFileSync(
      product.folder.in("bin", "docker"),
      `#!/bin/sh\n${client} "$@"\ncode=$?\ncase "$*" in *'wait at its gate'*) while [ -e ${late} ]; do sleep 0.05; done;; esac\nexit $code\n`,
      { mode: 0o755 },
    );
    writeFileSync(product.folder.in(".profile"), `PATH=${product.folder.in("bin")}:$PATH\n`);
    await product.start();
    await call(product, "settings.change", { dockerBaseImage: testBaseImage });
    workspaceId = (await readyWorkspace(product, work, "work")).id;
  };
  afterEach(async () => {
    await product?.[Symbol.asyncDispose]();
    await daemon?.[Symbol.asyncDispose]();
  });

  const prepare = (more = {}) =>
    call(product, "bottles.prepare", { workspaceId, programId: "shell", backend: "docker", ...more });
  const launch = async (more = {}, answers = {}) =>
    call(product, "bottles.launch", { planId: (await prepare(more)).id, ...answers });
  const bottles = async () => {
    const event = await first(product, "bottles.watch", {});
    return event.type === "all" ? event.items : [];
  };
  const state = async (id: string) => (await bottles()).find((each) => each.id === id);
  const exec = (id: string, script: string) => call(product, "bottles.exec", { id, script });
  const containers = () => daemon.docker("ps", "-aq").split("\n").filter(Boolean);
  const written = (name: string) =>
    eventually(
      () => existsSync(join(work, name)) && readFileSync(join(work, name), "utf8"),
      (text) => typeof text === "string" && text.endsWith("\n"),
    );

  describe("whose engine answers", () => {
    beforeEach(() => begin());

    test("is offered, planned and launched; runs in its terminal; and leaves no container", async () => {
      const offered = await call(product, "bottles.backends", {});
      expect(offered.find(({ name }) => name === "docker")).toMatchObject({ available: true, reason: null });
      const plan = await prepare();
      expect(plan).toMatchObject({ backend: "docker", programName: "Shell", preparation: [] });
      const quota = daemon.docker("info", "--format", "{{.CPUCfsQuota}}").trim() === "true";
      expect(plan.limits.map(({ name, enforced }) => `${name} ${enforced}`)).toEqual([
        ...[
          "memory bottle",
          "processes bottle",
          `processors ${quota ? "bottle" : "no"}`,
          "file-size each",
          "temporary bottle",
          "home bottle",
        ],
      ]);
      expect(containers()).toEqual([]);
      const { bottle, terminal } = await call(product, "bottles.launch", { planId: plan.id });
      expect(bottle).toMatchObject({ state: "running", backend: "docker" });
      // The terminal's size is the program's, and it is a terminal inside.
      await call(product, "terminals.write", {
        id: terminal.id,
        text: "echo $(hostname) $(tty) $(stty size) > told\n",
      });
      expect(await written("told")).toBe(`bottle /dev/pts/0 ${terminal.size.rows} ${terminal.size.cols}\n`);
      const ended = await exec(bottle.id, "echo out; echo err >&2; exit 3");
      expect(ended).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err\n", truncated: false });
      const inside = await call(product, "bottles.openTerminal", {
        id: bottle.id,
        command: "tty > second; sleep 1000",
      });
      expect(await written("second")).toBe("/dev/pts/1\n");
      // A terminal that is killed takes what ran in it along.
      await call(product, "terminals.kill", { id: inside.id, force: true });
      await eventually(
        () => exec(bottle.id, "pgrep -c sleep || true"),
        ({ stdout }) => stdout === "0\n",
      );
      await call(product, "terminals.write", { id: terminal.id, text: "exit 5\n" });
      const left = await eventually(
        () => state(bottle.id),
        (each) => each?.state === "ended",
      );
      expect(left?.problem).toBe(null);
      expect(containers()).toEqual([]);
      const after = (await call(product, "terminals.list", {})).find(({ id }) => id === terminal.id);
      expect(after?.exitCode).toBe(5);

      // One whose program is over before main knows that it runs has ended as well.
      writeFileSync(product.folder.in("late"), "");
      const launched = launch({ programId: "quick" });
      const of = async () => (await call(product, "terminals.list", {})).filter(({ id }) => id !== terminal.id);
      await eventually(of, (found) => found.some(({ state, exitCode }) => state === "succeeded" && exitCode === 0));
      rmSync(product.folder.in("late"));
      const { bottle: quick } = await launched;
      await eventually(
        () => state(quick.id),
        (each) => each?.state === "ended",
      );
      expect(containers()).toEqual([]);
    });

    test("has its secrets in nothing that the engine shows", async () => {
      const folder = join(product.home, "manifests");
      mkdirSync(join(folder, "bottles"), { recursive: true });
      mkdirSync(join(folder, "agents"));
      writeFileSync(join(folder, "bottles/dev.md"), "---\nenv:\n  API_KEY: literal-value-81f3\n---\n");
      writeFileSync(join(folder, "agents/dev.md"), "---\nbottle: dev\n---\n");
      const { bottle } = await launch({ agent: "dev" }, { confirmations: ["API_KEY"] });
      expect((await exec(bottle.id, "echo $API_KEY")).stdout).toBe("literal-value-81f3\n");
      const shown = [
        daemon.docker("inspect", ...containers()),
        daemon.docker("ps", "-a", "--no-trunc"),
        daemon.docker(
          "history",
          "--no-trunc",
          daemon.docker("inspect", "--format", "{{.Image}}", containers()[0]!).trim(),
        ),
        daemon.docker("diff", `cellar-${bottle.id}`),
      ].join("\n");
      expect(shown).toContain("cellar-bottle-");
      expect(shown).not.toContain("literal-value-81f3");
      expect(daemon.files().filter((path) => daemon.reads(path).includes("literal-value-81f3"))).toEqual([]);
    });

    test("goes on while main is killed, and is joined again", async () => {
      const { bottle, terminal } = await launch();
      await call(product, "terminals.write", { id: terminal.id, text: "sleep 1000 & echo $! > pid\n" });
      const pid = (await written("pid")) as string;
      await product.end("SIGKILL");
      expect(containers()).toHaveLength(2);
      await product.start();
      await eventually(
        () => state(bottle.id),
        (each) => each?.state === "running",
      );
      expect((await exec(bottle.id, `kill -0 ${pid.trim()} && echo alive`)).stdout).toBe("alive\n");
      expect(
        (await exec(bottle.id, "curl -s -o /dev/null -w '%{http_code}' -x http://127.0.0.1:9099 http://x.invalid/"))
          .stdout,
      ).toBe("403");
    });

    test("ends with its terminal also while main is away", async () => {
      const { terminal } = await launch();
      await product.end("SIGKILL");
      const [, program] = containers().map((id) =>
        daemon.docker("inspect", "--format", "{{.Name}} {{.State.Running}}", id),
      );
      expect(program).toContain("true");
      const { pid } = terminal;
      process.kill(pid!, "SIGKILL");
      await eventually(
        () => daemon.docker("ps", "-q", "--filter", "label=cellar.role=program"),
        (running) => running === "",
      );
      await product.start();
      await eventually(containers, ({ length }) => length === 0);
    });

    test("whose engine is stopped is unknown, and shown as ended when the engine is back without it", async () => {
      const { bottle, terminal } = await launch();
      await daemon.stop();
      const away = await eventually(
        () => state(bottle.id),
        (each) => each?.state === "unknown",
      );
      expect(away?.problem?.message).toMatch(/Docker/);
      await expect(exec(bottle.id, "true")).rejects.toMatchObject({ code: "conflict" });
      const offered = await call(product, "bottles.backends", { refresh: true });
      expect(offered.find(({ name }) => name === "docker")?.reason).toMatch(/does not answer\. Start it/);
      await daemon.start();
      const back = await eventually(
        () => state(bottle.id),
        (each) => each?.state === "ended",
        30_000,
      );
      expect(back?.problem).toBe(null);
      expect(containers()).toEqual([]);
      expect((await call(product, "terminals.list", {})).find(({ id }) => id === terminal.id)?.state).toBe("failed");
    });
  });

  test("whose engine is restarted under it is unknown meanwhile, and runs on", async () => {
    await begin("--live-restore");
    const { bottle, terminal } = await launch();
    await call(product, "terminals.write", { id: terminal.id, text: "kept=in-memory; echo $$ > before\n" });
    const before = await written("before");
    await daemon.stop();
    await eventually(
      () => state(bottle.id),
      (each) => each?.state === "unknown",
    );
    await daemon.start();
    const back = await eventually(
      () => state(bottle.id),
      (each) => each?.state === "running",
      30_000,
    );
    expect(back?.problem).toBe(null);
    await call(product, "terminals.write", { id: terminal.id, text: "echo $$ > after; echo $kept > kept\n" });
    expect(await written("after")).toBe(before);
    expect(await written("kept")).toBe("in-memory\n");
    expect(
      (await exec(bottle.id, "curl -s -o /dev/null -w '%{http_code}' -x http://127.0.0.1:9099 http://x.invalid/"))
        .stdout,
    ).toBe("403");
  });
});
