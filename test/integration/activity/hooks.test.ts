/** Hook events as they are sent: who is believed, what is served, and that an agent is never held up. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type OutgoingHttpHeaders, request } from "node:http";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellarPaths } from "#node/paths.ts";
import { Launched } from "#test/product/launched.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing, onPath } from "#test/requirements.ts";

const script = resolve(import.meta.dirname, "../../../resources/bin/cellar-hook");

let launched: Launched;
let socketPath: string;
beforeAll(async () => {
  launched = await Launched.start('[my-agent.hooks]\nspeaks = "claude"');
  socketPath = cellarPaths(launched.product.environment).agentsSocket;
});
afterAll(async () => {
  await launched?.[Symbol.asyncDispose]();
});

/** The status of the answer; null when the connection ended without one. */
async function send(headers: OutgoingHttpHeaders, body: string | Buffer = "{}", path = "/hook", method = "POST") {
  const asked = request({ socketPath, path, method, headers });
  // One that is not read to its end is broken off, perhaps after the answer.
  asked.on("error", () => {}).end(body);
  try {
    const [response] = (await once(asked, "response")) as [{ statusCode: number; resume(): void }];
    response.resume();
    return response.statusCode;
  } catch {
    return null;
  }
}

async function launch(): Promise<{ id: string; headers: OutgoingHttpHeaders }> {
  const id = await launched.launch();
  const token = launched.recorded().findLast((event) => event.token !== undefined)!.token;
  return { id, headers: { authorization: `Bearer ${token}`, "x-cellar-terminal": id, "x-cellar-event": "Stop" } };
}

describe("an event is believed", () => {
  test("with the token of its own launch, and with no other", async () => {
    const mine = await launch();
    const other = await launch();
    const { authorization } = other.headers;
    for (const wrong of [
      { ...mine.headers, authorization },
      { ...mine.headers, authorization: undefined },
      { ...mine.headers, authorization: "Bearer " },
      { ...mine.headers, authorization: `Bearer ${"x".repeat(43)}` },
      { ...mine.headers, authorization: `Basic ${"x".repeat(43)}` },
      { ...mine.headers, "x-cellar-terminal": "term-ffffffff" },
      { ...mine.headers, "x-cellar-terminal": "../../etc" },
    ]) {
      const headers = Object.fromEntries(Object.entries(wrong).filter(([, value]) => value !== undefined));
      expect([headers, await send(headers)]).toEqual([headers, 401]);
    }
    const refused = await launched.until(mine.id, (now) => now?.degraded !== null);
    expect(refused).toMatchObject({
      state: "unknown",
      degraded: expect.stringContaining("A hook event was refused: "),
    });
    expect(await launched.activity(other.id)).toMatchObject({ state: "unknown", degraded: null });
    expect(await send(mine.headers)).toBe(204);
    expect(await launched.untilState(mine.id, "done", "hook")).toMatchObject({ degraded: null });
    expect((await launched.activity(other.id))?.state).toBe("unknown");
  });

  test("by its name alone when it is longer than anything that is read", async () => {
    const { id, headers } = await launch();
    const long = JSON.stringify({ tool_name: "Write", tool_input: { content: "x".repeat(2_000_000) } });
    await send({ ...headers, "x-cellar-event": "PermissionRequest" }, long);
    expect(await launched.untilState(id, "permission")).toMatchObject({ evidence: "use a tool" });
  });
});

test("nothing but hook events is served", async () => {
  const { id, headers } = await launch();
  expect(await send(headers, "{}", "/")).toBe(404);
  expect(await send(headers, "{}", "/hook/../terminals")).toBe(404);
  expect(await send(headers, "", "/hook", "GET")).toBe(404);
  expect(await send({ ...headers, "x-cellar-event": "no such; event" })).toBe(400);
  expect(await send({ ...headers, padding: "x".repeat(20_000) })).toBe(431);
  for (const body of ["", "{", "[1]", "null", Buffer.from([0xff, 0xfe]), '{"__proto__":{"state":"done"}}']) {
    expect(await send({ ...headers, "x-cellar-event": "SessionEnd" }, body)).toBe(204);
  }
  expect((await launched.activity(id))?.state).toBe("unknown");
});

test("a program that sends without end is held off, and believed again later", async () => {
  const { id, headers } = await launch();
  const answers = new Set<number | null>();
  for (let round = 0; round < 100 && !answers.has(429); round++) {
    const some = Array.from({ length: 20 }, () => send({ ...headers, "x-cellar-event": "UserPromptSubmit" }));
    for (const answer of await Promise.all(some)) answers.add(answer);
  }
  expect(answers).toEqual(new Set([204, 429]));
  await launched.untilState(id, "working", "hook");
});

describe("the hook script", () => {
  async function run(args: string[], environment: Record<string, string>, input = ""): Promise<string> {
    const child = spawn(script, args, { env: { PATH: process.env["PATH"], ...environment } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
    // It may have ended without reading.
    child.stdin.on("error", () => {}).end(input);
    const [code] = (await once(child, "close")) as [number];
    return `${code}${said}`;
  }

  const variables = (folder: TemporaryFolder) => ({
    CELLAR_HOOK_SOCKET: folder.in("s"),
    CELLAR_TOKEN: "the-secret-token",
    CELLAR_TERMINAL_ID: "term-00000001",
  });

  test("says nothing and succeeds where there is nobody to tell, or nobody who answers", async () => {
    using folder = new TemporaryFolder("hook");
    expect(await run(["Stop"], {}, "{}")).toBe("0");
    expect(await run([], variables(folder), "{}")).toBe("0");
    expect(await run(["Stop"], variables(folder), "{}")).toBe("0");
    const silent = createServer(() => {});
    await new Promise<void>((listening) => silent.listen(folder.in("s"), listening));
    const held: import("node:net").Socket[] = [];
    silent.on("connection", (socket) => held.push(socket.on("error", () => {})));
    expect(await run(["Stop"], variables(folder), "x".repeat(1_000_000))).toBe("0");
    expect(held.length).toBeGreaterThan(0);
    for (const socket of held) socket.destroy();
    silent.close();
  });

  test.skipIf(missing("curl"))("keeps the token out of every command line", async () => {
    using folder = new TemporaryFolder("hook");
    const bin = folder.in("bin");
    mkdirSync(bin);
    const record = `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder.in("arguments")}'; cat /dev/fd/3 >'${folder.in("config")}'; cat >'${folder.in("body")}'\n`;
    writeFileSync(join(bin, "curl"), record);
    chmodSync(join(bin, "curl"), 0o755);
    const environment = { ...variables(folder), PATH: `${bin}:${process.env["PATH"]}` };
    expect(await run(["Stop"], environment, '{"a":1}')).toBe("0");
    expect(readFileSync(folder.in("arguments"), "utf8")).not.toContain("the-secret-token");
    expect(readFileSync(folder.in("config"), "utf8")).toBe('header = "Authorization: Bearer the-secret-token"\n');
    expect(readFileSync(folder.in("body"), "utf8")).toBe('{"a":1}');
    expect(await run(["turn-complete", '{"type":"agent-turn-complete"}'], environment)).toBe("0");
    expect(readFileSync(folder.in("body"), "utf8")).toBe('{"type":"agent-turn-complete"}');
  });

  test("does without curl", async () => {
    using folder = new TemporaryFolder("hook");
    const { id, headers } = await launch();
    const bin = folder.in("bin");
    mkdirSync(bin);
    for (const program of ["sh", "cat"]) symlinkSync(onPath(program)!, join(bin, program));
    symlinkSync(process.execPath, join(bin, "node"));
    const environment = {
      PATH: bin,
      CELLAR_HOOK_SOCKET: socketPath,
      CELLAR_TOKEN: String(headers["authorization"]).slice("Bearer ".length),
      CELLAR_TERMINAL_ID: id,
    };
    expect(await run(["StopFailure"], environment, '{"error":"no curl here"}')).toBe("0");
    expect(await launched.untilState(id, "failed")).toMatchObject({ evidence: "no curl here" });
  });
});
