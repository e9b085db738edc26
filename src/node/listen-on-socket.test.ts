import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { letGoOfSockets, listenOnSocket, onSocketLost, problemOfSocket } from "./listen-on-socket.ts";

let top: string;
let folder: string;
let ends: (() => void)[] = [];

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "cellar-socket-"));
  folder = join(top, "b");
  mkdirSync(folder);
});
afterEach(() => {
  for (const end of ends) end();
  ends = [];
  vi.useRealTimers();
  rmSync(top, { recursive: true, force: true });
});

async function serve(name: string, says: string) {
  const path = join(folder, name);
  const server = createServer((_, response) => response.end(says));
  await listenOnSocket(server, path);
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { path, server };
}

/** The next time that a socket at `path` was lost. */
const lost = (path: string) =>
  new Promise<void>((resolve) => {
    const end = onSocketLost((told) => {
      if (told !== path) return;
      end();
      resolve();
    });
  });

function ask(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath: path }, (response) => resolve(text(response)))
      .once("error", reject)
      .end();
  });
}

describe.skipIf(process.platform === "win32")("a socket that is listened on", () => {
  test("is there again when its file was taken away, for us alone, and what is connected stays so", async () => {
    const { path } = await serve("a.sock", "a");
    const connected = connect(path);
    await once(connected, "connect");
    for (let round = 0; round < 3; round++) {
      const seen = lost(path);
      rmSync(path);
      await seen;
      expect(await ask(path)).toBe("a");
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(problemOfSocket(path)).toBeNull();
    }
    connected.end("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await text(connected)).toMatch(/^HTTP\/1.1 200/);
  });

  test("is ours again when something else was put in its place", async () => {
    const { path } = await serve("a.sock", "a");
    const seen = lost(path);
    rmSync(path);
    writeFileSync(path, "");
    await seen;
    expect(await ask(path)).toBe("a");
  });

  test("says why it is away with its folder, and is there again with it", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { path } = await serve("a.sock", "a");
    const away = lost(path);
    renameSync(folder, join(top, "away"));
    await away;
    expect(problemOfSocket(path)).toMatch(/^Its socket was lost, and cannot be made again: .*a\.sock/);
    const back = lost(path);
    renameSync(join(top, "away"), folder);
    vi.advanceTimersByTime(5_000);
    await back;
    expect(problemOfSocket(path)).toBeNull();
    expect(await ask(path)).toBe("a");
  });

  test("stays away once its server is closed, or its folder is to go", async () => {
    const closed = await serve("closed.sock", "closed");
    closed.server.close();
    expect(existsSync(closed.path)).toBe(false);
    const given = await serve("given.sock", "given");
    letGoOfSockets(folder);
    rmSync(given.path);
    // What was seen later has been acted upon.
    const { path } = await serve("a.sock", "a");
    const seen = lost(path);
    rmSync(path);
    await seen;
    expect([closed.path, given.path].filter(existsSync)).toEqual([]);
  });
});
