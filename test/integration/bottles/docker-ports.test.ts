/** Ports of bottles in Docker where no socket can be shared: an engine in a virtual machine, and gVisor. The real engine, told so. */
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BottleBench } from "#test/product/bottle.ts";
import { DockerDaemon } from "#test/product/docker.ts";
import { eventually } from "#test/product/processes.ts";
import { missing, onPath } from "#test/requirements.ts";

const kinds = [
  { kind: "an engine that sees no sockets", start: () => DockerDaemon.startOnPort(), containers: 2 },
  // The runtime is the usual one under gVisor's name: what is tried is the way of the ports.
  {
    kind: "an engine with gVisor",
    start: () => DockerDaemon.start(["--add-runtime", `runsc=${onPath("runc") ?? "/usr/sbin/runc"}`]),
    containers: 1,
  },
];

describe.skipIf(missing("dockerd")).each(kinds)("a bottle of $kind", ({ start, containers }) => {
  let daemon: DockerDaemon;
  let bench: BottleBench;
  beforeAll(async () => {
    daemon = await start();
  });
  afterAll(() => daemon?.[Symbol.asyncDispose]());
  beforeEach(() => {
    bench = new BottleBench(daemon);
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  test("reaches its services and nothing else, and leaves nothing", async () => {
    const { stdout } = await bench.run(`
      curl -s http://127.0.0.1:9098/hello
      curl -sx http://127.0.0.1:9099 -o /dev/null -w '%{http_connect} ' https://other.example/ https://allowed.example/
      curl -s --max-time 5 http://192.0.2.1/ && echo REACHED; exit 0`);
    expect(stdout).toMatch(/^broker of bottle-[0-9a-f]{12}: \/hello\n403 200 $/);
    const [id] = await bench.backend.enumerate();
    expect(id).toBe(undefined);
  });

  test("carries a lot in both directions, and many at once", async () => {
    const { bottle } = await bench.start("read -r word");
    await bench.services.close(bottle.id);
    const body = randomBytes(5_000_000);
    const sum = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.end(request.method === "POST" ? sum(Buffer.concat(chunks)) : body);
    });
    await new Promise<void>((resolve) => server.listen(join(bottle.directory, "broker.sock"), resolve));
    try {
      const script = `
        for i in 1 2 3 4 5; do curl -s http://127.0.0.1:9098/ | sha256sum | cut -d' ' -f1 & done; wait
        head -c 3000000 /dev/zero | curl -s --data-binary @- http://127.0.0.1:9098/`;
      const { stdout } = await bench.exec(bottle, ["sh", "-c", script]);
      expect(stdout).toBe(`${`${sum(body)}\n`.repeat(5)}${sum(Buffer.alloc(3_000_000))}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test("is alone while main is away, and has the same ports when it is back", async () => {
    const { bottle } = await bench.start("read -r word");
    expect(daemon.docker("ps", "-q").trim().split("\n")).toHaveLength(containers);
    const ask = () => bench.exec(bottle, ["curl", "-s", "--max-time", "5", "http://127.0.0.1:9098/"]);
    bench.backend.close();
    await eventually(ask, ({ exitCode }) => exitCode === 7);
    const again = bench.anotherBackend();
    await again.rejoin(bottle);
    await eventually(ask, ({ stdout }) => stdout === `broker of ${bottle.id}: /\n`);
    again.close();
  });

  test("the program cannot end or replace what leads its ports", async () => {
    const { bottle } = await bench.start("read -r word");
    const { stdout } = await bench.exec(bottle, [
      "sh",
      "-c",
      `n=forward; for p in /proc/[0-9]*; do grep -q "$n[.]js" $p/cmdline 2>/dev/null && { kill -9 \${p#/proc/} 2>/dev/null && echo KILLED; cat $p/environ 2>/dev/null | grep -q . && echo READ; }; done
      (echo x > /usr/lib/cellar/ports/$n.js) 2>/dev/null && echo WRITTEN
      node -e 'require("net").createServer().on("error", (e) => console.log(e.code)).listen(9098, "127.0.0.1", () => console.log("BOUND"))'
      curl -s http://127.0.0.1:9098/`,
    ]);
    expect(stdout).toBe(`EADDRINUSE\nbroker of ${bottle.id}: /\n`);
  });
});
