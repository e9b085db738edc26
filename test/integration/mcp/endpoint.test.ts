/** The endpoint itself: who is let in, where it is after a restart, and that nothing is left open. */

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "#test/product/call.ts";
import { cellarProgram, TestClient, type Way } from "#test/product/mcp.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { missing } from "#test/requirements.ts";

let product: Product;
let url: URL;
let token: string;
beforeAll(async () => {
  product = await Product.start();
  await renewed();
});
afterAll(() => product?.[Symbol.asyncDispose]());

async function renewed(): Promise<void> {
  url = new URL((await call(product, "mcp.endpoint", {})).url!);
  token = (await call(product, "mcp.token", {})).token;
}

const http: Way = { via: "http", protocol: "auto" };
const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "0" } },
};

/** `endless`: more of the body is promised, and never comes. */
type Wanted = {
  path?: string;
  method?: string;
  headers?: Record<string, string | null>;
  body?: string;
  endless?: boolean;
};

/** One request with good manners, but for what is said otherwise. */
async function ask({ path = url.pathname, method = "POST", headers = {}, body, endless = false }: Wanted = {}) {
  const all: Record<string, string | null> = {
    host: url.host,
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Record<string, string>;
  const asked = request({ host: url.hostname, port: url.port, path, method, headers: sent });
  asked.on("error", () => {});
  if (method === "POST") asked.write(body ?? JSON.stringify(initialize));
  if (!endless) asked.end();
  const [response] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

describe("the guard", () => {
  test("lets a good request in", async () => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"serverInfo"');
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    for (const name of ["localhost", "LOCALHOST", "[::1]"]) {
      expect((await ask({ headers: { host: `${name}:${url.port}` } })).status).toBe(200);
    }
  });

  test.each<[string, Wanted, number]>([
    ["a rebound name", { headers: { host: "evil.example" } }, 403],
    ["another port", { headers: { host: "127.0.0.1:1" } }, 403],
    ["another site", { headers: { origin: "https://evil.example" } }, 403],
    ["a page of loopback", { headers: { origin: "http://127.0.0.1:8080" } }, 403],
    ["a sandboxed page", { headers: { origin: "null" } }, 403],
    [
      "a preflight of a page",
      { method: "OPTIONS", headers: { origin: "https://evil.example", authorization: null } },
      403,
    ],
    ["another path", { path: "/" }, 404],
    ["a path below", { path: "/mcp/more" }, 404],
    ["an address in the path", { path: "//evil.example/mcp" }, 404],
    ["another path without a token", { path: "/other", headers: { authorization: null } }, 404],
    ["no token", { headers: { authorization: null } }, 401],
    ["a wrong token", { headers: { authorization: `Bearer ${"x".repeat(43)}` } }, 401],
    ["a token of another kind", { headers: { authorization: "Basic eDp5" } }, 401],
    ["a token in the address", { path: "/mcp?token=x", headers: { authorization: null } }, 401],
    ["no JSON", { body: "{" }, 400],
    ["another type", { headers: { "content-type": "text/plain" } }, 415],
    ["GET", { method: "GET" }, 405],
    ["DELETE", { method: "DELETE" }, 405],
  ])("%s", async (_name, wanted, status) => {
    const answer = await ask(wanted);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/\bat .*(\.ts|\.js|node:)/);
  });

  test("its own origin is no way in: there is no page of ours", async () => {
    expect((await ask({ headers: { origin: url.origin } })).status).toBe(403);
  });

  test("a body that is too large is refused, said or not, and main goes on", async () => {
    const large = "x".repeat(9 * 1024 * 1024);
    expect((await ask({ body: large })).status).toBe(413);
    expect((await ask({ headers: { "content-length": String(10 ** 12) }, body: "{}" })).status).toBe(413);
    // As soon as it is: what comes without an end is not collected until then.
    const chunked = { headers: { "transfer-encoding": "chunked" }, body: large, endless: true };
    expect((await ask(chunked)).status).toBe(413);
    expect((await ask()).status).toBe(200);
  });

  test("garbage that is no HTTP ends its connection only", async () => {
    const socket = connect(Number(url.port), url.hostname);
    socket.on("error", () => {});
    socket.end("\x16\x03\x01 not http\r\n\r\n");
    socket.resume();
    await once(socket, "close");
    expect((await ask()).status).toBe(200);
  });
});

describe("the person's token", () => {
  test("is kept in a file of theirs alone, and printed with the address", () => {
    const file = join(product.home, "mcp-token");
    expect(readFileSync(file, "utf8").trim()).toBe(token);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    const said = execFileSync(cellarProgram, ["mcp", "--http"], { env: product.environment, encoding: "utf8" });
    expect(JSON.parse(said)).toEqual({ url: url.href, token });
  });

  test("stops working the moment there is a new one, also for streams that are open", async () => {
    await using client = await TestClient.connect(product, http);
    const stream = await client.client.listen({ resourcesListChanged: true });
    const old = token;
    const { token: fresh } = await call(product, "mcp.rotateToken", {});
    expect(fresh).not.toBe(old);
    await stream.closed;
    expect((await ask()).status).toBe(401);
    await renewed();
    expect(token).toBe(fresh);
    expect((await ask()).status).toBe(200);
  });
});

describe("after a restart of main", () => {
  test("the same address and token work again, without a word of the client", async () => {
    await using client = await TestClient.connect(product, http);
    await client.result("pty_list");
    const { href } = url;
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      await product.end(signal);
      await expect(client.call("pty_list")).rejects.toThrow();
      await product.start();
      await renewed();
      expect(url.href).toBe(href);
      await client.result("pty_list");
    }
  });

  test("another port is taken when that of last time is not free, and said", async () => {
    const { href, port } = url;
    await product.end("SIGINT");
    const other = createServer((_request, response) => response.end());
    other.listen(Number(port), "127.0.0.1");
    await once(other, "listening");
    try {
      await product.start();
      await renewed();
      expect(url.href).not.toBe(href);
      expect(readFileSync(join(product.home, "mcp-port"), "utf8").trim()).toBe(url.port);
      await using client = await TestClient.connect(product, http);
      await client.result("pty_list");
    } finally {
      other.close();
    }
  });

  test.each(["", "80", "nonsense", "99999999"])("a port file that says %j harms nothing", async (text) => {
    await product.end("SIGINT");
    writeFileSync(join(product.home, "mcp-port"), text);
    writeFileSync(join(product.home, "mcp-token"), text);
    await product.start();
    await renewed();
    expect(Number(url.port)).toBeGreaterThan(1023);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await ask()).status).toBe(200);
  });
});

test.skipIf(missing("ss"))("clients that vanish leave nothing open", async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => TestClient.connect(product, http)));
  await Promise.all(clients.map(({ client }) => client.listen({ resourcesListChanged: true })));
  const sockets = () => {
    const rows = execFileSync("ss", ["-Htn", "state", "established", `sport = :${url.port}`], { encoding: "utf8" });
    return rows.split("\n").filter(Boolean).length;
  };
  expect(sockets()).toBeGreaterThanOrEqual(20);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  // Kept-alive ones go after their 5 s.
  await eventually(sockets, (open) => open === 0, 20_000);
});

test("main ends at once with streams and calls open", async () => {
  await using client = await TestClient.connect(product, http);
  await client.client.listen({ resourcesListChanged: true });
  const { terminal_id } = await client.result<{ terminal_id: string }>("pty_create", { cmd: "bash" });
  const running = client.call("cell_run", { terminal_id, code: "sleep 1000", timeout_seconds: 0 });
  running.catch(() => {});
  const held = () => call(product, "terminals.get", { id: terminal_id });
  await eventually(held, ({ heldCellId }) => heldCellId !== null);
  await product.end("SIGINT");
  await expect(running).rejects.toThrow();
  await product.start();
  await renewed();
});

test.skipIf(missing("ss"))("a port is only ever taken on loopback", () => {
  const rows = execFileSync("ss", ["-Htln", `sport = :${url.port}`], { encoding: "utf8" });
  expect(rows.trim().split("\n")).toHaveLength(1);
  expect(rows).toContain(`127.0.0.1:${url.port}`);
});
