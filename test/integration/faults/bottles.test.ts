/** What happens to bottles when something around them breaks: main, the terminal host, the disk, their own folder and process. */

import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { letOut } from "#test/product/let-out.ts";
import { isRoot } from "#test/product/person.ts";
import { eventually, processesMarked } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

const realKey = "real-key-of-the-person";

let product: Product;

beforeEach(() => {
  product = new Product();
  mkdirSync(product.home, { mode: 0o700 });
});
afterEach(() => product[Symbol.asyncDispose]());

async function workspace(name: string): Promise<{ id: string; path: string }> {
  const path = product.folder.in(name);
  mkdirSync(path, { recursive: true });
  const { id } = await readyWorkspace(product, path, name);
  return { id, path };
}

async function launch(workspaceId: string, programId = "shell") {
  const plan = await call(product, "bottles.prepare", { workspaceId, programId, backend: "bubblewrap" });
  return call(product, "bottles.launch", { planId: plan.id });
}

async function bottles() {
  const event = await first(product, "bottles.watch", {});
  return event.type === "all" ? event.items : [];
}

const stateOf = async (id: string) => (await bottles()).find((bottle) => bottle.id === id)?.state;
const marked = (id: string) => processesMarked(`CELLAR_BOTTLE=${id}`);

describe.skipIf(missing("bwrap", "curl"))("bottles", () => {
  describe("that stream while main is killed", () => {
    const open = new Set<ServerResponse>();
    let upstream: Server;
    let wrongKeys = 0;

    beforeEach(async () => {
      wrongKeys = 0;
      upstream = createServer((request: IncomingMessage, response: ServerResponse) => {
        if (request.url?.includes("brokered") && request.headers.authorization !== `Bearer ${realKey}`) wrongKeys++;
        open.add(response);
        response.on("close", () => open.delete(response));
        response.writeHead(200, { "content-type": "text/event-stream" });
      }).listen(0, "127.0.0.1");
      await once(upstream, "listening");
      const ticking = setInterval(() => {
        for (const response of open) response.write("tick\n");
      }, 50);
      upstream.on("close", () => clearInterval(ticking));
    });
    afterEach(() => {
      upstream.closeAllConnections();
      upstream.close();
    });

    test("go on after its start, at the same addresses and with the same sentinels; meanwhile nothing gets out", async () => {
      const { port } = upstream.address() as AddressInfo;
      writeFileSync(
        join(product.home, "providers.toml"),
        `[faults]\nname = "Faults"\nhost = "127.0.0.1"\nbase-url = "http://127.0.0.1:${port}"\naddresses = ["loopback"]\n`,
      );
      writeFileSync(
        join(product.home, "agent-programs.toml"),
        '[faults-shell]\nname = "Shell"\ncommand = ["sh"]\nprovider = "faults"\n',
      );
      for (const file of [".profile", ".bash_profile"]) {
        writeFileSync(product.folder.in(file), `export FAULTS_API_KEY=${realKey}\n`);
      }
      await product.start();
      await letOut(product, port);
      const stream = (name: string, what: string) =>
        `while :; do curl -sN ${what} >> ${name}; echo "ended with $?" >> ${name}-ends; sleep 0.1; done &`;
      const script = [
        'printf %s "$FAULTS_API_KEY" > sentinel',
        stream("brokered", '-H "Authorization: Bearer $FAULTS_API_KEY" http://127.0.0.1:9098/llm/faults/brokered'),
        stream("proxied", `--noproxy '' -x http://127.0.0.1:9099 http://localhost:${port}/proxied`),
      ].join("\n");
      const running: { id: string; path: string }[] = [];
      for (const name of ["one", "two", "three", "four", "five"]) {
        const { id, path } = await workspace(name);
        writeFileSync(join(path, "stream.sh"), script);
        const launched = await launch(id, "faults-shell");
        await call(product, "terminals.write", { id: launched.terminal.id, text: ". ./stream.sh\n" });
        running.push({ id: launched.bottle.id, path });
      }
      const outputs = running.flatMap(({ path }) => [join(path, "brokered"), join(path, "proxied")]);
      const text = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
      const grow = async (from: readonly number[]) =>
        eventually(
          () => outputs.filter((file, index) => text(file).length <= from[index]! + 10),
          (still) => still.length === 0,
          60_000,
        );
      await grow(outputs.map(() => 0));
      expect(open.size).toBe(10);
      const before = running.map(({ id }) => marked(id).map(({ pid }) => pid));

      await product.end("SIGKILL");
      await eventually(
        () => open.size,
        (count) => count === 0,
      );
      // They ask again and again, and nobody is there.
      await eventually(
        () => outputs.filter((file) => !text(`${file}-ends`).includes("ended with 7")),
        (still) => still.length === 0,
      );
      expect(open.size).toBe(0);
      const away = outputs.map((file) => text(file).length);

      await product.start();
      await grow(away);
      expect(open.size).toBe(10);
      expect(wrongKeys).toBe(0);
      // Nothing but what the upstream says ever came: no refusal of a sentinel that is not known any more.
      for (const file of outputs) expect(text(file)).toMatch(/^(tick\n|t|ti|tic|tick)*$/);
      for (const [index, { id, path }] of running.entries()) {
        const now = await call(product, "bottles.exec", { id, script: 'printf %s "$FAULTS_API_KEY"' });
        expect(now.stdout).toBe(readFileSync(join(path, "sentinel"), "utf8"));
        expect(marked(id).map(({ pid }) => pid)).toEqual(expect.arrayContaining([before[index]![0]!]));
      }
      expect((await bottles()).map(({ state }) => state)).toEqual(running.map(() => "running"));
    });
  });

  test("end with the terminal host that is killed, and none is said to run", async () => {
    await product.start();
    const { id: workspaceId } = await workspace("work");
    const { bottle, terminal } = await launch(workspaceId);
    await call(product, "terminals.write", { id: terminal.id, text: "setsid -f sleep 98764\n" });
    await eventually(
      () => call(product, "bottles.exec", { id: bottle.id, script: "pgrep -c sleep" }),
      ({ stdout }) => stdout.trim() === "1",
    );
    const [host] = product.processes().filter(({ command }) => command.includes("terminal-host"));
    process.kill(host!.pid, "SIGKILL");
    await eventually(
      () => marked(bottle.id),
      (left) => left.length === 0,
    );
    await eventually(
      () => stateOf(bottle.id),
      (state) => state !== "running",
    );
    expect(["ended", "unknown"]).toContain(await stateOf(bottle.id));
    expect(spawnSync("pgrep", ["-fx", "sleep 98764"], { encoding: "utf8" }).stdout).toBe("");
    // And the next one can be launched.
    expect((await launch(workspaceId)).bottle.state).toBe("running");
  });

  test("that end while main ends are written down before its databases are closed", async () => {
    await product.start();
    const launched: Awaited<ReturnType<typeof launch>>[] = [];
    for (const name of ["one", "two", "three"]) launched.push(await launch((await workspace(name)).id));
    for (const { terminal } of launched) await call(product, "terminals.write", { id: terminal.id, text: "exit\n" });
    // The last one ends in a call that is under way.
    const closing = call(product, "bottles.close", { id: launched[2]!.bottle.id }).catch(() => {});
    await eventually(
      () => marked(launched[0]!.bottle.id),
      (left) => left.length === 0,
    );
    await product.end("SIGINT");
    await closing;
    expect(readFileSync(join(product.home, "logs", "main.log"), "utf8")).not.toMatch(/database connection is not open/);
    await product.start();
    await eventually(
      async () => (await bottles()).map(({ state, problem }) => problem?.message ?? state),
      (states) => states.every((state) => state === "ended"),
    );
  });

  test("that lose their first process end, with every other", async () => {
    await product.start();
    const { id: workspaceId } = await workspace("work");
    const { bottle, terminal } = await launch(workspaceId);
    const pid = (await call(product, "terminals.list", {})).find(({ id }) => id === terminal.id)!.pid!;
    process.kill(pid, "SIGKILL");
    await eventually(
      () => stateOf(bottle.id),
      (state) => state === "ended",
    );
    expect(marked(bottle.id)).toEqual([]);
  });

  test("whose folder is removed underneath them say so, and can still be closed", async () => {
    await product.start();
    const { id: workspaceId } = await workspace("work");
    const { bottle } = await launch(workspaceId);
    // At once: while it was being emptied, the sockets in it would come back.
    renameSync(join(product.runtime, `b-${bottle.id.slice("bottle-".length)}`), product.folder.in("removed"));
    await expect(call(product, "bottles.exec", { id: bottle.id, script: "true" })).rejects.toMatchObject({
      code: expect.stringMatching(/^(unavailable|failed)$/),
      message: expect.stringMatching(/bottle/i),
    });
    await call(product, "bottles.close", { id: bottle.id });
    expect(marked(bottle.id)).toEqual([]);
    expect(await stateOf(bottle.id)).toBe("ended");
  });

  test.skipIf(!isRoot)(
    "on a disk that is full are not launched, lose nothing, and can be launched when there is room",
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0700", "none", product.home]);
      try {
        await product.start();
        const { id: workspaceId } = await workspace("work");
        const { bottle } = await launch(workspaceId);
        spawnSync("dd", ["if=/dev/zero", `of=${join(product.home, "fill")}`, "bs=4096"], { stdio: "ignore" });
        const refused = launch(workspaceId);
        await expect(refused).rejects.toMatchObject({ code: "failed" });
        await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(/full|space|disk|ENOSPC/i) });
        expect((await call(product, "bottles.exec", { id: bottle.id, script: "echo still" })).stdout).toBe("still\n");
        rmSync(join(product.home, "fill"));
        const next = await launch(workspaceId);
        expect((await bottles()).filter(({ state }) => state === "running").map(({ id }) => id)).toEqual([
          bottle.id,
          next.bottle.id,
        ]);
        await product.end("SIGKILL");
        const checked = execFileSync("sqlite3", [join(product.home, "cellar.db"), "PRAGMA integrity_check"]);
        expect(checked.toString()).toBe("ok\n");
        await product.start();
        await eventually(
          async () => (await bottles()).filter(({ state }) => state === "running").length,
          (count) => count === 2,
        );
      } finally {
        await product[Symbol.asyncDispose]().catch(() => {});
        spawnSync("umount", ["--lazy", product.home]);
      }
    },
  );
});
