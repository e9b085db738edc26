/** Bytes pass as they come, in both directions, no faster than they are taken, and end when either side ends. */
import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { BrokerListener } from "#main/broker/index.ts";
import { type Answering, Upstream } from "#test/doubles/upstream.ts";
import { answerOf, asking, Fixture, logged, realKey, route } from "./fixture.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function between(answer: Answering) {
  const upstream = await Upstream.start(answer);
  const fixture = new Fixture();
  open.push(upstream, fixture);
  return { upstream, fixture, listener: await fixture.open([route(upstream.port)]) };
}

function begin(listener: BrokerListener, method: string, headers: Record<string, string> = {}): ClientRequest {
  return httpRequest({
    ...listener.address,
    method,
    path: "/llm/test/v1/messages",
    headers: asking(listener, headers),
    agent: false,
  });
}

async function answered(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

test("an event reaches the client while the upstream waits for the client to have it", async () => {
  const received = Promise.withResolvers<void>();
  const { listener } = await between(async (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: first\n\n");
    // Were anything held back, this would never come.
    await received.promise;
    response.end("data: second\n\n");
  });
  const request = begin(listener, "POST");
  request.end("{}");
  const response = await answered(request);
  const [first] = (await once(response, "data")) as [Buffer];
  expect(first.toString()).toBe("data: first\n\n");
  received.resolve();
  const [second] = (await once(response, "data")) as [Buffer];
  expect(second.toString()).toBe("data: second\n\n");
});

test("the head of an answer reaches the client before any of its body is there", async () => {
  const seen = Promise.withResolvers<void>();
  const { listener } = await between(async (_, response) => {
    response.writeHead(200, { "x-early": "yes" }).flushHeaders();
    await seen.promise;
    response.end("late");
  });
  const request = begin(listener, "GET");
  request.end();
  const response = await answered(request);
  expect(response.headers["x-early"]).toBe("yes");
  seen.resolve();
  expect((await answerOf(response)).body).toBe("late");
});

test("pieces of an upload reach the upstream while the client waits for that", async () => {
  const pieces: string[] = [];
  const heard = { resolve: () => {} };
  const { listener } = await between((request, response) => {
    request.on("data", (chunk: Buffer) => {
      pieces.push(chunk.toString());
      heard.resolve();
    });
    request.on("end", () => response.end(pieces.join("|")));
  });
  const request = begin(listener, "POST");
  for (const piece of ["one", "two", "three"]) {
    const heardIt = new Promise<void>((resolve) => {
      heard.resolve = resolve;
    });
    request.write(piece);
    await heardIt;
  }
  request.end();
  expect((await answerOf(await answered(request))).body).toBe("one|two|three");
});

test("the body of a request keeps its length, and a request without one has none", async () => {
  const { listener, upstream } = await between((_, response) => response.end());
  const send = async (method: string, headers: Record<string, string>, body?: string) => {
    const request = begin(listener, method, headers);
    request.end(body);
    await answerOf(await answered(request));
    const { headers: asked } = upstream.asked.at(-1)!;
    return [asked["content-length"], asked["transfer-encoding"], await upstream.asked.at(-1)!.body];
  };
  expect(await send("POST", { "content-length": "5" }, "hello")).toEqual(["5", undefined, "hello"]);
  expect(await send("POST", { "transfer-encoding": "chunked" }, "hello")).toEqual([undefined, "chunked", "hello"]);
  expect(await send("POST", {})).toEqual(["0", undefined, ""]);
  expect(await send("GET", {})).toEqual([undefined, undefined, ""]);
});

test("a client that expects to be told to go on is told only when it may", async () => {
  const { listener, fixture } = await between((request, response) => request.pipe(response));
  const request = begin(listener, "POST", { expect: "100-continue" });
  request.flushHeaders();
  await once(request, "continue");
  request.end("hello");
  expect((await answerOf(await answered(request))).body).toBe("hello");

  fixture.locked = true;
  const refused = begin(listener, "POST", { expect: "100-continue" });
  let told = false;
  refused.on("continue", () => {
    told = true;
  });
  refused.flushHeaders();
  expect((await answered(refused)).statusCode).toBe(503);
  expect(told).toBe(false);
  refused.destroy();
});

test("an upload that is not taken is not read: memory stays flat, and no byte is lost", async () => {
  const taken = Promise.withResolvers<void>();
  const total = 200 * 1024 * 1024;
  let bytes = 0;
  const { listener } = await between(async (request, response) => {
    request.pause();
    await taken.promise;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    response.end("done");
  });
  const piece = Buffer.alloc(1024 * 1024, "x");
  const request = begin(listener, "POST", { "content-length": String(total) });
  let written = 0;
  const before = process.memoryUsage().arrayBuffers;
  // Until both sockets' buffers are full: then the client is told to wait and stays told.
  let blocked = false;
  for (let quiet = 0; quiet < 2000 && !blocked; quiet++) {
    if (request.writableNeedDrain) await turn();
    else {
      request.write(piece);
      written += piece.length;
      quiet = 0;
    }
    blocked = quiet > 1000;
  }
  expect(written).toBeLessThan(total / 4);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  taken.resolve();
  while (written < total) {
    if (!request.write(piece)) await once(request, "drain");
    written += piece.length;
  }
  request.end();
  expect((await answerOf(await answered(request))).body).toBe("done");
  expect(bytes).toBe(total);
});

test("an answer that is not taken is not read, and no byte is lost", async () => {
  const total = 100 * 1024 * 1024;
  const piece = Buffer.alloc(256 * 1024, "y");
  let given = 0;
  const stuck = Promise.withResolvers<void>();
  const { listener } = await between(async (_, response) => {
    response.writeHead(200);
    while (given < total) {
      given += piece.length;
      if (response.write(piece)) continue;
      const drained = once(response, "drain").then(() => "drained");
      const patience = (async () => {
        for (let turns = 0; turns < 1000; turns++) await turn();
        return "stuck";
      })();
      if ((await Promise.race([drained, patience])) === "stuck") stuck.resolve();
      await drained;
    }
    response.end();
  });
  const request = begin(listener, "GET");
  request.end();
  const response = await answered(request);
  response.pause();
  await stuck.promise;
  expect(given).toBeLessThan(total / 2);
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(total);
});

test("a client that goes away ends the request at the upstream", async () => {
  const begun = Promise.withResolvers<IncomingMessage>();
  const { listener } = await between((request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: first\n\n");
    begun.resolve(request);
  });
  const request = begin(listener, "POST");
  request.end("{}");
  const response = await answered(request);
  const atUpstream = await begun.promise;
  const ended = once(atUpstream.socket, "close");
  response.destroy();
  await ended;
  await logged(listener, 1);
  expect(listener.requests.values()[0]).toMatchObject({ decision: "cancelled" });
  expect(listener.counters.active).toBe(0);
});

test("a client that goes away before the answer ends the request at the upstream", async () => {
  const begun = Promise.withResolvers<IncomingMessage>();
  const { listener } = await between((request) => begun.resolve(request));
  const request = begin(listener, "POST");
  request.on("error", () => {});
  request.end("{}");
  const ended = once((await begun.promise).socket, "close");
  request.destroy();
  await ended;
  await logged(listener, 1);
  expect(listener.requests.values()[0]).toMatchObject({ decision: "cancelled", status: null });
});

test("an upstream that answers before the upload has ended is heard", async () => {
  const { listener } = await between((_, response) => response.writeHead(413).end("too much"));
  const request = begin(listener, "POST");
  request.on("error", () => {});
  request.write("x");
  const { status, body } = await answerOf(await answered(request));
  expect({ status, body }).toEqual({ status: 413, body: "too much" });
  request.destroy();
});

test("closing a listener ends what is on its way", async () => {
  const { listener } = await between((_, response) => void response.writeHead(200).write("x"));
  const request = begin(listener, "GET");
  request.end();
  const response = await answered(request);
  const cut = once(response, "error");
  response.resume();
  await listener.close();
  await cut;
  expect(listener.counters.active).toBe(0);
});

test("the log holds what happened, and no header, query or body", async () => {
  const { listener } = await between((_, response) => response.end("answer-body"));
  const request = httpRequest({
    ...listener.address,
    method: "POST",
    path: "/llm/test/v1/messages?page=query-value",
    headers: asking(listener, { "x-own": "header-value" }),
    agent: false,
  });
  request.end("request-body");
  await answerOf(await answered(request));
  await logged(listener, 1);
  const [entry] = listener.requests.values();
  expect(entry).toMatchObject({
    method: "POST",
    route: "llm/test",
    host: "127.0.0.1",
    path: "/llm/test/v1/messages",
    status: 200,
    bytesUp: 12,
    bytesDown: 11,
    decision: "forwarded",
    reason: null,
  });
  const text = JSON.stringify(entry);
  for (const part of ["query-value", "header-value", "body", realKey, listener.sentinel])
    expect(text).not.toContain(part);
  expect(listener.counters).toMatchObject({
    requests: 1,
    active: 0,
    forwarded: 1,
    refused: 0,
    failed: 0,
    bytesUp: 12,
    bytesDown: 11,
  });
});
