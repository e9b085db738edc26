/** Updates against a real server: what it offers, what is wrong with it, and what becomes of a download that breaks off. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { eventually } from "#test/product/processes.ts";
import { Updates } from "./service.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
const content = randomBytes(300_000);
const kind = "linux-x64-appimage";

let folder = "";
let feeds: Record<string, string> = {};
let asked: { url: string; range: string | undefined }[] = [];
let send: (request: IncomingMessage, response: ServerResponse) => void = sendFile;
const server = createServer((request, response) => {
  asked.push({ url: request.url!, range: request.headers.range });
  const feed = feeds[request.url!];
  if (request.url === "/files/cellar") send(request, response);
  else if (feed === undefined) response.writeHead(404).end();
  else response.end(feed);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const folders: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellar-updates-"));
  folders.push(folder);
  [feeds, asked, send] = [{}, [], sendFile];
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  for (const each of folders) rmSync(each, { recursive: true });
});

function sendFile({ headers }: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const head = from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, head).end(content.subarray(from));
}

/** Sends so much, and hangs up once that has come to the disk: what a connection still holds when it breaks may be lost with it. */
function breakOffAfter(bytes: number): void {
  const downloads = join(folder, "downloads");
  send = async (_request, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, bytes));
    await eventually(
      () => readdirSync(downloads).map((name) => statSync(join(downloads, name)).size),
      ([size = 0]) => size === bytes,
    );
    response.destroy();
  };
}

function offer(release: Record<string, unknown> = {}, channel = "stable", address = `/${channel}.json`): void {
  const file = {
    url: "files/cellar",
    size: content.length,
    sha512: createHash("sha512").update(content).digest("base64"),
  };
  const signed = JSON.stringify({ channel, releases: [{ version: "1.1.0", files: { [kind]: file }, ...release }] });
  const signature = sign(null, Buffer.from(signed), privateKey).toString("base64");
  feeds[address] = JSON.stringify({ signed, signature });
}

const quiet = { kind: null, reason: "", sparesTerminals: true, whenReady: "", install: async () => {} };

function open(more: Partial<ConstructorParameters<typeof Updates>[0]> = {}) {
  const seen = { installed: [] as { whole: boolean; restart: boolean }[], quits: 0, running: 0 };
  const updates = new Updates({
    version: "1.0.0",
    folder,
    installation: {
      kind,
      reason: "",
      sparesTerminals: true,
      whenReady: "Later.",
      install: async (path, restart) =>
        void seen.installed.push({ whole: readFileSync(path).equals(content), restart }),
    },
    feed: () => address,
    publicKey: key,
    channel: () => "stable",
    running: () => seen.running,
    quit: () => seen.quits++,
    failed: (error) => {
      throw error;
    },
    ...more,
  });
  return { updates, seen };
}

test("a newer version is found, fetched when it is wanted, and put in place at the end", async () => {
  offer({ notes: "Faster." });
  const { updates, seen } = open();
  const states: string[] = [];
  updates.onChange(() => states.push(updates.state.state));
  expect(await updates.check()).toMatchObject({ state: "available", version: "1.1.0", notes: "Faster." });
  expect(asked.map(({ url }) => url)).toEqual(["/stable.json"]);
  expect(await updates.download()).toMatchObject({ state: "ready", message: "Later." });
  expect(new Set(states)).toEqual(new Set(["checking", "available", "downloading", "ready"]));
  expect(seen.installed).toEqual([]);
  await updates.stop();
  expect(seen.installed).toEqual([{ whole: true, restart: false }]);
});

test("it is restarted for an update only while nothing runs", async () => {
  offer();
  const { updates, seen } = open();
  expect(() => updates.install()).toThrow("No newer version is ready");
  await updates.check();
  await updates.download();
  seen.running = 2;
  expect(() => updates.install()).toThrow("2 terminals run");
  expect(seen.quits).toBe(0);
  seen.running = 0;
  updates.install();
  expect(seen.quits).toBe(1);
  await updates.stop();
  expect(seen.installed).toMatchObject([{ restart: true }]);
});

test("where a new version would end terminals it waits until there are none", async () => {
  offer();
  const installed: string[] = [];
  const installation = {
    ...quiet,
    kind,
    sparesTerminals: false,
    install: async (path: string) => void installed.push(path),
  };
  const { updates, seen } = open({ installation });
  await updates.check();
  await updates.download();
  seen.running = 1;
  await updates.stop();
  expect(installed).toEqual([]);
});

test("where a new version spares terminals it takes its place although some run", async () => {
  offer();
  const { updates, seen } = open();
  await updates.check();
  await updates.download();
  seen.running = 1;
  await updates.stop();
  expect(seen.installed).toMatchObject([{ whole: true, restart: false }]);
});

test("an older or equal version is never offered, nor one beyond this installation's part of a roll-out", async () => {
  const { updates } = open();
  for (const version of ["1.0.0", "0.9.9", "1.0.0-beta.9"]) {
    offer({ version });
    expect(await updates.check()).toMatchObject({ state: "current", version: null });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "rollout.json"), '{"bucket": 30}');
  offer({ rollout: 30 });
  expect(await updates.check()).toMatchObject({ state: "current" });
  offer({ rollout: 30.5 });
  expect(await updates.check()).toMatchObject({ state: "available" });
});

test("the channel decides which feed is asked, and one is not taken for the other", async () => {
  offer({ version: "1.2.0-beta.1" }, "beta");
  offer({}, "stable");
  const { updates } = open({ channel: () => "beta" });
  expect(await updates.check()).toMatchObject({ version: "1.2.0-beta.1" });
  offer({ version: "1.2.0-beta.1" }, "beta", "/stable.json");
  expect(await open().updates.check()).toMatchObject({
    state: "failed",
    message: expect.stringContaining("is that of"),
  });
});

test("a feed that is not signed by the key, or is none, offers nothing", async () => {
  offer();
  const { signed } = JSON.parse(feeds["/stable.json"]!) as { signed: string };
  feeds["/stable.json"] = JSON.stringify({ signed, signature: randomBytes(64).toString("base64") });
  const { updates } = open();
  expect(await updates.check()).toMatchObject({
    state: "failed",
    message: expect.stringContaining("not signed"),
    version: null,
  });
  expect(() => updates.download()).toThrow("There is no newer version");
  feeds = {};
  expect(await updates.check()).toMatchObject({ state: "failed", message: expect.stringContaining("404") });
  expect(await open({ feed: () => "http://127.0.0.1:1" }).updates.check()).toMatchObject({
    message: expect.stringContaining("cannot be reached"),
  });
});

test("what is offered stays offered when the feed cannot be asked, which only the answer says", async () => {
  offer();
  const { updates } = open();
  await updates.check();
  const states: string[] = [];
  updates.onChange(() => states.push(updates.state.state));
  feeds = {};
  expect(await updates.check()).toMatchObject({ state: "failed", message: expect.stringContaining("404") });
  expect(updates.state).toMatchObject({ state: "available", version: "1.1.0", message: "" });
  expect(states).toEqual([]);
  expect(await updates.download()).toMatchObject({ state: "ready" });
});

test("a download that breaks off goes on where it stopped, also in the next run of Cellar", async () => {
  offer();
  const first = open();
  await first.updates.check();
  breakOffAfter(100_000);
  expect(await first.updates.download()).toMatchObject({
    state: "failed",
    message: expect.stringContaining("ended early"),
  });
  const [part] = readdirSync(join(folder, "downloads"));
  const had = readFileSync(join(folder, "downloads", part!)).length;
  expect(had).toBe(100_000);
  await first.updates.stop();
  expect(first.seen.installed).toEqual([]);

  send = sendFile;
  const second = open();
  await second.updates.check();
  expect(await second.updates.download()).toMatchObject({ state: "ready" });
  expect(asked.at(-1)).toEqual({ url: "/files/cellar", range: `bytes=${had}-` });
  await second.updates.stop();
  expect(second.seen.installed).toMatchObject([{ whole: true }]);
});

test("a server that cannot go on sends everything again", async () => {
  offer();
  const { updates } = open();
  await updates.check();
  breakOffAfter(100_000);
  await updates.download();
  send = (_request, response) => response.end(content);
  expect(await updates.download()).toMatchObject({ state: "ready" });
});

test("what is not what was signed is thrown away: other content, or more of it", async () => {
  offer();
  const { updates, seen } = open();
  await updates.check();
  send = (_request, response) => response.end(randomBytes(content.length));
  expect(await updates.download()).toMatchObject({ state: "failed", message: expect.stringContaining("thrown away") });
  expect(readdirSync(join(folder, "downloads"))).toEqual([]);
  send = (_request, response) => response.end(Buffer.concat([content, content]));
  expect(await updates.download()).toMatchObject({ state: "failed", message: expect.stringContaining("larger") });
  expect(readdirSync(join(folder, "downloads"))).toEqual([]);
  await updates.stop();
  expect(seen.installed).toEqual([]);
});

test("a download that is whole leaves nothing of those before it, and is not fetched twice", async () => {
  offer();
  mkdirSync(join(folder, "downloads"), { recursive: true });
  writeFileSync(join(folder, "downloads", "0123456789abcdef-cellar.part"), "of another release");
  const { updates } = open();
  await updates.check();
  await Promise.all([updates.download(), updates.download()]);
  const told: string[] = [];
  updates.onChange(() => told.push(updates.state.state));
  expect(await updates.download()).toMatchObject({ state: "ready" });
  expect(await updates.check()).toMatchObject({ state: "ready" });
  expect(told).toEqual([]);
  expect(readdirSync(join(folder, "downloads"))).toHaveLength(1);
  expect(asked.map(({ url }) => url)).toEqual(["/stable.json", "/files/cellar"]);
  // What lies there is believed only as long as it is what was signed.
  const [name] = readdirSync(join(folder, "downloads"));
  writeFileSync(join(folder, "downloads", name!), randomBytes(content.length));
  const next = open();
  await next.updates.check();
  expect(await next.updates.download()).toMatchObject({ state: "ready" });
  await next.updates.stop();
  expect(next.seen.installed).toMatchObject([{ whole: true }]);
});

test("a server that sends the wrong part is not gone on from, and one that sends an error is told", async () => {
  offer();
  const { updates } = open();
  await updates.check();
  breakOffAfter(100_000);
  await updates.download();
  send = (_request, response) =>
    response.writeHead(206, { "content-range": `bytes 0-${content.length - 1}/${content.length}` }).end(content);
  expect(await updates.download()).toMatchObject({ state: "failed", message: expect.stringContaining("206") });
  send = (_request, response) => response.writeHead(503).end(content);
  expect(await updates.download()).toMatchObject({ state: "failed", message: expect.stringContaining("503") });
  send = sendFile;
  expect(await updates.download()).toMatchObject({ state: "ready" });
});

test("a feed that is too large is not read to its end", async () => {
  feeds["/stable.json"] = "x".repeat(4 * 1024 * 1024 + 1);
  expect(await open().updates.check()).toMatchObject({
    state: "failed",
    message: expect.stringContaining("too large"),
  });
});

test("an update that cannot be put in place is told, and ends nothing else", async () => {
  offer();
  const failed: string[] = [];
  const { updates } = open({
    installation: { ...quiet, kind, install: () => Promise.reject(new Error("no room")) },
    failed: (error, what) => void failed.push(`${what}: ${(error as Error).message}`),
  });
  await updates.check();
  await updates.download();
  await updates.stop();
  expect(failed).toEqual(["installing an update: no room"]);
});

test("quitting stops a download, which goes on next time", async () => {
  offer();
  const { updates } = open();
  await updates.check();
  send = (_request, response) => void response.writeHead(200).write(content.subarray(0, 50_000));
  const moved = new Promise<void>((resolve) => updates.onChange(() => (updates.state.percent ?? 0) > 0 && resolve()));
  const downloading = updates.download();
  await moved;
  await updates.stop();
  expect(await downloading).toMatchObject({ state: "failed", message: "The download was stopped." });
  expect(existsSync(join(folder, "downloads"))).toBe(true);
});

test("after a sleep it looks at once, and not again for a wake that follows, nor before the usual time", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  try {
    offer({ version: "1.0.0" });
    const minutes = 60_000;
    const first = open().updates;
    first.start(() => true);
    vi.advanceTimersByTime(minutes - 1);
    expect(first.state.state).toBe("current");
    vi.advanceTimersByTime(1);
    expect(first.state.state).toBe("checking");
    await first.check();
    await first.stop();

    const { updates } = open();
    let wanted = true;
    updates.start(() => wanted);
    const looks = () => updates.state.state === "checking";
    updates.woke();
    expect(looks()).toBe(true);
    await updates.check();

    vi.setSystemTime(Date.now() + 10 * minutes);
    updates.woke();
    expect(looks()).toBe(false);
    // The first look, which was due a minute after the start, is none any more.
    vi.advanceTimersByTime(6 * 60 * minutes - 1);
    expect(looks()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(looks()).toBe(true);
    await updates.check();

    vi.setSystemTime(Date.now() + 60 * minutes);
    wanted = false;
    updates.woke();
    expect(looks()).toBe(false);
    wanted = true;
    await updates.stop();
    vi.setSystemTime(Date.now() + 60 * minutes);
    updates.woke();
    expect(looks()).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test("a system that ends is not held up by an installer: what is ready stays for the next time", async () => {
  offer();
  const { updates, seen } = open();
  await updates.check();
  await updates.download();
  updates.leaveInPlace();
  await updates.stop();
  expect(seen.installed).toEqual([]);
  const next = open();
  await next.updates.check();
  await next.updates.download();
  await next.updates.stop();
  expect(next.seen.installed).toEqual([{ whole: true, restart: false }]);
  expect(asked.filter(({ url }) => url === "/files/cellar")).toHaveLength(1);
});

test("updates that are off say why, and ask nobody", async () => {
  offer();
  const off = async (more: Parameters<typeof open>[0]) => {
    const { updates } = open(more);
    expect(await updates.check()).toEqual(updates.state);
    return updates.state;
  };
  expect(await off({ feed: () => "" })).toMatchObject({ state: "off", message: "No address of updates is set." });
  expect(await off({ publicKey: "" })).toMatchObject({
    state: "off",
    message: expect.stringContaining("without a key"),
  });
  const installation = { ...quiet, reason: "Another." };
  expect(await off({ installation })).toMatchObject({ state: "off", message: "Another." });
  expect(asked).toEqual([]);
});
