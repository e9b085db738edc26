/** CONNECT as a hostile or clumsy client uses it, on a socket of its own. */

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { text, World } from "#test/gateway-world.ts";
import { flood } from "#test/product/flood.ts";
import { eventually } from "#test/product/processes.ts";

let world: World;
afterEach(() => world?.[Symbol.asyncDispose]());

const refused = (answer: string) => /X-Cellar-Decision: denied; reason=(\w+)/.exec(answer)?.[1] ?? answer;
const connectTo = (target: string) => world.raw(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);

/** A port of the world's own under `name`; `any`: without a look at what passes. */
async function site(handler: (socket: Socket) => void, any = true): Promise<number> {
  const port = await world.tcp(handler);
  world.names.set("raw.example", "127.0.0.1");
  world.allow("raw.example", port, { anyProtocol: any });
  return port;
}

describe("where a tunnel may go", () => {
  test.each([
    ["127.0.0.1:443", "address_not_allowed"],
    ["2130706433:443", "address_not_allowed"],
    ["0x7f.1:443", "address_not_allowed"],
    ["0177.0.0.1:443", "address_not_allowed"],
    ["127.1:443", "address_not_allowed"],
    ["[::1]:443", "address_not_allowed"],
    ["[::ffff:127.0.0.1]:443", "address_not_allowed"],
    ["[0:0:0:0:0:ffff:7f00:1]:443", "address_not_allowed"],
    ["169.254.169.254:80", "address_not_allowed"],
    ["[fd00:ec2::254]:80", "address_not_allowed"],
    ["evil.example:443", "host_not_allowed"],
    ["api.example:22", "port_not_allowed"],
    ["api.example:0", "malformed"],
    ["api.example:65536", "malformed"],
    ["api.example:443:443", "malformed"],
    ["api.example", "malformed"],
    ["user:password@api.example:443", "malformed"],
    ["http://api.example:443", "malformed"],
    ["api.example/x:443", "malformed"],
    ["bücher.example:443", "malformed"],
  ])("%s: %s", async (target, reason) => {
    world = await World.open([{ host: "api.example" }]);
    const answer = await connectTo(target);
    // What no parser takes is refused before there is anything to decide about.
    expect(answer.startsWith("HTTP/1.1 400 Bad Request\r\nConnection: close") ? "malformed" : refused(answer)).toBe(
      reason,
    );
    expect(world.lookups).toEqual([]);
  });

  test("not where the Host header names somebody else", async () => {
    world = await World.open([{ host: "api.example" }, { host: "b.example" }]);
    expect(refused(await world.raw("CONNECT api.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n"))).toBe(
      "malformed",
    );
  });

  test("not to a name that leads to a private address, nor when it does so only the second time it is asked", async () => {
    world = await World.open([{ host: "rebind.example" }, { host: "inside.example" }, { host: "gone.example" }]);
    let asked = 0;
    world.names.set("rebind.example", () => (asked++ === 0 ? "192.0.2.1" : "127.0.0.1"));
    world.names.set("inside.example", "10.0.0.1");
    for (const host of ["inside.example", "gone.example"]) {
      const tunnel = await world.tunnel(`${host}:443`);
      connectTls({ socket: tunnel, servername: host }).on("error", () => {});
      await once(tunnel, "close");
    }
    expect(
      await world.decision(({ host, durationMs }) => host === "inside.example" && durationMs !== null),
    ).toMatchObject({
      reason: "address_refused",
    });
    expect(
      await world.decision(({ host, durationMs }) => host === "gone.example" && durationMs !== null),
    ).toMatchObject({
      reason: "name_not_found",
    });
    const socket = await world.tunnel("rebind.example:443");
    connectTls({ socket, servername: "rebind.example" }).on("error", () => {});
    await once(socket, "close");
    expect(asked).toBe(1);
    expect(world.decisions().find(({ host }) => host === "rebind.example")?.reason).toMatch(
      /address_refused|unreachable/,
    );
  });
});

describe("what may be in a tunnel", () => {
  async function handshake(target: string, options: object, pieces?: number): Promise<string> {
    const socket = await world.tunnel(target);
    if (pieces !== undefined) splitWrites(socket, pieces);
    const secured = connectTls({ socket, ca: world.ca.cert, ...options });
    try {
      await once(secured, "secureConnect");
      return "established";
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      secured.destroy();
    }
  }
  /** Every write as many small ones. */
  function splitWrites(socket: Socket, size: number): void {
    const write = socket._write.bind(socket);
    Object.assign(socket, { _writev: null });
    socket._write = (chunk: Buffer, encoding, done) => {
      let at = 0;
      const next = (error?: Error | null): void => {
        at += size;
        if (error || at >= chunk.length + size) done(error);
        else write(chunk.subarray(at - size, at), encoding, (failed) => setImmediate(next, failed));
      };
      next();
    };
  }

  test("TLS that names the host that was asked for, whole or in small pieces", async () => {
    world = await World.open([]);
    const { port } = await world.https("api.example.org", (_, response) => response.end("hello"));
    world.allow("api.example.org", port);
    const target = `api.example.org:${port}`;
    expect(await handshake(target, { servername: "api.example.org" })).toBe("established");
    expect(await handshake(target, { servername: "API.example.org" })).toBe("established");
    expect(await handshake(target, { servername: "api.example.org" }, 7)).toBe("established");
  });

  test("no TLS for another name, and none without a name", async () => {
    world = await World.open([]);
    let connected = 0;
    const { port, server } = await world.https("api.example.org", (_, response) => response.end("hello"));
    server.on("connection", () => connected++);
    world.allow("api.example.org", port);
    const target = `api.example.org:${port}`;
    expect(await handshake(target, { servername: "evil.example" })).toBe("ERR_SSL_TLSV1_UNRECOGNIZED_NAME");
    expect(await handshake(target, { servername: "" })).toBe("ERR_SSL_TLSV1_UNRECOGNIZED_NAME");
    expect(world.decisions().map(({ reason }) => reason)).toEqual(["server_name_differs", "server_name_missing"]);
    expect(connected).toBe(0);
  });

  test("no SSH and no other protocol, unless a rule says that anything may pass", async () => {
    world = await World.open([]);
    const port = await site((socket) => socket.end("SSH-2.0-server\r\n"), false);
    const client = await world.tunnel(`raw.example:${port}`);
    client.write("SSH-2.0-client\r\n");
    await text(client);
    expect(world.decisions()).toMatchObject([{ reason: "protocol_not_allowed", outcome: "denied" }]);
    const open = await site((socket) => socket.end("SSH-2.0-server\r\n"));
    expect(await text(await world.tunnel(`raw.example:${open}`))).toBe("SSH-2.0-server\r\n");
  });

  test("a tunnel inside a tunnel is refused", async () => {
    world = await World.open([{ host: "raw.example", ports: [80] }]);
    const client = await world.tunnel("raw.example:80");
    client.write("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n");
    expect(await text(client)).toMatch(/^HTTP\/1.1 405/);
  });

  test("HTTP in a tunnel goes where the tunnel goes, and nowhere else", async () => {
    world = await World.open([]);
    const { port } = await world.http((request, response) => response.end(`for ${request.headers.host}`));
    world.names.set("plain.example", "127.0.0.1");
    for (const host of ["plain.example", "other.example"]) world.allow(host, port);
    const ask = async (head: string) => {
      const client = await world.tunnel(`plain.example:${port}`);
      client.write(head);
      return text(client);
    };
    const close = "Connection: close\r\n\r\n";
    expect(await ask(`GET / HTTP/1.1\r\nHost: plain.example:${port}\r\n${close}`)).toContain(
      `for plain.example:${port}`,
    );
    expect(refused(await ask(`GET / HTTP/1.1\r\nHost: other.example:${port}\r\n${close}`))).toBe("host_differs");
    expect(
      refused(await ask(`GET http://other.example:${port}/ HTTP/1.1\r\nHost: other.example:${port}\r\n${close}`)),
    ).toBe("malformed");
  });
});

describe("how bytes pass", () => {
  test("unchanged, both ways, and one end may close before the other", async () => {
    world = await World.open([]);
    const sent = randomBytes(3_000_000);
    const port = await site(async (socket) => {
      const hash = createHash("sha256");
      for await (const chunk of socket) hash.update(chunk);
      // The client has closed its end by now.
      socket.end(hash.digest("hex"));
    });
    const client = await world.tunnel(`raw.example:${port}`);
    client.end(sent);
    expect(await text(client)).toBe(createHash("sha256").update(sent).digest("hex"));
    const decision = await world.decision(({ durationMs }) => durationMs !== null);
    expect(decision).toMatchObject({ bytesOut: 3_000_000, bytesIn: 64 });
  });

  test("no faster than they are taken: a slow client stops a fast server", async () => {
    world = await World.open([]);
    let written = 0;
    const chunk = Buffer.alloc(65_536);
    const port = await site((socket) => {
      const fill = () => {
        while (written < 500_000_000 && socket.write(chunk)) written += chunk.length;
      };
      socket.on("drain", fill);
      fill();
    });
    const client = await world.tunnel(`raw.example:${port}`);
    // It stays where it is once all buffers on the way are full.
    let before = -1;
    await eventually(
      async () => {
        const same = written > 0 && written === before;
        before = written;
        await after(150);
        return same;
      },
      (same) => same,
    );
    expect(written).toBeLessThan(60_000_000);
    client.destroy();
    await world.decision(({ durationMs }) => durationMs !== null);
  });

  test("a gigabyte takes no memory", async () => {
    world = await World.open([]);
    const total = 1024 ** 3;
    const chunk = Buffer.alloc(1024 ** 2);
    const port = await site((socket) => flood(socket, chunk, total));
    const client = await world.tunnel(`raw.example:${port}`);
    let received = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    client.on("data", (bytes) => {
      received += bytes.length;
      if (received % 2 ** 24 < bytes.length) most = Math.max(most, process.memoryUsage().rss - before);
    });
    client.resume();
    await once(client, "end");
    client.end();
    expect(received).toBe(total);
    expect(most).toBeLessThan(200 * 1024 ** 2);
  });

  test("not any more once the rule is gone, or the gateway", async () => {
    world = await World.open([]);
    const port = await site((socket) => socket.write("hello"));
    const first = await world.tunnel(`raw.example:${port}`);
    first.resume();
    await once(first, "data");
    const [rule] = world.gateways.rules.values();
    world.gateways.removeRule(rule!.id);
    await once(first, "end");
    world.allow("raw.example", port, { anyProtocol: true });
    const second = await world.tunnel(`raw.example:${port}`);
    second.resume();
    await once(second, "data");
    await world.gateways.close("bottle-000000000001");
    await once(second, "end");
    const late = connectTcp({ path: world.socket });
    await expect(once(late, "connect")).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  });
});
