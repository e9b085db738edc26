/** main may open no more files: what is new is refused with the reason, what runs goes on, and all is well when there is room again. */

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { letOut } from "#test/product/let-out.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

/** More than a call of the contract takes, fewer than a launch does: it fails at one thing or another. */
const rooms = [9, 10, 11, 10];

describe.skipIf(missing("bwrap", "curl", "prlimit", "sqlite3"))("bottles, when main may open no more files", () => {
  const product = new Product();
  const work = product.folder.in("work");
  let upstream: Server;
  let workspaceId = "";
  let port = 0;
  let terminalId = "";
  let bottleId = "";

  beforeAll(async () => {
    upstream = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const ticking = setInterval(() => response.write("tick\n"), 50);
      response.on("close", () => clearInterval(ticking));
    }).listen(0, "127.0.0.1");
    await once(upstream, "listening");
    port = (upstream.address() as AddressInfo).port;
    mkdirSync(work);
    await product.start();
    await letOut(product, port);
    workspaceId = (await readyWorkspace(product, work, "work")).id;
    const launched = await launch();
    bottleId = launched.bottle.id;
    terminalId = launched.terminal.id;
  });
  afterAll(async () => {
    await product[Symbol.asyncDispose]();
    upstream.closeAllConnections();
    upstream.close();
  });

  async function launch() {
    const plan = await call(product, "bottles.prepare", { workspaceId, programId: "shell", backend: "bubblewrap" });
    return call(product, "bottles.launch", { planId: plan.id });
  }

  /** Only the soft limit, which anybody may raise again. */
  function allow(more: number | "plenty"): void {
    const used = new Set(readdirSync(`/proc/${product.pid}/fd`).map(Number));
    let limit = 0;
    // A new file gets the lowest number that is free.
    for (let free = 0; more !== "plenty" && free < more; limit++) if (!used.has(limit)) free++;
    execFileSync("prlimit", ["--pid", String(product.pid), `--nofile=${more === "plenty" ? 4096 : limit}:`]);
  }

  const type = (text: string) => call(product, "terminals.write", { id: terminalId, text });
  const output = (name: string) => (existsSync(join(work, name)) ? readFileSync(join(work, name), "utf8") : "");
  const grows = async (name: string) => {
    const { length } = output(name);
    await eventually(
      () => output(name).length,
      (now) => now > length + 10,
    );
  };
  const bottles = async () => {
    const event = await first(product, "bottles.watch", {});
    return event.type === "all" ? event.items : [];
  };

  test("a launch is refused with the reason, and what runs streams on", async () => {
    await type(`curl -sN --noproxy '' -x http://127.0.0.1:9099 http://localhost:${port}/ > stream &\n`);
    await grows("stream");
    let open = 0;
    for (const [round, room] of rooms.entries()) {
      allow(room);
      await expect(launch()).rejects.toMatchObject({
        code: "failed",
        message: expect.stringContaining("as many files open as this computer allows"),
        hint: expect.stringContaining("End some terminals or bottles"),
      });
      await grows("stream");
      // Once everything is there that is opened when it is first needed, what failed leaves nothing open.
      const now = () => readdirSync(`/proc/${product.pid}/fd`).length;
      if (round === 0) open = now();
      else
        await eventually(
          async () => now(),
          (count) => count <= open,
        );
    }
    expect((await bottles()).filter(({ state }) => state === "running").map(({ id }) => id)).toEqual([bottleId]);
    allow("plenty");
    expect((await launch()).bottle.state).toBe("running");
    expect((await call(product, "bottles.prepareCleanup", {})).items).toEqual([]);
  });

  test("connections that a program opens without end take nobody else down", async () => {
    writeFileSync(
      join(work, "many.bash"),
      `for each in $(seq 200); do exec {fd}<>/dev/tcp/127.0.0.1/9099; done; echo open > many
while [ ! -e enough ]; do sleep 0.05; done\n`,
    );
    allow(60);
    await type("bash many.bash 2> many-said; echo over > over\n");
    await eventually(
      () => output("many"),
      (text) => text === "open\n",
      60_000,
    );
    await grows("stream");
    writeFileSync(join(work, "enough"), "");
    await eventually(
      () => output("over"),
      (text) => text === "over\n",
    );
    // With the same limit: what they held is free again.
    const ran = await eventually(
      () => call(product, "bottles.exec", { id: bottleId, script: "echo still" }).catch(() => null),
      (answer) => answer !== null,
    );
    expect(ran).toMatchObject({ stdout: "still\n", exitCode: 0 });
    allow("plenty");
    await grows("stream");
  });

  test("nothing was lost: main's state is whole, and the bottles are there after its next start", async () => {
    await product.end("SIGKILL");
    const checked = execFileSync("sqlite3", [join(product.home, "cellar.db"), "PRAGMA integrity_check"]);
    expect(checked.toString()).toBe("ok\n");
    await product.start();
    const running = await eventually(bottles, (all) => all.filter(({ state }) => state === "running").length === 2);
    expect(running.map(({ id }) => id)).toContain(bottleId);
  });
});
