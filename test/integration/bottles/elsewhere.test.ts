/** Bottles of smolmachines and OpenSandbox through the contract of the whole product, with a real terminal; the doubles stand at the edge. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenSandboxDouble } from "#test/doubles/opensandbox.ts";
import { call, first } from "#test/product/call.ts";
import { eventually, processesMarked } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { installSmolvm, type Smolvm } from "#test/product/smolvm.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

let product: Product;
let folder: TemporaryFolder;
let smolvm: Smolvm;
let server: OpenSandboxDouble;
let work: string;
let workspaceId: string;

describe.skipIf(missing("bwrap", "root", "setpriv", "tar"))("a bottle that is a machine of its own", () => {
  beforeEach(async () => {
    folder = new TemporaryFolder("elsewhere");
    smolvm = installSmolvm(folder);
    server = new OpenSandboxDouble(folder.in("server"));
    await server.start();
    product = new Product({ environment: { SHELL: "/bin/sh", OPENSANDBOX_API_KEY: server.key } });
    // Programs are looked for where the person's login shell looks.
    writeFileSync(product.folder.in(".profile"), `PATH='${smolvm.path}':$PATH; export PATH\n`);
    await product.start();
    work = product.folder.in("work");
    mkdirSync(work);
    await call(product, "settings.change", { opensandboxUrl: server.url, gatewayHoldSeconds: 0 });
    workspaceId = (await readyWorkspace(product, work, "work")).id;
  });
  afterEach(async () => {
    await product[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const bottles = async () => {
    const event = await first(product, "bottles.watch", {});
    return event.type === "all" ? event.items : [];
  };
  const exec = (id: string, script: string) => call(product, "bottles.exec", { id, script });
  const machines = () => execFileSync(join(smolvm.path, "smolvm"), ["machine", "ls"], { encoding: "utf8" });
  const nothingLeft = () => ({ machines: machines(), sandboxes: server.sandboxes.size });

  test("is offered where it works, with the reason where it does not", async () => {
    const works = await call(product, "bottles.backends", { refresh: true });
    expect(works.filter(({ available }) => available).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["bubblewrap", "smolmachines", "opensandbox"]),
    );
    await call(product, "settings.change", { opensandboxUrl: "" });
    writeFileSync(join(smolvm.state, "broken"), "");
    const after = await call(product, "bottles.backends", { refresh: true });
    const reason = (wanted: string) => after.find(({ name }) => name === wanted)?.reason;
    expect(reason("opensandbox")).toMatch(/No OpenSandbox server is set; enter its address/);
    expect(reason("smolmachines")).toMatch(/smolvm|\/dev\/kvm/);
  });

  test.each(["smolmachines", "opensandbox"] as const)(
    "has a whole life as one of %s",
    async (backend) => {
      writeFileSync(join(work, "file"), "of the host\n");
      const plan = await call(product, "bottles.prepare", { workspaceId, programId: "shell", backend });
      expect(plan).toMatchObject({ backend, services: ["gateway"] });
      expect(plan.mounts.find(({ what }) => what.startsWith("workspace"))).toMatchObject({ to: work });
      expect(plan.notEnforced.length).toBeGreaterThan(1);
      expect(nothingLeft()).toEqual({ machines: "No machines found\n", sandboxes: 0 });
      const size = { cols: 91, rows: 33 };
      const { bottle, terminal } = await call(product, "bottles.launch", { planId: plan.id, size });
      expect(bottle).toMatchObject({ state: "running", services: [{ name: "gateway", state: "up" }] });

      // A real terminal, with its size.
      const type = (text: string) => call(product, "terminals.write", { id: terminal.id, text });
      const seen = async (script: string, wanted: string) => {
        await eventually(
          () => exec(bottle.id, script),
          ({ stdout }) => stdout === wanted,
          30_000,
        );
      };
      await type(
        "cat file > told; hostname >> told; stty size >> told; test -t 0 && echo terminal >> told; echo $HOME >> told\n",
      );
      await seen("cat told", "of the host\nguest\n33 91\nterminal\n/home/agent\n");
      await type("sleep 1000\n");
      await seen("pgrep -c sleep >/dev/null && echo sleeps", "sleeps\n");
      await type("\x03");
      await type("echo interrupted > after\n");
      await seen("cat after", "interrupted\n");

      // What a person asks for inside, and copies.
      expect(await exec(bottle.id, "echo out; echo err >&2; cat; exit 3")).toEqual({
        exitCode: 3,
        stdout: "out\n",
        stderr: "err\n",
        truncated: false,
      });
      const denied = await exec(bottle.id, "curl -sS -o /dev/null -w '%{http_code}' http://denied.example/");
      expect(denied.stdout).toBe("403");
      const [given, taken] = [product.folder.in("given"), product.folder.in("taken")];
      mkdirSync(given);
      writeFileSync(join(given, "data"), "x".repeat(300_000));
      await call(product, "bottles.copyIn", { id: bottle.id, from: given, to: "/home/agent/given" });
      expect((await exec(bottle.id, "wc -c < ~/given/data")).stdout).toBe("300000\n");
      await call(product, "bottles.copyOut", { id: bottle.id, from: "/home/agent/given", to: taken });
      expect(readFileSync(join(taken, "data")).length).toBe(300_000);

      // Main goes and comes back; the program does not notice.
      await type("n=0; while sleep 0.1; do n=$((n+1)); echo $n > count; done\n");
      await seen("test -s count && echo counts", "counts\n");
      await product.end("SIGKILL");
      await product.start();
      await eventually(
        async () => (await bottles())[0]?.state,
        (state) => state === "running",
        30_000,
      );
      const count = Number((await exec(bottle.id, "cat count")).stdout);
      await eventually(
        async () => Number((await exec(bottle.id, "cat count")).stdout),
        (now) => now > count,
      );
      expect((await exec(bottle.id, "curl -sS -o /dev/null -w '%{http_code}' http://denied.example/")).stdout).toBe(
        "403",
      );

      // And its end.
      await call(product, "bottles.close", { id: bottle.id });
      expect((await bottles())[0]).toMatchObject({ id: bottle.id, state: "ended", problem: null });
      expect(readFileSync(join(work, "told"), "utf8")).toContain("33 91");
      expect(readFileSync(join(work, "after"), "utf8")).toBe("interrupted\n");
      expect(nothingLeft()).toEqual({ machines: "No machines found\n", sandboxes: 0 });
      expect(processesMarked(`CELLAR_BOTTLE=${bottle.id}`)).toEqual([]);
      await call(product, "bottles.remove", { id: bottle.id });
      expect(readdirSync(join(product.home, "bottles")).filter((name) => name.startsWith("bottle-"))).toEqual([]);
    },
    180_000,
  );

  test("is asked again by and by when it could not be asked at main's start, and runs or has ended then by itself", async () => {
    const launch = async () => {
      const plan = await call(product, "bottles.prepare", { workspaceId, programId: "shell", backend: "smolmachines" });
      return call(product, "bottles.launch", { planId: plan.id });
    };
    const [stays, ends] = [await launch(), await launch()];
    const states = async () => Object.fromEntries((await bottles()).map(({ id, state }) => [id, state]));
    const become = (of: Record<string, string>) =>
      eventually(states, (now) => Object.entries(of).every(([id, state]) => now[id] === state), 30_000);
    await product.end("SIGKILL");
    writeFileSync(join(smolvm.state, "broken"), "");
    await product.start();
    await become({ [stays.bottle.id]: "unknown", [ends.bottle.id]: "unknown" });
    await call(product, "terminals.kill", { id: ends.terminal.id, force: true });
    expect(await states()).toEqual({ [stays.bottle.id]: "unknown", [ends.bottle.id]: "unknown" });
    rmSync(join(smolvm.state, "broken"));
    await become({ [stays.bottle.id]: "running", [ends.bottle.id]: "ended" });
    expect((await exec(stays.bottle.id, "echo inside")).stdout).toBe("inside\n");
    expect(machines()).toContain(stays.bottle.id.slice("bottle-".length));
    expect(machines()).not.toContain(ends.bottle.id.slice("bottle-".length));
  }, 120_000);

  test("ends with its terminal, and says what could not be put back", async () => {
    writeFileSync(join(work, "both"), "first");
    const plan = await call(product, "bottles.prepare", { workspaceId, programId: "shell", backend: "opensandbox" });
    const { bottle, terminal } = await call(product, "bottles.launch", { planId: plan.id });
    await exec(bottle.id, "echo inside > both; echo new > new");
    writeFileSync(join(work, "both"), "outside");
    await call(product, "terminals.write", { id: terminal.id, text: "exit\n" });
    const ended = await eventually(
      async () => (await bottles())[0],
      (each) => each?.state === "ended",
      30_000,
    );
    expect(ended?.problem).toMatchObject({ code: "conflict", message: "Not everything could be put back: both" });
    const copy = product.folder.in("home", "bottles", "returned", bottle.id);
    expect(ended?.problem?.hint).toContain(copy);
    expect([readFileSync(join(work, "both"), "utf8"), existsSync(join(work, "new"))]).toEqual(["outside", true]);
    expect(readFileSync(join(copy, "both"), "utf8")).toBe("inside\n");
    expect(nothingLeft().sandboxes).toBe(0);
  });

  test("leaves nothing when it cannot be started", async () => {
    await call(product, "settings.change", { smolmachinesImage: "unbootable:1" });
    const plan = await call(product, "bottles.prepare", { workspaceId, programId: "shell", backend: "smolmachines" });
    await expect(call(product, "bottles.launch", { planId: plan.id })).rejects.toMatchObject({
      message: expect.stringContaining("did not become ready"),
    });
    server.enforcementMode = "dns";
    const other = await call(product, "bottles.prepare", { workspaceId, programId: "shell", backend: "opensandbox" });
    await expect(call(product, "bottles.launch", { planId: other.id })).rejects.toMatchObject({ code: "refused" });
    expect(nothingLeft()).toEqual({ machines: "No machines found\n", sandboxes: 0 });
    expect(await bottles()).toEqual([]);
    expect((await first(product, "terminals.watch", {})) as object).toMatchObject({ type: "all", items: [] });
  });
});
