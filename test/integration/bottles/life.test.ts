/** Bottles through the contract of the whole product: planned, launched, used, kept through a crash of main, ended, cleaned up. */

import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { eventually, processesMarked } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

let product: Product;
let work: string;
let workspaceId: string;

describe.skipIf(missing("bwrap"))("a bottle", () => {
  beforeEach(async () => {
    product = await Product.start();
    work = product.folder.in("work");
    mkdirSync(work);
    workspaceId = (await readyWorkspace(product, work, "work")).id;
  });
  afterEach(() => product[Symbol.asyncDispose]());

  const prepare = (more = {}) => call(product, "bottles.prepare", { workspaceId, programId: "shell", ...more });
  const launch = async (more = {}) => call(product, "bottles.launch", { planId: (await prepare(more)).id });
  const bottles = async () => {
    const event = await first(product, "bottles.watch", {});
    return event.type === "all" ? event.items : [];
  };
  const exec = (id: string, script: string) => call(product, "bottles.exec", { id, script });
  const ended = (id: string) =>
    eventually(
      async () => (await bottles()).find((each) => each.id === id),
      (each) => each?.state === "ended",
    );
  const marked = (id: string) => processesMarked(`CELLAR_BOTTLE=${id}`);

  test("that was planned and not launched leaves nothing: no file, no process, no row", async () => {
    // The terminal host's own files are on their way when the product is ready.
    await eventually(
      () => first(product, "app.watchHost", {}),
      ({ state }) => state === "connected",
    );
    // Databases are backed up half a minute after they were opened, whatever is planned meanwhile.
    const looked = [product.folder.path, "-not", "-name", "*.db.backup*", "-printf", "%P %y\\n"];
    const everything = () => execFileSync("find", looked, { encoding: "utf8" });
    await prepare();
    const before = { files: everything(), processes: product.processes().length };
    const plan = await prepare();
    await call(product, "bottles.discard", { planId: plan.id });
    expect({ files: everything(), processes: product.processes().length }).toEqual(before);
    expect(await bottles()).toEqual([]);
    await expect(call(product, "bottles.launch", { planId: plan.id })).rejects.toMatchObject({ code: "not_found" });
  });

  test("says before the launch what it will be, without a value of any variable", async () => {
    const plan = await prepare({ label: "fix it" });
    expect(plan).toMatchObject({ backend: "bubblewrap", programName: "Shell", label: "fix it", secretsEntering: [] });
    expect(plan.mounts.find(({ what }) => what === "workspace")).toMatchObject({ to: work, access: "read-write" });
    expect(plan.environment).toEqual([...plan.environment].sort());
    expect(plan.environment).toContain("HOME");
    expect(JSON.stringify(plan)).not.toContain("/home/agent/");
    expect(plan.notEnforced.join(" ")).toContain("size of the workspace");
  });

  test("is launched once, runs in its terminal, and is there in the list", async () => {
    const plan = await prepare();
    const { bottle, launch, terminal } = await call(product, "bottles.launch", { planId: plan.id });
    expect(bottle).toMatchObject({ state: "running", launchId: launch.id, terminalId: terminal.id });
    expect(launch.isolation).toBe("bubblewrap");
    expect(terminal.owner).toMatchObject({ bottleId: bottle.id, launchId: launch.id, workspaceId });
    await expect(call(product, "bottles.launch", { planId: plan.id })).rejects.toMatchObject({ code: "not_found" });
    await call(product, "terminals.write", { id: terminal.id, text: "echo in-$(hostname) > told\n" });
    await eventually(
      () => existsSync(join(work, "told")) && readFileSync(join(work, "told"), "utf8"),
      (text) => text === "in-bottle\n",
    );
  });

  test("runs what a person asks for, inside, and tells how it ended", async () => {
    const { bottle } = await launch();
    expect(await exec(bottle.id, "echo out; echo err >&2; cat; exit 3")).toEqual({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
      truncated: false,
    });
    const seen = await exec(bottle.id, "hostname; ls /; unshare --user true 2>&1; grep Seccomp: /proc/self/status");
    expect(seen.stdout).toContain("bottle\n");
    expect(seen.stdout).toContain("Operation not permitted");
    expect(seen.stdout).toMatch(/Seccomp:\s+2/);
    const inside = await call(product, "bottles.openTerminal", { id: bottle.id, command: "hostname > from-terminal" });
    expect(inside.owner.bottleId).toBe(bottle.id);
    await eventually(
      () => existsSync(join(work, "from-terminal")) && readFileSync(join(work, "from-terminal"), "utf8"),
      (text) => text === "bottle\n",
    );
  });

  test("reaches through its gateway what a person allows, and nothing else; every decision is seen", async () => {
    await call(product, "settings.change", { gatewayHoldSeconds: 0 });
    const server = createServer((_request, response) => response.end("served")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const { bottle } = await launch();
      const ask = (url: string) => exec(bottle.id, `curl -sS --noproxy '' --max-time 20 -w ' %{http_code}' ${url}`);
      const here = `http://127.0.0.1:${port}/`;
      expect((await ask(here)).stdout).toMatch(/ 403$/);
      expect((await ask("http://denied.example/")).stdout).toMatch(/ 403$/);
      expect((await exec(bottle.id, `curl -sS --noproxy '*' --max-time 5 ${here}`)).exitCode).toBe(7);
      const scope = { type: "bottle", bottleId: bottle.id } as const;
      await call(product, "gateway.addRule", { host: "127.0.0.1", ports: [port], privateAddresses: true, scope });
      expect((await ask(here)).stdout).toBe("served 200");
      const seen = await first(product, "gateway.watchDecisions", { bottleId: bottle.id });
      expect(seen.type === "all" && seen.items.map(({ host, outcome }) => [host, outcome])).toEqual(
        expect.arrayContaining([
          ["denied.example", "denied"],
          ["127.0.0.1", "allowed"],
        ]),
      );
      expect(bottle.services).toMatchObject([{ name: "gateway", state: "up" }]);
    } finally {
      server.close();
    }
  });

  test("goes on while main is killed, and is joined again", async () => {
    const { bottle, terminal } = await launch();
    await call(product, "terminals.write", { id: terminal.id, text: "sleep 1000 & echo $! > pid\n" });
    await eventually(
      () => existsSync(join(work, "pid")),
      (there) => there,
    );
    const before = marked(bottle.id).map(({ pid }) => pid);
    await product.end("SIGKILL");
    expect(marked(bottle.id).map(({ pid }) => pid)).toEqual(before);
    await product.start();
    await eventually(
      async () => (await bottles())[0]?.state,
      (state) => state === "running",
    );
    expect((await exec(bottle.id, "kill -0 $(cat pid) && echo alive")).stdout).toBe("alive\n");
  });

  test("ends with its terminal, with every process, and names what it left to be run", async () => {
    const { bottle, terminal } = await launch();
    await exec(bottle.id, "echo 'layout python' > .envrc");
    await call(product, "terminals.write", { id: terminal.id, text: "setsid -f sleep 98765; nohup sleep 98765 &\n" });
    await eventually(
      () => exec(bottle.id, "pgrep -c sleep"),
      ({ stdout }) => stdout.trim() === "2",
    );
    await call(product, "terminals.kill", { id: terminal.id, force: true });
    expect(await ended(bottle.id)).toMatchObject({ changedTriggers: [".envrc"], services: [] });
    expect(marked(bottle.id)).toEqual([]);
    const left = spawnSync("pgrep", ["-fx", "sleep 98765"], { encoding: "utf8" });
    expect(left.stdout).toBe("");
  }, 30_000);

  test("is closed with everything in it, and then forgotten", async () => {
    const { bottle } = await launch();
    await expect(call(product, "bottles.remove", { id: bottle.id })).rejects.toMatchObject({ code: "conflict" });
    await call(product, "bottles.close", { id: bottle.id });
    expect(marked(bottle.id)).toEqual([]);
    expect((await bottles())[0]).toMatchObject({ id: bottle.id, state: "ended" });
    const { lines } = await call(product, "bottles.log", { id: bottle.id });
    expect(lines.join("\n")).toMatch(/probed from inside[\s\S]*closed by the person[\s\S]*ended/);
    await call(product, "bottles.remove", { id: bottle.id });
    expect(await bottles()).toEqual([]);
  });

  test("keeps the terminals that are asked for from inside it inside, and starts none outside", async () => {
    const { bottle, terminal } = await launch();
    const owner = { parentId: terminal.id };
    const child = await call(product, "terminals.create", { command: "hostname > child", cwd: work, owner });
    expect(child.owner.bottleId).toBe(bottle.id);
    await eventually(
      () => existsSync(join(work, "child")) && readFileSync(join(work, "child"), "utf8"),
      (text) => text === "bottle\n",
    );
    await call(product, "bottles.close", { id: bottle.id });
    await expect(call(product, "terminals.create", { command: "hostname > out", owner })).rejects.toMatchObject({
      code: "conflict",
    });
    const failed = await eventually(
      async () => (await call(product, "terminals.list", {})).find(({ lastLine }) => lastLine.includes("spawn failed")),
      (terminal) => terminal?.state === "failed",
    );
    expect(failed?.lastLine).toMatch(/^spawn failed: /);
    expect(existsSync(join(work, "out"))).toBe(false);
  });

  test("is told of a dropped file where it sees it, and given a copy of what it does not see", async () => {
    const { bottle } = await launch();
    const bringIn = (from: string) => call(product, "bottles.bringIn", { id: bottle.id, from });
    writeFileSync(join(work, "seen"), "of the workspace\n");
    expect(await bringIn(join(work, "seen"))).toEqual({ path: join(work, "seen"), copied: false });
    const note = product.folder.in("a note");
    writeFileSync(note, "of this computer\n");
    expect(await bringIn(note)).toEqual({ path: "/home/agent/a note", copied: true });
    expect(await bringIn(note)).toEqual({ path: "/home/agent/a note-2", copied: true });
    expect((await exec(bottle.id, 'cat "$HOME/a note-2"')).stdout).toBe("of this computer\n");
    // A name is taken also by a link that leads nowhere; what only begins as the workspace does is not in it.
    await exec(bottle.id, 'ln -s /nowhere "$HOME/a note-3"');
    expect(await bringIn(note)).toEqual({ path: "/home/agent/a note-4", copied: true });
    mkdirSync(`${work}-aside`);
    writeFileSync(join(`${work}-aside`, "plan"), "");
    expect(await bringIn(join(`${work}-aside`, "plan"))).toEqual({ path: "/home/agent/plan", copied: true });
    // A link that the agent put there leads to nothing of the person's.
    await exec(bottle.id, `ln -s '${note}' report`);
    await expect(bringIn(join(work, "report"))).rejects.toMatchObject({ code: "not_found" });
    await expect(bringIn(product.folder.in("nothing"))).rejects.toMatchObject({ code: "not_found" });
    // One of the person's is not followed either, and on the way to a file the program could exchange what it leads to.
    const link = product.folder.in("link");
    symlinkSync(work, link);
    for (const path of [link, `${link}/`])
      await expect(bringIn(path)).rejects.toMatchObject({ code: "invalid_input", hint: "Take what it leads to." });
    await expect(bringIn(join(link, "seen"))).rejects.toMatchObject({ code: "refused" });
    expect((await exec(bottle.id, "ls -A ~")).stdout).toBe("a note\na note-2\na note-3\na note-4\nplan\n");
    await call(product, "bottles.close", { id: bottle.id });
    await expect(bringIn(note)).rejects.toMatchObject({ code: "conflict" });
  });

  test("takes copies in and gives copies out, and follows no link either way", async () => {
    const { bottle } = await launch();
    const source = product.folder.in("source");
    mkdirSync(source);
    writeFileSync(join(source, "file"), "content\n");
    symlinkSync("/etc/hostname", join(source, "link"));
    await call(product, "bottles.copyIn", { id: bottle.id, from: source, to: "/home/agent/copy" });
    expect((await exec(bottle.id, "cat ~/copy/file; readlink ~/copy/link; ls -A ~")).stdout).toBe(
      "content\n/etc/hostname\ncopy\n",
    );
    await expect(
      call(product, "bottles.copyIn", { id: bottle.id, from: source, to: "/home/agent/copy" }),
    ).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining("there is something at /home/agent/copy already"),
    });

    const hostile =
      "mkdir -p ~/out/in; echo deep > ~/out/in/file; ln -s in/file ~/out/near; ln -s /etc ~/out/away; ln -s ../../.. ~/out/in/up; chmod 0777 ~/out/in/file; mkfifo ~/out/pipe";
    await exec(bottle.id, hostile);
    const to = product.folder.in("out");
    const { leftOut } = await call(product, "bottles.copyOut", { id: bottle.id, from: "/home/agent/out", to });
    expect(leftOut.sort()).toEqual(["out/away", "out/in/up", "out/pipe"]);
    expect(readFileSync(join(to, "in/file"), "utf8")).toBe("deep\n");
    expect(readlinkSync(join(to, "near"))).toBe("in/file");
    expect(lstatSync(join(to, "in/file")).mode & 0o7777).toBe(0o755);
    await expect(
      call(product, "bottles.copyOut", { id: bottle.id, from: "/home/agent/out", to }),
    ).rejects.toMatchObject({ code: "conflict" });
  });

  test("that main lost sight of is offered for cleanup, and removed only then", async () => {
    expect(await call(product, "bottles.prepareCleanup", {})).toEqual({ planId: null, items: [] });
    const { bottle } = await launch();
    await product.end("SIGKILL");
    execFileSync("sqlite3", [join(product.home, "cellar.db"), "DELETE FROM bottles"]);
    await product.start();
    const { planId, items } = await call(product, "bottles.prepareCleanup", {});
    expect(items).toMatchObject([{ backend: "bubblewrap", kind: "processes" }]);
    expect(marked(bottle.id).length).toBeGreaterThan(0);
    expect((await call(product, "bottles.cleanup", { planId: planId! })).failed).toEqual([]);
    expect(marked(bottle.id)).toEqual([]);
    expect((await call(product, "bottles.prepareCleanup", {})).planId).toBe(null);
  });

  test("needs a yes for every secret that a manifest puts into it, and keeps its value out of everything it stores", async () => {
    const folder = join(product.home, "manifests");
    mkdirSync(join(folder, "bottles"), { recursive: true });
    mkdirSync(join(folder, "agents"));
    writeFileSync(
      join(folder, "bottles/dev.md"),
      "---\nenv:\n  PLAIN: visible\n  PIN: ?Which pin\n  API_KEY: literal-value-81f3\n---\n",
    );
    writeFileSync(join(folder, "agents/dev.md"), "---\nbottle: dev\n---\n");
    const plan = await prepare({ agent: "dev" });
    expect(plan.secretsEntering.map(({ name }) => name)).toEqual(["PIN", "API_KEY"]);
    await expect(call(product, "bottles.launch", { planId: plan.id })).rejects.toMatchObject({ code: "refused" });
    const { bottle } = await call(product, "bottles.launch", {
      planId: plan.id,
      confirmations: ["PIN", "API_KEY"],
      values: { PIN: "typed-value-4471" },
    });
    expect((await exec(bottle.id, "echo $PLAIN $PIN $API_KEY")).stdout).toBe(
      "visible typed-value-4471 literal-value-81f3\n",
    );
    const stored = readdirSync(product.home).filter((name) => name.startsWith("cellar.db"));
    for (const name of stored) {
      const bytes = readFileSync(join(product.home, name), "latin1");
      expect(bytes.includes("typed-value-4471") || bytes.includes("literal-value-81f3"), name).toBe(false);
    }
  });
});
