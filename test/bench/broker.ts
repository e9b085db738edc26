/** The broker beside a bare Node proxy and nginx, all in front of the same upstream, each in a process of its own, in one run. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "#test/product/free-port.ts";
import { onPath } from "#test/requirements.ts";
import type { PartInfo } from "./broker-part.ts";
import { type Figure, median, percentile } from "./figure.ts";
import { cpuSeconds, peakMegabytes, residentMegabytes } from "./usage.ts";

const requests = 3000;

type Way = {
  name: string;
  port: number;
  prefix: string;
  headers: Record<string, string>;
  /** Of the process that is on the way; null where there are several. */
  pid: number | null;
};

export async function measureBroker(folder: string): Promise<Figure[]> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const children: ChildProcess[] = [];
  const part = async (...args: string[]) => {
    // The broker runs as main does.
    const flags = args[0] === "broker" ? ["--max-semi-space-size=4"] : [];
    const child = spawn(process.execPath, [...flags, join(import.meta.dirname, "broker-part.ts"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
    return { ...(JSON.parse(line) as PartInfo), pid: child.pid! };
  };
  try {
    const upstream = await part("upstream");
    const proxy = await part("proxy", String(upstream.port));
    const broker = await part("broker", String(upstream.port), folder);
    const direct: Way = { name: "direct", port: upstream.port, prefix: "", headers: {}, pid: upstream.pid };
    const own = {
      name: "broker",
      port: broker.port,
      prefix: "/llm/bench",
      headers: { "x-api-key": broker.token },
      pid: broker.pid,
    };
    const peers: Way[] = [{ name: "a bare Node proxy", port: proxy.port, prefix: "", headers: {}, pid: proxy.pid }];
    if (onPath("nginx") !== null) {
      const { child, port } = await startNginx(folder, upstream.port);
      children.push(child);
      peers.push({ name: "nginx", port, prefix: "", headers: {}, pid: null });
    }
    return await figuresOf(direct, own, peers);
  } finally {
    for (const child of children) child.kill();
  }
}

async function figuresOf(direct: Way, own: Way & { pid: number }, peers: Way[]): Promise<Figure[]> {
  const ways = [direct, own, ...peers];
  const times = new Map<Way, number[]>(ways.map((way) => [way, []]));
  for (const way of ways) await latencies(way, 300);
  // In turns, so that whatever else the machine does meets all of them.
  for (let round = 0; round < 10; round++) for (const way of ways) times.get(way)!.push(...(await latencies(way, 100)));
  const p50 = (way: Way) => median(times.get(way)!);
  const figures: Figure[] = [
    {
      name: "broker, added per request p50",
      value: p50(own) - p50(direct),
      unit: "ms",
      budget: { at: "most", value: 1 },
      note: `direct ${p50(direct).toFixed(2)} ms`,
    },
    {
      name: "broker, added per request p99",
      value: percentile(times.get(own)!, 0.99) - percentile(times.get(direct)!, 0.99),
      unit: "ms",
    },
  ];
  for (const peer of peers)
    figures.push({ name: `${peer.name}, added per request p50`, value: p50(peer) - p50(direct), unit: "ms" });

  const rates = new Map<Way, number[]>(ways.map((way) => [way, []]));
  const works = new Map<Way, number[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < 3; round++) {
    for (const way of ways) {
      const before = way.pid === null ? null : cpuSeconds(way.pid);
      rates.get(way)!.push(await requestsPerSecond(way, requests, 32));
      const after = before === null ? null : cpuSeconds(way.pid!);
      if (before !== null && after !== null) works.get(way)!.push(((after - before) / requests) * 1000);
    }
  }
  const rate = (way: Way) => median(rates.get(way)!);
  for (const peer of peers)
    figures.push({
      name: "broker, requests per second",
      value: rate(own) / rate(peer),
      unit: "×",
      peer: peer.name,
      note: `${rate(own).toFixed(0)} to ${rate(peer).toFixed(0)} per second`,
    });

  for (const way of [own, ...peers])
    if (works.get(way)!.length > 0)
      figures.push({ name: `${way.name}, processor time per request`, value: median(works.get(way)!), unit: "ms" });

  const before = residentMegabytes(own.pid);
  const speeds = new Map<Way, number[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < 3; round++)
    for (const way of ways) speeds.get(way)!.push(await megabytesPerSecond(way, 256));
  const speed = (way: Way) => median(speeds.get(way)!);
  for (const peer of peers)
    figures.push({
      name: "broker, streaming throughput",
      value: speed(own) / speed(peer),
      unit: "×",
      peer: peer.name,
      note: `${speed(own).toFixed(0)} to ${speed(peer).toFixed(0)} MB/s`,
    });
  const peak = peakMegabytes(own.pid);
  if (before !== null && peak !== null)
    figures.push({
      name: "broker, growth over 3 × 256 MB streamed",
      value: peak - before,
      unit: "MB",
      note: `to ${peak.toFixed(0)} MB`,
    });

  for (const way of [own, ...peers])
    figures.push({
      name: `${way.name}, event's way from upstream to client p50`,
      value: median(await eventTimes(way, 200)),
      unit: "ms",
    });
  return figures;
}

async function latencies(way: Way, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    await post(way, agent);
    times.push(performance.now() - started);
  }
  agent.destroy();
  return times;
}

async function requestsPerSecond(way: Way, count: number, atOnce: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  let left = count;
  const started = performance.now();
  const worker = async () => {
    while (left-- > 0) await post(way, agent);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return count / seconds;
}

async function megabytesPerSecond(way: Way, megabytes: number): Promise<number> {
  const started = performance.now();
  const response = await begin(way, "GET", `/flood/${megabytes * 1024 * 1024}`);
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(response, "end");
  return bytes / 1e6 / ((performance.now() - started) / 1000);
}

/** Each event says when it was sent; the clocks of two processes of one machine agree. */
async function eventTimes(way: Way, count: number): Promise<number[]> {
  const response = await begin(way, "GET", "/events");
  const times: number[] = [];
  for await (const chunk of response) {
    const now = performance.timeOrigin + performance.now();
    for (const [, at] of String(chunk).matchAll(/data: ([\d.]+)/g)) times.push(now - Number(at));
    if (times.length >= count) break;
  }
  return times;
}

async function post(way: Way, agent: Agent): Promise<void> {
  const response = await begin(way, "POST", "/v1/messages", agent, '{"model":"m","messages":[]}');
  if (response.statusCode !== 200) throw new Error(`${way.name} answered ${response.statusCode}`);
  response.resume();
  await once(response, "end");
}

async function begin(
  { port, prefix, headers }: Omit<Way, "pid">,
  method: string,
  path: string,
  agent?: Agent,
  body?: string,
): Promise<IncomingMessage> {
  const length =
    body === undefined ? {} : { "content-length": String(body.length), "content-type": "application/json" };
  const request = httpRequest({
    host: "127.0.0.1",
    port,
    method,
    path: prefix + path,
    headers: { ...headers, ...length },
    agent: agent ?? false,
  });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

async function startNginx(folder: string, upstream: number): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const at = (name: string) => join(folder, name);
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${at(name)};`)
    .join("\n");
  writeFileSync(
    at("nginx.conf"),
    `daemon off; worker_processes 1; pid ${at("nginx.pid")}; error_log ${at("nginx.log")};
events {}
http { access_log off; ${paths}
upstream up { server 127.0.0.1:${upstream}; keepalive 64; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; keepalive_requests 1000000; } } }
`,
  );
  const child = spawn("nginx", ["-c", at("nginx.conf"), "-e", at("nginx.log")], { stdio: "ignore" });
  for (;;) {
    const answers = await begin({ name: "nginx", port, prefix: "", headers: {} }, "GET", "/").then(
      (response) => response.resume(),
      () => null,
    );
    if (answers !== null) return { child, port };
    if (child.exitCode !== null) throw new Error("nginx does not start");
    await new Promise((passed) => setTimeout(passed, 20));
  }
}
