/**
 * Every procedure of the contract, called with generated garbage over the real transports: each answers with a code of the closed set, and
 * nothing is made, changed or lost.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ORPCError } from "@orpc/client";
import { RPCLink } from "@orpc/client/websocket";
import { isContractProcedure } from "@orpc/contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { z } from "zod";
import { type BrowserMode, startBrowserMode } from "#main/browser-mode.ts";
import { type ContractConnection, contractClient } from "#node/contract-client.ts";
import { type CellarPaths, cellarPaths } from "#node/paths.ts";
import { sqliteDriver } from "#node/store/driver.ts";
import { rpcPath, rpcProtocol, subprotocols, tokenOfFragment } from "#shared/connection.ts";
import { defaultInputBytes, errorCodes, type ProcedureMeta } from "#shared/contract/base.ts";
import { contract } from "#shared/contract/index.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { endMarked, eventually } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { accepted, refused, tricks } from "#test/zod-arbitrary.ts";

type Call = (path: readonly string[], input: unknown) => Promise<unknown>;
type Procedure = { name: string; path: string[]; input: z.ZodObject; budget: number };

const procedures: Procedure[] = Object.entries(contract).flatMap(([domain, members]) =>
  Object.entries(members).map(([name, member]): Procedure => {
    if (!isContractProcedure(member)) throw new Error(`${domain}.${name} is not a procedure`);
    const { inputSchema, meta } = member["~orpc"];
    const budget = (meta as ProcedureMeta).inputBytes ?? defaultInputBytes;
    return { name: `${domain}.${name}`, path: [domain, name], input: inputSchema as z.ZodObject, budget };
  }),
);
/** Calls a person's own words or paths may go to; the answer to a trick may be a plain "nothing there". */
const looksOnly = new Set([
  "workspaces.complete",
  "terminals.search",
  "notifications.markSeen",
  "broker.watchRequests",
  "broker.history",
]);
const runsPerProcedure = 40;

let folder: TemporaryFolder;
let paths: CellarPaths;
let mode: BrowserMode;
let script: ContractConnection;
let page: WebSocket;
let callers: [string, Call][];

beforeAll(async () => {
  folder = new TemporaryFolder("refusals");
  // Without the start files of the person who runs the tests.
  vi.stubEnv("HOME", folder.path);
  paths = cellarPaths({ ...process.env, CELLAR_HOME: folder.in("home") });
  // The host must be there before the first look at what there is.
  const host = await TerminalHostClient.connect(paths, { name: "test", version: "0", events: false });
  host.close();
  mode = await startBrowserMode({ paths, version: "0.0.0", rendererFolder: folder.in("none"), port: 0 });
  script = (await contractClient(paths.mainSocket))!;
  const { origin, hash } = new URL(mode.url!);
  page = new WebSocket(origin.replace("http", "ws") + rpcPath, subprotocols(rpcProtocol, tokenOfFragment(hash)), {
    headers: { origin },
  });
  await once(page, "open");
  const link = new RPCLink({ websocket: page as unknown as globalThis.WebSocket });
  callers = [
    ["a window", (path, input) => link.call(path, input, { context: {} })],
    ["a script", (path, input) => script.call(path, input)],
  ];
  await eventually(
    () => script.call(["terminals", "list"], {}),
    (list) => Array.isArray(list),
  );
});

afterAll(async () => {
  page?.close();
  script?.close();
  mode?.quit();
  await mode?.ended;
  await endMarked(folder.path);
  vi.unstubAllEnvs();
  rmSync(paths.runtime, { recursive: true, force: true });
  folder[Symbol.dispose]();
});

/** The code of the refusal; fails the test when there was none, or when it says more than it should. */
async function refusal(call: Call, { path, name }: Procedure, input: unknown): Promise<string> {
  let answer: unknown;
  try {
    answer = await call(path, input);
  } catch (thrown) {
    if (!(thrown instanceof ORPCError)) throw thrown;
    const said = thrown.toJSON();
    expect(thrown.defined).toBe(true);
    expect(errorCodes).toContain(said.code);
    expect(said.message.length).toBeLessThan(2_000);
    expect(JSON.stringify(said)).not.toMatch(/\bat .*(\.ts|\.js|node:)/);
    return said.code;
  }
  throw new Error(`${name} accepted ${String(JSON.stringify(input)).slice(0, 500)}: ${JSON.stringify(answer)}`);
}

/** All files of the home (without logs) and all rows of its databases. */
function everything(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(paths.home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path.startsWith(paths.logs) || /\.db(-wal|-shm|\.backup)?$|\.lock(-journal)?$/.test(path)) continue;
    found[path] = entry.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "folder";
  }
  for (const database of [paths.database, paths.terminalsDatabase]) Object.assign(found, rowsOf(database));
  return found;
}

function rowsOf(path: string): Record<string, string> {
  const database = new (sqliteDriver())(path, { readonly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[];
    return Object.fromEntries(
      tables.map((table) => [`${path}: ${table}`, JSON.stringify(database.prepare(`SELECT * FROM "${table}"`).all())]),
    );
  } finally {
    database.close();
  }
}

let before: Record<string, string>;
beforeAll(() => {
  before = everything();
});

describe("every procedure", () => {
  test("is there, and there are many", () => {
    expect(procedures.length).toBeGreaterThan(50);
    expect(Object.keys(before).length).toBeGreaterThan(5);
  });

  test.each(procedures)("$name refuses what its schema does not accept", async (procedure) => {
    await fc.assert(
      fc.asyncProperty(refused(procedure.input), fc.nat(), async (input, who) => {
        const [, call] = callers[who % callers.length]!;
        expect(await refusal(call, procedure, input)).toBe("invalid_input");
      }),
      { numRuns: runsPerProcedure },
    );
  });

  test.each(procedures)("$name refuses more than its budget", async (procedure) => {
    for (const [, call] of callers) {
      const input = { text: "a".repeat(procedure.budget) };
      expect(await refusal(call, procedure, input)).toBe("too_large");
    }
  });

  test.each(procedures.filter(namesSomething))("$name refuses what does not exist", async (procedure) => {
    await fc.assert(
      fc.asyncProperty(accepted(procedure.input), async (input) => {
        const code = await refusal(callers[0]![1], procedure, input);
        expect(["not_found", "conflict", "unavailable", "invalid_input", "refused"]).toContain(code);
      }),
      { numRuns: 10 },
    );
  });

  test.each(procedures.filter(takesText))("$name is not tricked by a text", async (procedure) => {
    const [good] = fc.sample(accepted(procedure.input), { numRuns: 1, seed: 1 }) as Record<string, unknown>[];
    for (const key of textKeys(procedure)) {
      for (const trick of tricks) {
        const input = { ...good, [key]: trick };
        const code = await refusal(callers[0]![1], procedure, input).catch((accepted: Error) => accepted.message);
        if (!looksOnly.has(procedure.name))
          expect([procedure.name, key, trick, errorCodes.includes(code as never)]).toEqual([
            procedure.name,
            key,
            trick,
            true,
          ]);
        expect(code).not.toBe("internal");
      }
    }
  });
});

describe("a caller that is not ours", () => {
  test.each<[string, (token: string) => { protocols: string[]; headers: Record<string, string> }]>([
    ["without a token", () => ({ protocols: [rpcProtocol], headers: {} })],
    ["with a wrong token", () => ({ protocols: subprotocols(rpcProtocol, "A".repeat(43)), headers: {} })],
    [
      "from another site",
      (token) => ({ protocols: subprotocols(rpcProtocol, token), headers: { origin: "http://evil.example" } }),
    ],
    [
      "under a rebound name",
      (token) => ({ protocols: subprotocols(rpcProtocol, token), headers: { host: "evil.example" } }),
    ],
  ])("gets no answer from any procedure: %s", async (_name, how) => {
    const { origin, hash } = new URL(mode.url!);
    const { protocols, headers } = how(tokenOfFragment(hash)!);
    const socket = new WebSocket(origin.replace("http", "ws") + rpcPath, protocols, { headers });
    const answers: unknown[] = [];
    socket.on("message", (data) => answers.push(String(data)));
    socket.on("error", () => {});
    socket.on("open", () => {
      for (const [index, { path }] of procedures.entries()) {
        socket.send(JSON.stringify({ i: String(index), p: { u: `/${path.join("/")}`, b: { json: {} } } }));
      }
    });
    // A refused upgrade is an error to this client, and then the end as well.
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answers).toEqual([]);
  });
});

test("nothing of all that has made, changed or lost anything", () => {
  expect(everything()).toEqual(before);
});

/** A required id of a thing that cannot be there. */
function namesSomething({ input, name }: Procedure): boolean {
  const ids = ["id", "terminalId", "workspaceId", "planId", "uploadId"];
  return (
    !looksOnly.has(name) && ids.some((key) => key in input.shape && !input.shape[key]!.safeParse(undefined).success)
  );
}

/** Texts that say where or what, in calls that make nothing of a text as such. */
function textKeys({ input, name }: Procedure): string[] {
  const makes = new Set(["app.saveLayout.layout", "terminals.create.command", "settings.change.terminalFont"]);
  const keys = [
    "id",
    "url",
    "path",
    "source",
    "prefix",
    "key",
    "planId",
    "uploadId",
    "cwd",
    "terminalId",
    "workspaceId",
  ];
  return keys.filter((key) => key in input.shape && !makes.has(`${name}.${key}`));
}

function takesText(procedure: Procedure): boolean {
  return textKeys(procedure).length > 0;
}
