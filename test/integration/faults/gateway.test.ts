/** The gateway of a bottle that lives goes away: it hangs, loses its socket, or is killed. Nothing gets out then, and it goes on when it is back. */

import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { call, first } from "#test/product/call.ts";
import { letOut } from "#test/product/let-out.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

/** What is tried in each round, in this order; the first two are what the rules allow. */
const ways = ["proxied", "tunnelled", "direct", "by-address", "by-another-service"] as const;
type Round = Record<(typeof ways)[number], string>;

const toHost = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

/** Goes on without main: a round begins when its file is there. Each way says curl's exit code and what came. */
const prober = (port: number) => `
round=0
way() { name=$1; shift; said=$(curl -s -m 4 "$@" 2>/dev/null); echo "$name $? $said" >> "said-$round.part"; }
while :; do
  round=$((round + 1))
  while [ ! -e "ask-$round" ]; do sleep 0.05; done
  way proxied --noproxy '' -x http://127.0.0.1:9099 http://localhost:${port}/ &
  way tunnelled --noproxy '' -p -x http://127.0.0.1:9099 http://localhost:${port}/ &
  way direct --noproxy '*' http://localhost:${port}/ &
  way by-address --noproxy '*' http://${toHost ?? "127.0.0.1"}:${port}/ &
  way by-another-service --noproxy '' -x http://127.0.0.1:9101 http://localhost:${port}/ &
  wait
  mv "said-$round.part" "said-$round"
done
`;

describe.skipIf(missing("bwrap", "curl"))("a bottle whose gateway goes away", () => {
  const product = new Product();
  const work = product.folder.in("work");
  let upstream: Server;
  let reached = 0;
  let bottleId = "";
  let rounds = 0;

  beforeAll(async () => {
    upstream = createServer((_, response) => {
      reached += 1;
      response.writeHead(200, { connection: "close" }).end("reached");
    }).listen(0);
    await once(upstream, "listening");
    const { port } = upstream.address() as AddressInfo;
    mkdirSync(work);
    mkdirSync(product.home, { mode: 0o700 });
    // Not the plain shell, so that another service than the gateway is there.
    writeFileSync(
      join(product.home, "agent-programs.toml"),
      '[prober]\nname = "Prober"\ncommand = ["sh"]\n[prober.start]\narguments = ["./prober.sh"]\n',
    );
    writeFileSync(join(work, "prober.sh"), prober(port));
    await product.start();
    await letOut(product, port);
    const { id } = await readyWorkspace(product, work, "work");
    const request = { workspaceId: id, programId: "prober", backend: "bubblewrap" } as const;
    const plan = await call(product, "bottles.prepare", request);
    bottleId = (await call(product, "bottles.launch", { planId: plan.id })).bottle.id;
  });
  afterAll(async () => {
    await product[Symbol.asyncDispose]();
    upstream.close();
  });

  /** One attempt by every way, from inside; main need not be there. */
  async function round(): Promise<Round> {
    const said = join(work, `said-${++rounds}`);
    writeFileSync(join(work, `ask-${rounds}`), "");
    await eventually(
      () => existsSync(said),
      (there) => there,
      60_000,
    );
    const lines = readFileSync(said, "utf8").split("\n").filter(Boolean);
    return Object.fromEntries(lines.map((line) => [line.split(" ")[0], line.replace(/^\S+ /, "")])) as Round;
  }

  async function nothingGetsOut(): Promise<Round> {
    const before = reached;
    const said = await round();
    expect(Object.values(said).filter((each) => each.includes("reached"))).toEqual([]);
    expect(reached).toBe(before);
    return said;
  }

  async function goesOn(): Promise<void> {
    const said = await eventually(round, ({ tunnelled }) => tunnelled === "0 reached");
    expect(said).toMatchObject({ proxied: "0 reached", tunnelled: "0 reached" });
    for (const way of ways.slice(2)) expect(said[way]).not.toContain("reached");
  }

  const bottle = async () => {
    const event = await first(product, "bottles.watch", {});
    return event.type === "all" ? event.items.find(({ id }) => id === bottleId) : undefined;
  };
  const states = async () =>
    Object.fromEntries((await bottle())?.services.map(({ name, state, detail }) => [name, detail ?? state]) ?? []);
  const directory = () => join(product.runtime, `b-${bottleId.slice("bottle-".length)}`);

  test("gets out by the gateway and by nothing else while it serves", goesOn);

  test("gets nothing out while it hangs, and goes on when it runs again", async () => {
    process.kill(product.pid, "SIGSTOP");
    try {
      // Taken by nobody: each waits for its own patience.
      expect(await nothingGetsOut()).toMatchObject({ proxied: "28 ", tunnelled: "28 " });
    } finally {
      process.kill(product.pid, "SIGCONT");
    }
    await goesOn();
  });

  test("has its gateway back, and what stands beside it, when their sockets were taken away", async () => {
    const before = await states();
    const sockets = readdirSync(directory()).filter((name) => name.endsWith(".sock"));
    expect(sockets.length).toBeGreaterThan(Object.keys(before).length);
    for (const name of sockets) rmSync(join(directory(), name));
    // The home's own, by which everything here is asked.
    const home = cellarPaths(product.environment).mainSocket;
    rmSync(home);
    await eventually(
      () => existsSync(home),
      (there) => there,
    );
    const found = await eventually(
      async () => readdirSync(directory()).filter((name) => name.endsWith(".sock")),
      ({ length }) => length === sockets.length,
    );
    expect(found).toEqual(sockets);
    await goesOn();
    expect(await states()).toEqual(before);
    expect((await call(product, "bottles.log", { id: bottleId })).lines).toContainEqual(
      expect.stringContaining("gateway: its socket was lost, and is there again"),
    );
  });

  test("gets nothing out while the gateway alone cannot have its socket, which is said; what stands beside it serves on", async () => {
    const socket = join(directory(), "gateway.sock");
    // Main may be there between the two, and is quick.
    const occupied = () => {
      rmSync(socket, { force: true });
      try {
        mkdirSync(socket);
        return true;
      } catch {
        return false;
      }
    };
    await eventually(occupied, (ours) => ours);
    const { gateway, ...beside } = await eventually(states, (now) => now["gateway"] !== "up");
    expect(gateway).toMatch(/^Its socket was lost, and cannot be made again: /);
    expect(new Set(Object.values(beside))).toEqual(new Set(["up"]));
    const said = await nothingGetsOut();
    for (const way of ["proxied", "tunnelled"] as const) expect(said[way]).not.toMatch(/^0/);
    // Answered, by a service that is no way out.
    expect(said["by-another-service"]).toMatch(/^0/);
    expect((await bottle())?.state).toBe("running");
    rmdirSync(socket);
    await eventually(states, (now) => now["gateway"] === "up");
    await goesOn();
  });

  test("gets nothing out while main is killed, and everything is as it was after its start", async () => {
    await product.end("SIGKILL");
    const said = await nothingGetsOut();
    for (const way of ways) expect(said[way]).toMatch(/^7/);
    await product.start();
    await eventually(bottle, (now) => now?.state === "running");
    await goesOn();
  });
});
