/** The loopback server over real sockets: who gets in, what is refused, and that nothing is left open. */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/websocket";
import type { ContractRouterClient } from "@orpc/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { bearer, largestMessageBytes, rpcPath, rpcProtocol, subprotocols, uploadPath } from "#shared/connection.ts";
import type { Contract } from "#shared/contract/index.ts";
import { Failure } from "#shared/failure.ts";
import { anyInfo, RpcParts } from "#test/rpc-parts.ts";
import { type Loopback, serveLoopback } from "./loopback.ts";

type Upload = { id: string; path: string; bytes: number };

let parts: RpcParts;
let loopback: Loopback;
let uploads: Upload[];
let calls: number;
let streaming: { signal: AbortSignal }[];

beforeEach(async () => {
  uploads = [];
  calls = 0;
  streaming = [];
  parts = new RpcParts({
    "app.info": () => {
      calls += 1;
      return anyInfo;
    },
    "app.openLink": () => {
      throw new Error("a secret path: /root/.ssh");
    },
    "app.layout": () => ({ layout: 42 }),
    "settings.get": () => {
      throw new Failure("conflict", "no", { hint: "do this", logPath: "/log" });
    },
    "jobs.watch": async function* ({ signal }: { signal?: AbortSignal }) {
      streaming.push({ signal: signal! });
      yield { type: "all", items: [] };
      await once(signal!, "abort");
    } as never,
    "cells.events": async function* () {
      yield { type: "closed", terminalId: "term-00000001", at: new Date().toISOString() };
      throw new Error("breaks in mid-stream");
    } as never,
  });
  mkdirSync(parts.folder.in("window"));
  writeFileSync(parts.folder.in("window/index.html"), "<!doctype html><title>Cellar</title>");
  loopback = await serveLoopback({
    rpc: parts.rpc,
    terminalStreams: { open: () => Promise.reject(new Failure("not_found", "no such terminal")) },
    uploads: {
      receive: async (id, path, body) => {
        if (path.includes("..")) throw new Failure("refused", "outside of the upload");
        let bytes = 0;
        for await (const chunk of body) bytes += chunk.length;
        uploads.push({ id, path, bytes });
      },
    },
    rendererFolder: parts.folder.in("window"),
  });
});

afterEach(async () => {
  await loopback.close();
  parts[Symbol.dispose]();
});

type Knock = { path?: string; protocols?: string[]; headers?: Record<string, string> };

function knock({ path = rpcPath, protocols = subprotocols(rpcProtocol, loopback.token), headers = {} }: Knock) {
  return new WebSocket(`ws://127.0.0.1:${loopback.port}${path}`, protocols, { headers });
}

/** How a refusal reads: the HTTP status before the upgrade, or the close code after it. */
function outcome(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve(`${response.statusCode} ${(JSON.parse(body) as { code: string }).code}`));
    });
    socket.once("close", (code, reason) => resolve(`${code} ${reason.toString().split(":")[0]}`));
    socket.once("error", () => {});
    socket.once("open", () => setTimeout(() => resolve("open"), 200).unref());
  });
}

function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: loopback.port, path, method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, body, headers: response.headers }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

function client(): { client: ContractRouterClient<Contract>; socket: WebSocket } {
  const socket = knock({});
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return { client: createORPCClient(link), socket };
}

describe("a WebSocket gets in", () => {
  test("with the token, from our own page or from a program", async () => {
    expect(await outcome(knock({}))).toBe("open");
    expect(await outcome(knock({ headers: { origin: `http://127.0.0.1:${loopback.port}` } }))).toBe("open");
    const local = `localhost:${loopback.port}`;
    expect(await outcome(knock({ headers: { host: local, origin: `http://${local}` } }))).toBe("open");
  });

  test("and the token is never echoed", async () => {
    const socket = knock({});
    await once(socket, "open");
    expect(socket.protocol).toBe(rpcProtocol);
    socket.close();
  });

  test.each<[string, () => Knock, string]>([
    ["without a token", () => ({ protocols: [rpcProtocol] }), "4401 unauthorized"],
    ["with a wrong token", () => ({ protocols: subprotocols(rpcProtocol, "x".repeat(43)) }), "4401 unauthorized"],
    [
      "with half a token",
      () => ({ protocols: subprotocols(rpcProtocol, loopback.token.slice(0, 20)) }),
      "4401 unauthorized",
    ],
    [
      "with the token in the address",
      () => ({ protocols: [rpcProtocol], path: `${rpcPath}?token=${loopback.token}` }),
      "4401 unauthorized",
    ],
    [
      "with the token in a header or cookie",
      () => ({
        protocols: [rpcProtocol],
        headers: { authorization: bearer(loopback.token), cookie: `token=${loopback.token}` },
      }),
      "4401 unauthorized",
    ],
    ["from another site", () => ({ headers: { origin: "http://evil.example" } }), "403 refused"],
    ["from a sandboxed frame", () => ({ headers: { origin: "null" } }), "403 refused"],
    ["from another port", () => ({ headers: { origin: "http://127.0.0.1:1" } }), "403 refused"],
    ["under a name that was rebound to us", () => ({ headers: { host: "evil.example" } }), "403 refused"],
    [
      "under such a name with its own origin",
      () => ({ headers: { host: "evil.example", origin: "http://evil.example" } }),
      "403 refused",
    ],
    ["at another path", () => ({ path: "/other" }), "4404 not_found"],
    ["for a terminal under the contract's protocol", () => ({ path: "/terminal/term-00000001" }), "4404 not_found"],
    [
      "for something that is no terminal",
      () => ({
        path: "/terminal/..%2f..%2fetc",
        protocols: subprotocols("cellar.terminal.1", loopback.token),
      }),
      "4400 invalid_input",
    ],
    [
      "with a size that is none",
      () => ({
        path: "/terminal/term-00000001?cols=1&rows=-5",
        protocols: subprotocols("cellar.terminal.1", loopback.token),
      }),
      "4400 invalid_input",
    ],
    [
      "for a terminal that is not there",
      () => ({ path: "/terminal/term-00000001", protocols: subprotocols("cellar.terminal.1", loopback.token) }),
      "4404 not_found",
    ],
  ])("but not %s", async (_name, how, refusal) => {
    expect(await outcome(knock(how()))).toBe(refusal);
    expect(calls).toBe(0);
  });

  test("but not when it names no protocol that is served", async () => {
    expect(await outcome(knock({ protocols: ["something.else", ...subprotocols("x", loopback.token)] }))).not.toBe(
      "open",
    );
  });
});

describe("a call", () => {
  test("fails with a code of the closed set, and never with a stack", async () => {
    const { client: cellar, socket } = client();
    const said = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => null,
        (thrown: unknown) => thrown as { toJSON(): object; stack: string },
      );
      const text = JSON.stringify(error?.toJSON());
      expect(text).not.toMatch(/secret|\.ssh|at .*\.ts/);
      return error?.toJSON() as { code: string; message: string; data: object };
    };
    expect(await said(cellar.settings.get({}))).toMatchObject({
      code: "conflict",
      message: "no",
      data: { hint: "do this", logPath: "/log" },
    });
    expect(await said(cellar.app.openLink({ url: "x" }))).toMatchObject({
      code: "internal",
      data: { logPath: parts.logPath },
    });
    expect(parts.log()).toContain("a secret path");
    expect(await said(cellar.app.layout({}))).toMatchObject({ code: "internal" });
    expect(await said(cellar.app.info({ extra: 1 } as never))).toMatchObject({ code: "invalid_input" });
    expect(
      await said((cellar as never as Record<string, { x(input: object): Promise<unknown> }>)["nope"]!.x({})),
    ).toMatchObject({ code: "not_found" });
    socket.close();
  });

  test("that breaks in mid-stream ends that stream only", async () => {
    const { client: cellar, socket } = client();
    const events = await cellar.cells.events({});
    expect((await events.next()).value).toMatchObject({ type: "closed" });
    await expect(events.next()).rejects.toMatchObject({ code: "internal" });
    expect(await cellar.app.info({})).toMatchObject({ name: "Cellar" });
    socket.close();
  });

  test("that is too large is answered so, and the connection goes on", async () => {
    const { client: cellar, socket } = client();
    await expect(cellar.app.openLink({ url: "x".repeat(1024 * 1024) })).rejects.toMatchObject({ code: "too_large" });
    expect(await cellar.app.info({})).toMatchObject({ name: "Cellar" });
    socket.close();
  });

  test("is aborted with its stream, and with its socket", async () => {
    const { client: cellar, socket } = client();
    const first = await cellar.jobs.watch({});
    await first.next();
    await first.return?.(undefined);
    const second = await cellar.jobs.watch({});
    await second.next();
    const [one, two] = streaming;
    if (!one!.signal.aborted) await once(one!.signal, "abort");
    expect(two!.signal.aborted).toBe(false);
    socket.terminate();
    await once(two!.signal, "abort");
  });

  test("beyond the number a connection may have open is refused", async () => {
    const { client: cellar, socket } = client();
    await once(socket, "open");
    const answers = await Promise.allSettled(Array.from({ length: 600 }, () => cellar.jobs.watch({})));
    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(refused.length).toBeGreaterThan(80);
    expect(refused[0]).toMatchObject({ reason: { code: "unavailable" } });
    expect(streaming.length).toBeLessThan(520);
    socket.close();
  });
});

describe("a message that is none", () => {
  test.each<[string, string | Buffer]>([
    ["text", "hello"],
    ["half of JSON", '{"i":"1","p":{'],
    ["JSON of another kind", "[1,2,3]"],
    ["null", "null"],
    ["bytes", Buffer.from([0xff, 0x00, 0xfe])],
    ["a call without a path", '{"i":"1","p":{}}'],
    ["an address elsewhere", '{"i":"1","p":{"u":"::","b":{}}}'],
    ["nothing", ""],
  ])("ends the connection and nothing else: %s", async (_name, message) => {
    const socket = knock({});
    await once(socket, "open");
    const closed = once(socket, "close");
    socket.send(message);
    const [code] = (await closed) as [number];
    expect(code).toBe(4400);
    expect((await get("/")).status).toBe(200);
  });

  test("larger than anything that is read ends the connection", async () => {
    const socket = knock({});
    await once(socket, "open");
    const closed = once(socket, "close");
    socket.on("error", () => {});
    socket.send("x".repeat(largestMessageBytes + 1));
    expect((await closed)[0]).toBe(1009);
  });

  test("prototype names in a call are unknown keys and unknown procedures", async () => {
    const socket = knock({});
    await once(socket, "open");
    const answer = once(socket, "message");
    socket.send('{"i":"1","p":{"u":"/app/info","b":{"json":{"__proto__":{"x":1},"constructor":2}}}}');
    expect(JSON.parse(String((await answer)[0]))).toMatchObject({ p: { b: { json: { code: "invalid_input" } } } });
    for (const path of ["/__proto__/toString", "/app/constructor", "/app/info/~orpc", "/app%2finfo", "//app/info"]) {
      const refusal = once(socket, "message");
      socket.send(JSON.stringify({ i: path, p: { u: path, b: { json: {} } } }));
      expect(JSON.parse(String((await refusal)[0]))).toMatchObject({ p: { b: { json: { code: "not_found" } } } });
    }
    socket.close();
  });

  test("garbage instead of HTTP is let go", async () => {
    const socket = connect(loopback.port, "127.0.0.1");
    socket.write("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n");
    socket.resume();
    await once(socket, "close");
    expect((await get("/")).status).toBe(200);
  });
});

describe("a file of the window", () => {
  test("comes with the headers that keep it to itself", async () => {
    const { status, headers } = await get("/");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    expect(headers["content-security-policy"]).toContain(`connect-src 'self' ws://127.0.0.1:${loopback.port};`);
    expect((await get("/", {}, "HEAD")).body).toBe("");
  });

  test.each([
    ["/../logs/main.log", 404],
    ["/%2e%2e/logs/main.log", 404],
    ["/..%2flogs%2fmain.log", 404],
    ["http://evil.example/", 400],
    ["//evil.example/", 400],
  ])("is nothing outside: %s", async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  test("is not given to another site, nor changed by anybody", async () => {
    expect((await get("/", { origin: "http://evil.example" })).status).toBe(403);
    expect((await get("/", { host: "evil.example" })).status).toBe(403);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) expect((await get("/", {}, method)).status).toBe(403);
  });
});

describe("an upload", () => {
  const id = `up-${"0".repeat(32)}`;

  async function put(path: string, headers: Record<string, string>, body = "content") {
    const response = await fetch(`http://127.0.0.1:${loopback.port}${path}`, { method: "PUT", headers, body });
    const text = await response.text();
    return { status: response.status, code: text && (JSON.parse(text) as { code: string }).code };
  }

  test("arrives whole with the token", async () => {
    const big = "x".repeat(3 * 1024 * 1024);
    expect(await put(uploadPath(id, "a/b c.txt"), { authorization: bearer(loopback.token) }, big)).toEqual({
      status: 204,
      code: "",
    });
    expect(uploads).toEqual([{ id, path: "a/b c.txt", bytes: big.length }]);
  });

  test("is refused without it, from elsewhere, without a path, or under another id", async () => {
    const allowed = { authorization: bearer(loopback.token) };
    expect(await put(uploadPath(id, "a"), {})).toEqual({ status: 401, code: "unauthorized" });
    expect(await put(uploadPath(id, "a"), { authorization: bearer("x") })).toEqual({
      status: 401,
      code: "unauthorized",
    });
    expect(await put(`${uploadPath(id, "a")}&token=${loopback.token}`, {})).toMatchObject({ status: 401 });
    expect(await put(uploadPath(id, "a"), { ...allowed, origin: "http://evil.example" })).toMatchObject({
      status: 403,
    });
    expect(await put(`/upload/${id}`, allowed)).toEqual({ status: 400, code: "invalid_input" });
    expect(await put(uploadPath("up-1/../..", "a"), allowed)).toEqual({ status: 400, code: "invalid_input" });
    expect(await put(uploadPath(id, "../x"), allowed)).toEqual({ status: 403, code: "refused" });
    expect(uploads).toEqual([]);
  });

  test("that is broken off is not taken for a whole one", async () => {
    const socket = connect(loopback.port, "127.0.0.1");
    socket.write(
      `PUT ${uploadPath(id, "a")} HTTP/1.1\r\nhost: 127.0.0.1:${loopback.port}\r\nauthorization: ${bearer(loopback.token)}\r\ncontent-length: 100\r\n\r\nhalf`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await once(socket, "close");
    expect((await get("/")).status).toBe(200);
    expect(uploads).toEqual([]);
  });
});

test("closing ends every connection, and the port is free again", async () => {
  const { client: cellar, socket } = client();
  const watch = await cellar.jobs.watch({});
  await watch.next();
  const closed = once(socket, "close");
  await loopback.close();
  await closed;
  const { signal } = streaming[0]!;
  if (!signal.aborted) await once(signal, "abort");
  loopback = await serveLoopback(
    {
      rpc: parts.rpc,
      terminalStreams: { open: () => Promise.reject() },
      uploads: { receive: async () => {} },
      rendererFolder: "/",
    },
    loopback.port,
  );
  await expect(
    serveLoopback(
      {
        rpc: parts.rpc,
        terminalStreams: { open: () => Promise.reject() },
        uploads: { receive: async () => {} },
        rendererFolder: "/",
      },
      loopback.port,
    ),
  ).rejects.toMatchObject({ code: "conflict" });
});
