/** Codex itself, in a bubblewrap bottle, with nothing but a sentinel: its provider is a double that takes only the real key. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OpenaiResponses } from "#test/doubles/openai-responses.ts";
import { AgentBottle } from "#test/product/agent-bottle.ts";
import { codex, missing } from "#test/requirements.ts";

const key = "sk-proj-real-0123456789abcdefghij";

const providers = (url: string) => `
[openai]
host = "127.0.0.1"
base-url = "${url}/v1"
addresses = ["loopback"]
prices-as-of = "2026-05-22"
prices = { "gpt-6.1-sol" = { input = 2, output = 10 } }
`;

async function started(api: OpenaiResponses): Promise<AgentBottle> {
  return AgentBottle.start({
    handle: "openai_api_key",
    key,
    providers: providers(await api.listen()),
    // Nothing of it may leave this computer.
    programs: "[codex]\nnetwork = { hosts = [] }\n",
    installed: { codex: codex()! },
  });
}

test.skipIf(missing("bwrap", "codex"))("Codex works in a bottle without a question, and holds no key", async () => {
  const said = Promise.withResolvers<void>();
  await using api = new OpenaiResponses({ command: "echo made inside > made.txt", key, between: () => said.promise });
  await using agent = await started(api);
  const { terminal, bottle } = await agent.launch("codex", { prompt: "make the file" });
  // Answers pass as they come: the double says no more until this has been read.
  await agent.shows(terminal.id, /First I look around\./);
  said.resolve();
  await agent.shows(terminal.id, /All done\./);
  expect(readFileSync(join(agent.workspaceFolder, "made.txt"), "utf8")).toBe("made inside\n");
  expect(new Set(api.asked.map(({ shown }) => shown))).toEqual(new Set([`Bearer ${key}`]));
  console.log(api.asked, agent.totals(bottle.id), await agent.screen(terminal.id));
});
