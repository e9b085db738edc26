/**
 * A secret with a known value is used by a real program in a bottle, through the broker, by an upstream that also says it back in every way and
 * fails with it: afterwards it is nowhere but in the upstream, which got the real one. Looked for in everything that was left behind, and all the
 * while in everything that ran and in every byte that the contract has answered.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isContractProcedure } from "@orpc/contract";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { z } from "zod";
import { type ContractConnection, contractClient } from "#node/contract-client.ts";
import { cellarPaths } from "#node/paths.ts";
import { contract } from "#shared/contract/index.ts";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { AgentBottle, passphrase } from "#test/product/agent-bottle.ts";
import { call } from "#test/product/call.ts";
import { Canary, entriesBelow } from "#test/product/canary.ts";
import { eventually } from "#test/product/processes.ts";
import { claudeCode, missing } from "#test/requirements.ts";

const canary = new Canary();
const handle = "anthropic_api_key";

/** What the contract has answered to anybody in this process, as it came from the socket. */
const answered: Buffer[] = [];
/** Where it was seen while all this ran. */
const seen = new Set<string>();

let api: AnthropicApi;
let agent: AgentBottle;
let stopLooking: () => void;
let watching: ContractConnection;
let bottleId = "";
let terminalId = "";

/** What an agent may leave behind of what it can see: its environment and that of everything around it. */
const look = "env > env.txt; cat /proc/*/environ /proc/*/cmdline > processes.txt 2>/dev/null; echo looked";

/** In a request that the upstream answers with the secret in its head and body. */
const ask = `curl -si -H "x-api-key: $ANTHROPIC_API_KEY" -d '{"messages":[]}' "$ANTHROPIC_BASE_URL/v1/messages" | tee -a answer.txt; curl -s -H "x-api-key: wrong" "$ANTHROPIC_BASE_URL/v1/models"; curl -s -H "x-api-key: $ANTHROPIC_API_KEY" "$ANTHROPIC_BASE_URL/v1/nothing"`;

describe.skipIf(missing("bwrap", "claude-code", "gdb"))("a secret that a program in a bottle uses", () => {
  beforeAll(async () => {
    recordAnswers();
    const timer = setInterval(() => {
      for (const where of canary.inProcesses()) seen.add(where);
    }, 50);
    stopLooking = () => clearInterval(timer);
    api = new AnthropicApi(look, { key: canary.value, says: `It is ${canary.said.join(" , ")} .\n\nThat was it.` });
    agent = await AgentBottle.start({
      handle,
      key: canary.value,
      providers: `[anthropic]\nhost = "127.0.0.1"\nbase-url = "${await api.listen()}"\naddresses = ["loopback"]\n`,
      // Nothing of it may leave this computer.
      programs: "[claude]\nnetwork = { hosts = [] }\n",
      installed: { claude: claudeCode()! },
    });
    const { product } = agent;
    watching = (await contractClient(cellarPaths(product.environment).mainSocket))!;
    for (const { path, input } of procedures()) if (path[1]!.startsWith("watch")) watchAlong(path, input);

    const launched = await agent.launch("claude", {
      prompt: "look around",
      arguments: ["--permission-mode", "bypassPermissions"],
    });
    ({ id: bottleId } = launched.bottle);
    ({ id: terminalId } = launched.terminal);
    await agent.shows(terminalId, /That was it\./);
    const exec = (script: string) => call(product, "bottles.exec", { id: bottleId, script });
    await exec(ask);
    api.parts.error = { status: 400, message: `${canary.said.join(" ")} is not valid` };
    const failed = await exec(ask);
    expect(failed.stdout).toContain("400");
    const said = canary.said.join(" ");
    await call(product, "crashReports.report", { message: `Error: ${said}`, stack: `Error: ${said}\n    at ${said}` });
    await call(product, "vault.lock", {});
    await exec(ask);
    await call(product, "vault.unlock", { passphrase });
    await agent.shows(terminalId, /^❯\s*$/m);
    await agent.write(terminalId, "and now");
    await agent.shows(terminalId, /^❯\sand now/m);
    await agent.write(terminalId, "\r");
    await agent.shows(terminalId, /is not valid/);
    // A crash of main is survived, and says nothing either.
    await product.end("SIGKILL");
    await product.start();
    await call(product, "vault.unlock", { passphrase });
    await eventually(
      () => exec(ask),
      ({ stdout }) => stdout.includes("400"),
      60_000,
    );
  }, 400_000);
  afterAll(async () => {
    stopLooking?.();
    watching?.close();
    await agent?.[Symbol.asyncDispose]();
    await api?.[Symbol.asyncDispose]();
    vi.restoreAllMocks();
  });

  test("was there: the upstream got the real one, each time, and said it back", () => {
    expect(api.asked.length).toBeGreaterThan(4);
    expect(new Set(api.shown)).toEqual(new Set([canary.value]));
    // Looking finds it where it is, however it is written.
    expect(canary.in(api.received.join())).toContain("JSON");
    for (const spelling of canary.said) expect(canary.in(`(${spelling})`)).not.toEqual([]);
  });

  test("is in nobody's arguments or environment, at any time", () => {
    expect([...seen]).toEqual([]);
  });

  test("is in no file: home, databases, logs, sockets' folder, workspace, what the bottle keeps", () => {
    const { folder, home } = agent.product;
    const files = entriesBelow(folder.path).filter(({ file }) => file);
    const names = files.map(({ path }) => path.slice(folder.path.length));
    for (const part of [
      "/home/vault.db",
      "/home/cellar.db",
      "/home/terminals.db",
      "/home/logs/main.log",
      "/api/env.txt",
    ])
      expect(names).toContain(part);
    expect(names.some((name) => name.startsWith(`/home/bottles/${bottleId}/home/.claude/`))).toBe(true);
    expect(names.some((name) => name.startsWith("/home/logs/crash-reports/crash-"))).toBe(true);
    // It looked, and saw what it was given.
    expect(readFileSync(join(agent.workspaceFolder, "processes.txt"), "latin1")).toContain("ANTHROPIC_API_KEY=cellar-");
    expect(readFileSync(join(agent.workspaceFolder, "answer.txt"), "latin1")).toMatch(
      /HTTP\/1\.1 200[\s\S]*HTTP\/1\.1 400/,
    );
    // With the cursor's movements between the words.
    expect(readFileSync(join(home, "terminals", `${terminalId}.log`), "latin1")).toContain("[redacted]");
    expect(canary.below(folder.path)).toEqual([]);
  });

  test("is in nothing that can be seen inside", async () => {
    const { product } = agent;
    const out = product.folder.in("out");
    // Not our own sources and their packages, which are seen at their place when they lie in /tmp.
    const { stdout: temporary } = await call(product, "bottles.exec", {
      id: bottleId,
      script: "ls -Ad /tmp/* /tmp/.[!.]*",
    });
    const places = temporary.split("\n").filter((path) => path !== "" && !import.meta.dirname.startsWith(`${path}/`));
    for (const [number, from] of ["/home/agent", "/run", "/etc", "/dev/shm", ...places].entries()) {
      await call(product, "bottles.copyOut", { id: bottleId, from, to: `${out}-${number}` });
      expect(canary.below(`${out}-${number}`)).toEqual([]);
    }
    expect(entriesBelow(`${out}-0`).length).toBeGreaterThan(5);
    const { stdout } = await call(product, "bottles.exec", {
      id: bottleId,
      script: "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline",
    });
    expect(stdout).toContain("ANTHROPIC_API_KEY=cellar-");
    expect(canary.in(stdout)).toEqual([]);
  });

  test("is in nothing that the contract has ever answered, whatever it is asked", async () => {
    const { product } = agent;
    const client = (await contractClient(cellarPaths(product.environment).mainSocket))!;
    const asked = procedures().filter(({ path }) => /^(?!watch)/.test(path[1]!) && reads.test(path[1]!));
    for (const { path, input } of asked) await client.call(path, input).catch(() => {});
    client.close();
    expect(asked.length).toBeGreaterThan(20);
    const all = Buffer.concat(answered);
    for (const text of [handle, "That was it.", "HTTP/1.1 400", bottleId]) expect(all.includes(text)).toBe(true);
    expect(canary.in(all)).toEqual([]);
  });

  test("is in no core file of main, which holds it in its memory", async () => {
    const { product } = agent;
    await call(product, "bottles.exec", { id: bottleId, script: ask });
    const cores = product.folder.in("cores");
    mkdirSync(cores);
    execFileSync("gcore", ["-o", join(cores, "core"), String(product.pid)], { stdio: "ignore" });
    expect(readdirSync(cores)).toEqual([`core.${product.pid}`]);
    expect(canary.below(cores)).toEqual([]);
    // The person's own programs, behind the terminal host, are not meant.
    const [host] = product.processes().filter(({ command }) => command.includes("terminal-host"));
    expect(readFileSync(`/proc/${host!.pid}/coredump_filter`, "utf8")).toBe("00000033\n");
  });
});

/** Of every connection to the contract that this process makes, every message that comes in. */
function recordAnswers(): void {
  const emit = WebSocket.prototype.emit;
  vi.spyOn(WebSocket.prototype, "emit").mockImplementation(function (this: WebSocket, name, ...values) {
    if (name === "message") answered.push(Buffer.from(values[0] as Buffer));
    return emit.call(this, name, ...values);
  });
}

/** Calls that only look. */
const reads =
  /^(get|list|state|names|info|usage|log|capture|screen|search|details|diff|inspect|backends|manifests|layout|endpoint|events|output|prepare|prepareCleanup|complete|decisions|requests)/;

/** Every procedure, with an input that it takes: made of what there is. */
function procedures(): { path: string[]; input: object }[] {
  const ids = [{}, { id: terminalId }, { id: bottleId }, { id: agent.workspaceId }, { bottleId }, { terminalId }];
  const more = [{ handle }, { workspaceId: agent.workspaceId }, { id: terminalId, query: "e" }, { query: "e" }];
  const programs = [{ workspaceId: agent.workspaceId, programId: "claude" }, { path: agent.workspaceFolder }];
  return Object.entries(contract).flatMap(([domain, members]) =>
    Object.entries(members).flatMap(([name, member]) => {
      if (!isContractProcedure(member)) return [];
      const schema = member["~orpc"].inputSchema as z.ZodType;
      const inputs = [...ids, ...more, ...programs].filter((input) => schema.safeParse(input).success);
      return inputs.map((input) => ({ path: [domain, name], input }));
    }),
  );
}

/** Reads a stream to its end, which comes with the connection's. */
function watchAlong(path: string[], input: object): void {
  const run = async () => {
    for await (const _ of (await watching.call(path, input)) as AsyncIterable<unknown>);
  };
  run().catch(() => {});
}
