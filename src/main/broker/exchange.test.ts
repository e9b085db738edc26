/** A kept connection that turns out dead: what was not sent is sent again, what may have been sent never. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Dialer } from "../egress/index.ts";
import type { Forward } from "./decide.ts";
import { defaultTiming, exchange } from "./exchange.ts";
import { RequestLog } from "./request-log.ts";
import { routeSchema, upstreamOf } from "./route.ts";
import { Upstream } from "./upstream.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Hands out connections the test can lay hands on. */
class OpenDialer extends Dialer {
  readonly sockets: Socket[] = [];

  override async dial({ port }: { port: number }): Promise<Socket> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    this.sockets.push(socket);
    return socket;
  }
}

async function between() {
  let asked = 0;
  const port = await listening(
    createServer((_, response) => {
      asked++;
      response.end("hello");
    }),
  );
  const place = { header: "x-api-key", prefix: "" };
  const route = routeSchema.parse({
    key: "llm/x",
    upstream: upstreamOf(`http://127.0.0.1:${port}`),
    secret: { handle: "key" },
    credential: [{ from: place, to: place }],
  });
  const dialer = new OpenDialer();
  const upstream = new Upstream(route, dialer, 1000);
  const log = new RequestLog(
    (text) => text,
    () => {},
  );
  const forward: Forward = {
    kind: "forward",
    route,
    path: "/",
    headers: [],
    place,
    contentLength: null,
    chunked: false,
    webSocket: false,
  };
  const front = await listening(
    createServer((request, response) => {
      const chunked = request.headers["transfer-encoding"] !== undefined;
      void exchange({
        request,
        response,
        forward: { ...forward, chunked },
        upstream,
        secret: "secret",
        timing: defaultTiming,
        log: log.begin("GET", "/"),
        onAnswer: () => null,
      });
    }),
  );
  return { ask: () => fetch(`http://127.0.0.1:${front}/`), dialer, askedTimes: () => asked };
}

test("a connection found dead before anything was sent over it is replaced by a new one", async () => {
  const { ask, dialer, askedTimes } = await between();
  expect((await ask()).status).toBe(200);
  const [socket] = dialer.sockets;
  // The pool takes a kept connection back into use with this: it dies at that very moment.
  socket!.ref = () => socket!.destroy();
  expect((await ask()).status).toBe(200);
  expect(dialer.sockets.length).toBe(2);
  expect(askedTimes()).toBe(2);
});

test("a connection that dies after the request was sent over it is an error, not a second request", async () => {
  const { ask, dialer, askedTimes } = await between();
  expect((await ask()).status).toBe(200);
  const [socket] = dialer.sockets;
  const write = socket!._writev!.bind(socket!);
  socket!._writev = (chunks, done) => {
    write(chunks, done);
    socket!.destroy();
  };
  const plain = socket!._write.bind(socket!);
  socket!._write = (chunk, encoding, done) => {
    plain(chunk, encoding, done);
    socket!.destroy();
  };
  expect((await ask()).status).toBe(502);
  expect(dialer.sockets.length).toBe(1);
  expect(askedTimes()).toBeLessThanOrEqual(2);
});
