/** HTTP that the gateway reads: how it is decided, sent on, and kept from being smuggled. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { World } from "#test/gateway-world.ts";

let world: World;
afterEach(() => world?.[Symbol.asyncDispose]());

const refused = (answer: string) =>
  /X-Cellar-Decision: denied; reason=(\w+)/.exec(answer)?.[1] ?? answer.split("\r\n")[0];

type Seen = { method: string; url: string; headers: string[]; body: string };

/** An upstream that writes down what reaches it. */
async function upstream(more: Parameters<World["allow"]>[2] = {}): Promise<{ port: number; seen: Seen[] }> {
  world = await World.open([]);
  const seen: Seen[] = [];
  const { port } = await world.http((request, response) => void answer(request).then(() => response.end("answer")));
  async function answer(request: IncomingMessage) {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method!, url: request.url!, headers: request.rawHeaders, body });
  }
  world.names.set("plain.example", "127.0.0.1");
  world.allow("plain.example", port, more);
  return { port, seen };
}

const head = (port: number, lines: string[], line = `GET http://plain.example:${port}/x HTTP/1.1`) =>
  [line, `Host: plain.example:${port}`, ...lines, "Connection: close", "", ""].join("\r\n");

describe("a request", () => {
  test("is sent on as its own, without what was meant for the gateway", async () => {
    const { port, seen } = await upstream();
    const lines = [
      "Proxy-Authorization: Basic eDp5",
      "Proxy-Connection: keep-alive",
      "X-Hop: 1",
      "X-Two: a",
      "X-Two: b",
      "TE: trailers",
      "X-Cellar-Probe: x",
    ];
    const answer = await world.raw(head(port, lines).replace("Connection: close", "Connection: close, x-hop"));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(seen).toEqual([
      { method: "GET", url: "/x", headers: ["Host", `plain.example:${port}`, "X-Two", "a", "X-Two", "b"], body: "" },
    ]);
  });

  test.each<[string, (port: number) => string, string]>([
    ["two hosts", (port) => head(port, ["Host: evil.example"]), "host_differs"],
    ["another host in its header", (port) => head(port, []).replace(/Host: \S+/, "Host: evil.example"), "host_differs"],
    [
      "another port in its header",
      (port) => head(port, []).replace(/Host: \S+/, "Host: plain.example:1"),
      "host_differs",
    ],
    ["no host", (port) => head(port, []).replace(/Host: \S+\r\n/, ""), "HTTP/1.1 400 Bad Request"],
    ["only a path", (port) => head(port, [], "GET /x HTTP/1.1"), "malformed"],
    ["https in absolute form", (port) => head(port, [], `GET https://plain.example:${port}/x HTTP/1.1`), "malformed"],
    [
      "a user in its address",
      (port) => head(port, [], `GET http://plain.example:80@evil.example/ HTTP/1.1`),
      "malformed",
    ],
    [
      "a backslash in its address",
      (port) => head(port, [], `GET http://evil.example\\@plain.example:${port}/ HTTP/1.1`),
      "HTTP/1.1 400 Bad Request",
    ],
    [
      "a length and chunks",
      (port) => head(port, ["Content-Length: 3", "Transfer-Encoding: chunked"]),
      "HTTP/1.1 400 Bad Request",
    ],
    ["two lengths", (port) => head(port, ["Content-Length: 3", "Content-Length: 4"]), "HTTP/1.1 400 Bad Request"],
    ["a strange encoding", (port) => head(port, ["Transfer-Encoding: gzip, chunked"]), "malformed"],
    ["an encoding that hides", (port) => head(port, ["Transfer-Encoding: xchunked"]), "malformed"],
    ["a line feed alone", (port) => head(port, []).replace("\r\nHost", "\nHost"), "HTTP/1.1 400 Bad Request"],
    ["a folded header", (port) => head(port, ["X: a\r\n b"]), "HTTP/1.1 400 Bad Request"],
    ["a space before a colon", (port) => head(port, ["X : a"]), "HTTP/1.1 400 Bad Request"],
    [
      "headers without an end",
      (port) =>
        head(
          port,
          Array.from({ length: 3000 }, (_, n) => `X-${n}: ${"a".repeat(40)}`),
        ),
      "HTTP/1.1 431 Request Header Fields Too Large",
    ],
  ])("is refused with %s, and nothing reaches anybody", async (_, bytes, expected) => {
    const { port, seen } = await upstream();
    expect(refused(await world.raw(bytes(port)))).toBe(expected);
    expect(seen).toEqual([]);
  });

  test("cannot carry another one behind its end", async () => {
    const { port, seen } = await upstream();
    const inner = "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    const post = head(port, [`Content-Length: ${inner.length}`], `POST http://plain.example:${port}/x HTTP/1.1`);
    await world.raw(post + inner);
    expect(seen.map(({ method, body }) => [method, body])).toEqual([["POST", inner]]);
  });

  test("is decided by method and path, on each request of a connection", async () => {
    const { port, seen } = await upstream({ methods: ["GET"], paths: ["/v1"] });
    const one = (method: string, path: string) =>
      `${method} http://plain.example:${port}${path} HTTP/1.1\r\nHost: plain.example:${port}\r\n`;
    const answers = await world.raw(`${one("GET", "/v1/a?secret=1")}\r\n${one("GET", "/v2")}Connection: close\r\n\r\n`);
    expect(answers).toMatch(/^HTTP\/1\.1 200[\s\S]*reason=path_not_allowed/);
    expect(refused(await world.raw(`${one("DELETE", "/v1")}Connection: close\r\n\r\n`))).toBe("method_not_allowed");
    expect(seen.map(({ url }) => url)).toEqual(["/v1/a?secret=1"]);
    expect(world.decisions().map(({ method, path, outcome }) => [method, path, outcome])).toEqual([
      ["GET", "/v1/a", "allowed"],
      ["GET", "/v2", "denied"],
      ["DELETE", "/v1", "denied"],
    ]);
  });

  test("with a body passes it as it comes, and says whether it may first when asked", async () => {
    const { port, seen } = await upstream();
    const socket = connect({ path: world.socket, allowHalfOpen: true });
    socket.write(
      head(port, ["Expect: 100-continue", "Content-Length: 5"], `POST http://plain.example:${port}/x HTTP/1.1`),
    );
    const [first] = (await once(socket, "data")) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1\.1 100 Continue/);
    socket.write("hello");
    const [second] = (await once(socket, "data")) as [Buffer];
    expect(second.toString()).toMatch(/^HTTP\/1\.1 200/);
    socket.destroy();
    expect(seen[0]).toMatchObject({ body: "hello" });
  });

  test("is answered as the answer comes: the first byte before the last", async () => {
    world = await World.open([]);
    const { promise, resolve } = Promise.withResolvers<void>();
    const { port } = await world.http(async (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      await promise;
      response.end("data: 2\n\n");
    });
    world.names.set("plain.example", "127.0.0.1");
    world.allow("plain.example", port);
    const socket = connect({ path: world.socket, allowHalfOpen: true });
    socket.write(head(port, []));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
      if (answer.includes("data: 1")) resolve();
    });
    await once(socket, "end");
    socket.end();
    expect(answer).toContain("data: 2");
  });

  test("says when the host cannot be reached", async () => {
    world = await World.open([{ host: "gone.example" }]);
    const answer = await world.raw("GET http://gone.example/ HTTP/1.1\r\nHost: gone.example\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 502[\s\S]*reason=name_not_found/);
  });

  test("follows no redirect: where it leads is decided when it is asked for", async () => {
    world = await World.open([]);
    const { port } = await world.http((_, response) =>
      response.writeHead(302, { location: "http://evil.example/" }).end(),
    );
    world.names.set("plain.example", "127.0.0.1");
    world.allow("plain.example", port);
    const { out } = await world.run("curl", [
      "-sSL",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code} %{num_redirects}",
      `http://plain.example:${port}/`,
    ]);
    expect(out).toBe("403 1");
    expect(world.lookups).toEqual(["plain.example"]);
  });
});

test("a WebSocket passes, in a tunnel and in absolute form", async () => {
  world = await World.open([]);
  const { port, server } = await world.http((_, response) => response.end());
  new WebSocketServer({ server }).on("connection", (socket) =>
    socket.on("message", (data) => socket.send(`echo ${data}`)),
  );
  world.names.set("plain.example", "127.0.0.1");
  world.allow("plain.example", port);
  const asking = [
    `GET http://plain.example:${port}/chat HTTP/1.1`,
    `Host: plain.example:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ].join("\r\n");
  const socket = connect({ path: world.socket });
  socket.write(asking);
  const [first] = (await once(socket, "data")) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 101/);
  socket.destroy();
  const tunnel = await world.tunnel(`plain.example:${port}`);
  const inside = new WebSocket(`ws://plain.example:${port}/chat`, { createConnection: () => tunnel as never });
  tunnel.resume();
  await once(inside, "open");
  inside.send("hello");
  const [data] = await once(inside, "message");
  expect(String(data)).toBe("echo hello");
  inside.close();
  await once(inside, "close");
  expect(await world.decision(({ outcome, durationMs }) => outcome === "allowed" && durationMs !== null)).toMatchObject(
    { kind: "request", path: "/chat" },
  );
});

test("a listener that others can reach wants its password, and keeps it over a restart", async () => {
  world = new World();
  world.start();
  const listen = { type: "address", address: "127.0.0.1", port: 0, dnsPort: null } as const;
  const { listening, password } = await world.openBottle([], { listen });
  if (listening.type !== "address") throw new Error("not an address");
  const { port } = await world.http((_, response) => response.end("answer"));
  world.names.set("plain.example", "127.0.0.1");
  world.allow("plain.example", port);
  const curl = async (proxy: string) => {
    const { out } = await world.run("curl", [
      "-sS",
      "-x",
      proxy,
      "-w",
      " %{http_code}",
      `http://plain.example:${port}/`,
    ]);
    return out.trim();
  };
  expect(await curl(`http://127.0.0.1:${listening.port}`)).toBe("407");
  expect(await curl(`http://cellar:wrong@127.0.0.1:${listening.port}`)).toBe("407");
  expect(await curl(`http://cellar:${password}@127.0.0.1:${listening.port}`)).toBe("answer 200");
  world.stop();
  world.start();
  expect(await world.openBottle([], { listen: listening })).toMatchObject({ listening, password });
  expect(await curl(`http://cellar:${password}@127.0.0.1:${listening.port}`)).toBe("answer 200");
});
