/**
 * One part of the broker's bench in a process of its own, which prints its port: `upstream`, `proxy <port>` (the least a Node proxy can do) or
 * `broker <port> <folder>`.
 */
import { Agent, createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { composeBroker } from "#main/broker/index.ts";
import { browserDesktop } from "#main/browser-desktop.ts";
import { Endings } from "#main/endings.ts";
import { layGround } from "#main/lay-ground.ts";
import { composeVault } from "#main/vault/index.ts";
import { cellarPaths } from "#node/paths.ts";

export type PartInfo = { port: number; token: string };

const [mode, port, folder] = process.argv.slice(2);
const chunk = Buffer.alloc(64 * 1024, "the quick brown fox jumps over the lazy dog ");

function tell(info: PartInfo): void {
  console.log(JSON.stringify(info));
}

function serve(server: Server): void {
  server.listen(0, "127.0.0.1", () => tell({ port: (server.address() as AddressInfo).port, token: "" }));
}

/** `/flood/<bytes>` streams, `/events` sends an event with the time each 5 ms, everything else answers a small JSON. */
function upstream(): Server {
  return createServer((request, response) => {
    const flood = /\/flood\/(\d+)/.exec(request.url ?? "")?.[1];
    if (flood !== undefined) {
      let left = Number(flood);
      const more = () => {
        while (left > 0) {
          left -= chunk.length;
          if (!response.write(chunk)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    } else if (request.url?.includes("/events")) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => response.write(`data: ${performance.timeOrigin + performance.now()}\n\n`), 5);
      response.on("close", () => clearInterval(timer));
    } else {
      request.resume();
      request.on("end", () =>
        response
          .setHeader("content-type", "application/json")
          .end('{"id":"x","content":[{"type":"text","text":"hello"}]}'),
      );
    }
  });
}

function proxy(): Server {
  const agent = new Agent({ keepAlive: true });
  return createServer((request, response) => {
    const up = httpRequest(
      { agent, host: "127.0.0.1", port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(up);
    response.on("close", () => up.destroy());
  });
}

/** On what main has: its vault, unlocked, its database, and the table of providers. */
async function broker(): Promise<void> {
  const endings = new Endings();
  const desktop = browserDesktop(Promise.resolve(""), () => {});
  const paths = cellarPaths({ ...process.env, CELLAR_HOME: join(folder!, "home"), XDG_RUNTIME_DIR: folder });
  const ground = layGround({ paths, desktop, version: "0", ownExtensions: true, endings });
  const vault = composeVault(ground);
  await vault.start();
  await vault.setUp("a passphrase of the bench");
  await vault.set("key", "sk-real-0123456789abcdefghij0123456789abcdefghij", false);
  const made = composeBroker(ground, vault).broker;
  const place = { header: "x-api-key", prefix: "" };
  const listener = await made.open({
    owner: { kind: "run", id: "bench" },
    listen: { loopback: 0 },
    routes: [
      {
        key: "llm/bench",
        upstream: { scheme: "http", host: "127.0.0.1", port: Number(port) },
        secret: { handle: "key" },
        credential: [{ from: place, to: place }],
        addresses: ["loopback"],
        provider: "anthropic",
      },
    ],
  });
  const { port: own } = listener.address as { port: number };
  tell({ port: own, token: listener.sentinel });
}

if (mode === "upstream") serve(upstream());
else if (mode === "proxy") serve(proxy());
else await broker();
