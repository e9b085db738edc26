/** Claude Code itself, in a bubblewrap bottle, with nothing but a sentinel: its provider is a double that takes only the real key. */
import { describe, expect, test } from "vitest";
import { AnthropicApi, type AnthropicApiParts } from "#test/doubles/anthropic-api.ts";
import { AgentBottle, passphrase } from "#test/product/agent-bottle.ts";
import { call } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { claudeCode, missing } from "#test/requirements.ts";

const key = "sk-ant-real-0123456789abcdefghij";
const command = "echo made inside >> made.txt";
const unasked = ["--permission-mode", "bypassPermissions"];

const asking = ["--permission-mode", "default"];

const apiWith = (more: AnthropicApiParts = {}) => new AnthropicApi(command, { key, between: async () => {}, ...more });

async function started(api: AnthropicApi): Promise<AgentBottle> {
  return AgentBottle.start({
    handle: "anthropic_api_key",
    key,
    providers: `
[anthropic]
host = "127.0.0.1"
base-url = "${await api.listen()}"
addresses = ["loopback"]
prices-as-of = "2026-05-22"
prices = { "claude-opus-5-5" = { input = 5, output = 25 }, "claude-haiku-4-5" = { input = 1, output = 5 } }
`,
    // Nothing of it may leave this computer.
    programs: "[claude]\nnetwork = { hosts = [] }\n",
    installed: { claude: claudeCode()! },
  });
}

/** Types when the input is there and empty, and Enter when what was typed is seen. */
async function say(agent: AgentBottle, terminalId: string, text: string): Promise<void> {
  await agent.shows(terminalId, /^❯/m);
  await agent.write(terminalId, "\u0015");
  await agent.shows(terminalId, /^❯\s*$/m);
  await agent.write(terminalId, text);
  await agent.shows(terminalId, new RegExp(`^❯\\s${text}`, "m"));
  await agent.write(terminalId, "\r");
}

/** Says yes until the question is gone: a key that comes before it listens is lost. */
async function allow(agent: AgentBottle, terminalId: string): Promise<void> {
  const question = /Do you want to proceed\?/;
  await agent.shows(terminalId, question);
  let looks = 0;
  await eventually(
    async () => {
      if (looks++ % 40 === 0) await agent.write(terminalId, "1");
      return agent.screen(terminalId);
    },
    (text) => !question.test(text),
    60_000,
  );
}

/** What stands inside for the key, and that the key does not. */
async function sentinelIn(agent: AgentBottle, bottleId: string): Promise<string> {
  const { stdout } = await call(agent.product, "bottles.exec", { id: bottleId, script: "env" });
  expect(stdout).not.toContain(key);
  expect(stdout).toContain("ANTHROPIC_BASE_URL=http://127.0.0.1:9098/llm/anthropic\n");
  return /^ANTHROPIC_API_KEY=(cellar-[\w-]{22,})$/m.exec(stdout)![1]!;
}

function sawOnlyTheKey(api: AnthropicApi, sentinel: string): void {
  expect(new Set(api.shown)).toEqual(new Set([key]));
  expect(api.received.join("\n")).not.toContain(sentinel);
}

describe.skipIf(missing("bwrap", "claude-code"))("Claude Code in a bottle", () => {
  test("works on a prompt from its start on: no sign-in, no theme, no trust and no key is asked about", async () => {
    const said = Promise.withResolvers<void>();
    await using api = apiWith({ between: () => said.promise });
    await using agent = await started(api);
    const { terminal, bottle, plan } = await agent.launch("claude", { prompt: "make the file", arguments: unasked });
    expect(plan.routes).toEqual(["127.0.0.1 [auth:x-api-key]"]);
    expect(plan.environment).toEqual(expect.arrayContaining(["ANTHROPIC_API_KEY", "DISABLE_AUTOUPDATER"]));
    const sentinel = await sentinelIn(agent, bottle.id);
    // Answers pass as they come: the double says no more until this has been read.
    await agent.shows(terminal.id, /● First I look around\./);
    said.resolve();
    await agent.shows(terminal.id, /● All done\./);
    expect(agent.textIn("made.txt")).toBe("made inside\n");
    expect(api.results.join()).not.toContain('"is_error":true');
    sawOnlyTheKey(api, sentinel);
    // 10 tokens in and 5 out for each answer.
    const used = await agent.counted(bottle.id, api.asked.filter((asked) => asked === "POST /v1/messages").length);
    expect(used).toMatchObject({ inputTokens: used.answers * 10, outputTokens: used.answers * 5, withoutUsage: 0 });
    expect(used.costUsd).toBeGreaterThan(0);
  });

  test("asks as always before it does something, and goes on in its home under another sentinel", async () => {
    await using api = apiWith();
    await using agent = await started(api);
    const one = await agent.launch("claude", { prompt: "make the file", arguments: asking });
    await allow(agent, one.terminal.id);
    await agent.shows(one.terminal.id, /● All done\./);
    const before = await sentinelIn(agent, one.bottle.id);
    await say(agent, one.terminal.id, "/exit");
    expect(await agent.ended(one.terminal.id)).toBe(0);

    const two = await agent.launch("claude", { resume: one.launch.id });
    await agent.shows(two.terminal.id, /All done\.[\s\S]*❯/);
    const now = await sentinelIn(agent, two.bottle.id);
    expect(now).not.toBe(before);
    await say(agent, two.terminal.id, "once more");
    await allow(agent, two.terminal.id);
    await eventually(
      () => agent.textIn("made.txt"),
      (text) => text === "made inside\nmade inside\n",
      60_000,
    );
    sawOnlyTheKey(api, before);
    sawOnlyTheKey(api, now);
  });

  test("answers once on its standard output and ends", async () => {
    await using api = apiWith();
    await using agent = await started(api);
    const { terminal } = await agent.launch("claude", { arguments: [...unasked, "--print", "make the file"] });
    expect(await agent.ended(terminal.id)).toBe(0);
    expect(await agent.screen(terminal.id)).toContain("All done.");
    expect(agent.textIn("made.txt")).toBe("made inside\n");
    expect(new Set(api.shown)).toEqual(new Set([key]));
  });

  test("is refused while the vault is locked, is told why, and goes on by itself when it is unlocked", async () => {
    const locked = Promise.withResolvers<void>();
    await using api = apiWith({ between: () => locked.promise });
    await using agent = await started(api);
    const { product } = agent;
    const { terminal, bottle } = await agent.launch("claude", { prompt: "make the file", arguments: unasked });
    await agent.shows(terminal.id, /● First I look around\./);
    await call(product, "vault.lock", {});
    locked.resolve();
    const asked = api.asked.length;
    // The answer that was on its way comes to its end; the next question gets none.
    await eventually(
      () => agent.textIn("made.txt"),
      (text) => text === "made inside\n",
      60_000,
    );
    const script = `curl -s -w '\\n%{http_code}' -H "x-api-key: $ANTHROPIC_API_KEY" -d '{}' "$ANTHROPIC_BASE_URL/v1/messages"`;
    const { stdout } = await call(product, "bottles.exec", { id: bottle.id, script });
    expect(stdout).toBe(
      "broker has no credential: the vault is locked, so secret 'anthropic_api_key' cannot be read\n503",
    );
    await agent.shows(terminal.id, /[Rr]etry|locked/);
    expect(api.asked.length).toBe(asked);
    await call(product, "vault.unlock", { passphrase });
    await agent.shows(terminal.id, /● All done\./, 100_000);
    expect(new Set(api.shown)).toEqual(new Set([key]));
  });
});
