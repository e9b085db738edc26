/** What the broker does when its upstream is not what it should be: never more than a refusal, and never a secret sent to somebody else. */
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { BrokerParts } from "#main/broker/index.ts";
import { sent, Upstream } from "#test/doubles/upstream.ts";
import { Certificates } from "#test/product/certificates.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";
import { ask, asking, Fixture, logged, realKey, route } from "./fixture.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

function kept<T extends AsyncDisposable>(one: T): T {
  open.push(one);
  return one;
}

async function brokerFor(upstream: Parameters<typeof route>[1] & { port: number }, parts: Partial<BrokerParts> = {}) {
  const fixture = kept(new Fixture(parts));
  const { port, ...more } = upstream;
  const listener = await fixture.open([route(port, more)]);
  return { fixture, listener, get: () => ask(listener, "/llm/test/x", { headers: asking(listener) }) };
}

test("an upstream that is not there", async () => {
  const closed = await Upstream.start();
  const { port } = closed;
  await closed[Symbol.asyncDispose]();
  const { get } = await brokerFor({ port });
  expect(await get()).toMatchObject({ status: 502, body: "broker upstream error: the connection was refused" });
});

test("an upstream that closes before it answers", async () => {
  const upstream = kept(await Upstream.start((request) => request.socket.destroy()));
  const { get } = await brokerFor({ port: upstream.port });
  expect(await get()).toMatchObject({ status: 502, body: "broker upstream error: the connection was closed" });
  // The request may have been taken: it is not sent a second time.
  expect(upstream.asked.length).toBe(1);
});

test("an upstream that closes in the middle of its answer: the client sees that it is not whole", async () => {
  const upstream = kept(
    await Upstream.start((request, response) => {
      response.write("half", () => request.socket.destroy());
    }),
  );
  const { get, listener } = await brokerFor({ port: upstream.port });
  await expect(get()).rejects.toThrow();
  await logged(listener, 1);
  expect(listener.requests.values().at(-1)).toMatchObject({ decision: "cut", status: 200, bytesDown: 4 });
});

test.each([500, 503, 529, 429, 401])("an upstream's %i passes with its body", async (status) => {
  const upstream = kept(
    await Upstream.start((_, response) => response.writeHead(status, { "retry-after": "7" }).end('{"error":"x"}')),
  );
  const { get } = await brokerFor({ port: upstream.port });
  expect(await get()).toMatchObject({ status, body: '{"error":"x"}', headers: { "retry-after": "7" } });
});

test("a redirect is passed back and not followed", async () => {
  const other = kept(await Upstream.start());
  const upstream = kept(
    await Upstream.start((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${other.port}/?k=${realKey}` }).end(),
    ),
  );
  const { get } = await brokerFor({ port: upstream.port });
  const { status, headers } = await get();
  expect({ status, location: headers.location }).toEqual({
    status: 302,
    location: `http://127.0.0.1:${other.port}/?k=[redacted]`,
  });
  expect(other.asked).toEqual([]);
});

test("what an upstream says about its connection, cookies and other protocols stays behind", async () => {
  const upstream = kept(
    await Upstream.start((_, response) =>
      response
        .writeHead(200, {
          connection: "x-hop",
          "x-hop": "1",
          "set-cookie": "session=1",
          "alt-svc": 'h3=":443"',
          "access-control-allow-origin": "*",
          "request-id": "r",
        })
        .end("x"),
    ),
  );
  const { get } = await brokerFor({ port: upstream.port });
  const { headers } = await get();
  expect(headers).toMatchObject({ "request-id": "r", "transfer-encoding": "chunked" });
  for (const name of ["x-hop", "set-cookie", "alt-svc", "access-control-allow-origin", "content-length"])
    expect(headers).not.toHaveProperty(name);
});

test("something that does not speak HTTP", async () => {
  const server: Server = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { get } = await brokerFor({ port: (server.address() as { port: number }).port });
  expect((await get()).status).toBe(502);
  server.close();
});

test("an answer with two lengths, which each reader would end elsewhere", async () => {
  const server: Server = createServer((socket) =>
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { get } = await brokerFor({ port: (server.address() as { port: number }).port });
  expect((await get()).status).toBe(502);
  server.close();
});

test("an upstream that answers nothing: the limit ends it", async () => {
  const upstream = kept(await Upstream.start(() => {}));
  const { get } = await brokerFor({ port: upstream.port }, { timing: { idleMs: 100 } });
  expect(await get()).toMatchObject({ status: 502, body: "broker upstream error: no answer within 0 s" });
});

test("an upstream that never finishes connecting: the limit ends it", async () => {
  // Accepts, and says nothing where a TLS handshake should be.
  const server: Server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const { get } = await brokerFor(
    { port, upstream: { scheme: "https", host: "127.0.0.1", port } },
    { timing: { connectMs: 100 } },
  );
  expect(await get()).toMatchObject({ status: 502, body: "broker upstream error: no connection within 0.1 s" });
  server.close();
});

test("an answer that goes silent: the limit ends it", async () => {
  const upstream = kept(await Upstream.start((_, response) => void response.write("some")));
  const { get, listener } = await brokerFor({ port: upstream.port }, { timing: { idleMs: 150 } });
  await expect(get()).rejects.toThrow();
  await logged(listener, 1);
  expect(listener.requests.values().at(-1)).toMatchObject({ decision: "cut", reason: "no bytes for too long" });
});

const named = (port: number) => ({ port, upstream: { scheme: "http" as const, host: "api.test", port } });

test.each([
  ["a loopback address", ["127.0.0.1"], []],
  ["the metadata address", ["169.254.169.254"], ["loopback"]],
  ["a private address", ["10.0.0.1"], ["loopback"]],
  ["a good and a bad address", ["127.0.0.1", "10.0.0.1"], ["loopback"]],
  ["a mapped address", ["::ffff:127.0.0.1"], ["loopback"]],
  ["an address spelled oddly", ["0x7f.1"], ["loopback"]],
  ["a public address, where the secret goes unencrypted and only here", ["192.88.1.1"], ["loopback"]],
] as const)("a name at %s is not dialled", async (_, addresses, allowed) => {
  const upstream = kept(await Upstream.start());
  const { get } = await brokerFor(
    { ...named(upstream.port), addresses: [...allowed] },
    { dialer: { resolve: async () => [...addresses] } },
  );
  const { status, body } = await get();
  expect(status).toBe(502);
  expect(body).toMatch(/^broker upstream error: api\.test is at an? .* address, which may not be reached$/);
  expect(upstream.sockets).toEqual([]);
});

test("a name that changes its address between check and connection (DNS rebinding) is asked once", async () => {
  const upstream = kept(await Upstream.start());
  const answers = [["127.0.0.1"], ["10.0.0.1"]];
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    return answers[asked.length - 1]!;
  };
  const { get } = await brokerFor(named(upstream.port), { dialer: { resolve } });
  expect((await get()).status).toBe(200);
  expect(asked).toEqual(["api.test"]);
  expect(sent(upstream.asked[0], "host")).toEqual([`api.test:${upstream.port}`]);
});

test("of several addresses the one that answers is used", async () => {
  const upstream = kept(await Upstream.start());
  // Nothing listens on the first.
  const { get } = await brokerFor(named(upstream.port), {
    dialer: { resolve: async () => ["127.0.0.9", "127.0.0.1"] },
  });
  expect((await get()).status).toBe(200);
});

test("a connection is kept for the next request, and a stale one is not used", async () => {
  const upstream = kept(await Upstream.start());
  const { get } = await brokerFor({ port: upstream.port });
  await get();
  await get();
  expect(upstream.sockets.length).toBe(1);
  const [socket] = upstream.sockets;
  const closed = new Promise((resolve) => socket!.once("close", resolve));
  socket!.destroy();
  await closed;
  expect((await get()).status).toBe(200);
  expect(upstream.sockets.length).toBe(2);
});

test.skipIf(missing("openssl"))(
  "TLS: only a certificate of a trusted authority, for this name, at this time",
  async () => {
    using folder = new TemporaryFolder("certificates");
    const certificates = new Certificates(folder);
    const rows = [
      ["good", certificates.signed(["api.test"]), 200, "hello"],
      ["expired", certificates.signed(["api.test"], "20200101", "20210101"), 502, "its certificate has expired"],
      [
        "not yet valid",
        certificates.signed(["api.test"], "20380101", "20400101"),
        502,
        "its certificate is not valid yet",
      ],
      ["for another name", certificates.signed(["other.test"]), 502, "its certificate is for another name"],
      ["self-signed", certificates.selfSigned("api.test"), 502, "its certificate is signed by itself"],
    ] as const;
    for (const [name, pair, status, text] of rows) {
      const upstream = kept(await Upstream.start(undefined, pair));
      const secure = {
        port: upstream.port,
        upstream: { scheme: "https" as const, host: "api.test", port: upstream.port },
      };
      const dialer = { resolve: async () => ["127.0.0.1"], ca: [certificates.ca] };
      const { get } = await brokerFor(secure, { dialer });
      const answer = await get();
      expect({ name, status: answer.status, text: answer.body.replace("broker upstream error: ", "") }).toEqual({
        name,
        status,
        text,
      });
      // The key is sent only once the certificate was good.
      expect(upstream.asked.length).toBe(status === 200 ? 1 : 0);
    }
    const untrusted = kept(await Upstream.start(undefined, certificates.signed(["api.test"])));
    const { get } = await brokerFor(
      { port: untrusted.port, upstream: { scheme: "https", host: "api.test", port: untrusted.port } },
      { dialer: { resolve: async () => ["127.0.0.1"] } },
    );
    expect((await get()).body).toMatch(/signed by an authority that is not trusted|signed by itself/);
  },
);
