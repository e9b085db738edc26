/** Codex itself, in a bubblewrap bottle, with nothing but a sentinel: its provider is a double that takes only the real key. */
import { describe, expect, test } from "vitest";
import { OpenaiResponses } from "#test/doubles/openai-responses.ts";
import { AgentBottle } from "#test/product/agent-bottle.ts";
import { call } from "#test/product/call.ts";
import { codex, missing } from "#test/requirements.ts";

const key = "sk-proj-real-0123456789abcdefghij";
const command = "echo made inside > made.txt";

async function started(api: OpenaiResponses): Promise<AgentBottle> {
  return AgentBottle.start({
    handle: "openai_api_key",
    key,
    providers: `
[openai]
host = "127.0.0.1"
base-url = "${await api.listen()}/v1"
addresses = ["loopback"]
prices-as-of = "2026-05-22"
prices = { "gpt-6.1-sol" = { input = 2, output = 10 } }
`,
    // Nothing of it may leave this computer.
    programs: "[codex]\nnetwork = { hosts = [] }\n",
    installed: { codex: codex()! },
  });
}

describe.skipIf(missing("bwrap", "codex"))("Codex in a bottle", () => {
  test("works on a prompt from its start on: no sign-in and no trust is asked about, and it holds no key", async () => {
    const said = Promise.withResolvers<void>();
    await using api = new OpenaiResponses({ command, key, between: () => said.promise });
    await using agent = await started(api);
    const { terminal, bottle, plan } = await agent.launch("codex", { prompt: "make the file" });
    expect(plan.routes).toEqual(["127.0.0.1 [auth:Bearer]"]);
    expect(plan.environment).toEqual(expect.arrayContaining(["CODEX_HOME", "OPENAI_API_KEY"]));
    // Answers pass as they come: the double says no more until this has been read.
    await agent.shows(terminal.id, /• First I look around\./);
    said.resolve();
    await agent.shows(terminal.id, /• All done\./);
    expect(agent.textIn("made.txt")).toBe("made inside\n");

    expect(new Set(api.shown)).toEqual(new Set([`Bearer ${key}`]));
    const { stdout } = await call(agent.product, "bottles.exec", { id: bottle.id, script: "env" });
    expect(stdout).not.toContain(key);
    const sentinel = /^OPENAI_API_KEY=(cellar-[\w-]{22,})$/m.exec(stdout)![1]!;
    expect(api.received.join("\n")).not.toContain(sentinel);
    // 1000 tokens in and 100 out for each answer.
    const used = await agent.counted(bottle.id, api.asked.filter((asked) => asked === "POST /v1/responses").length);
    expect(used).toMatchObject({ inputTokens: used.answers * 1000, outputTokens: used.answers * 100, withoutUsage: 0 });
    expect(used.costUsd).toBeGreaterThan(0);
  });

  test("works through a task without a screen and ends", async () => {
    await using api = new OpenaiResponses({ command, key });
    await using agent = await started(api);
    const { terminal } = await agent.launch("codex", {
      arguments: ["exec", "--skip-git-repo-check", "make the file"],
    });
    expect(await agent.ended(terminal.id)).toBe(0);
    expect(await agent.screen(terminal.id)).toContain("All done.");
    expect(agent.textIn("made.txt")).toBe("made inside\n");
    expect(api.results.join()).toContain("Script completed");
    expect(new Set(api.shown)).toEqual(new Set([`Bearer ${key}`]));
  });
});
