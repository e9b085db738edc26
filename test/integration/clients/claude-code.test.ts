/** Claude Code itself, in a bubblewrap bottle, with nothing but a sentinel: its provider is a double that takes only the real key. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { AgentBottle } from "#test/product/agent-bottle.ts";
import { claudeCode, missing } from "#test/requirements.ts";

const key = "sk-ant-real-0123456789abcdefghij";

const providers = (url: string) => `
[anthropic]
host = "127.0.0.1"
base-url = "${url}"
addresses = ["loopback"]
`;

async function started(api: AnthropicApi): Promise<AgentBottle> {
  return AgentBottle.start({
    handle: "anthropic_api_key",
    key,
    providers: providers(await api.listen()),
    // Nothing of it may leave this computer.
    programs: "[claude]\nnetwork = { hosts = [] }\n",
    installed: { claude: claudeCode()! },
  });
}

test.skipIf(missing("bwrap", "claude-code"))(
  "Claude Code works in a bottle, asks for no sign-in and holds no key",
  async () => {
    const said = Promise.withResolvers<void>();
    await using api = new AnthropicApi("echo made inside > made.txt", { key, between: () => said.promise });
    await using agent = await started(api);
    const { terminal, bottle } = await agent.launch("claude", {
      prompt: "make the file",
      arguments: ["--permission-mode", "bypassPermissions"],
    });
    try {
      // Answers pass as they come: the double says no more until this has been read.
      await agent.shows(terminal.id, /First I look around\./);
      said.resolve();
      await agent.shows(terminal.id, /All done\./);
    } finally {
      console.log(api.asked, api.shown, agent.totals(bottle.id), await agent.screen(terminal.id));
    }
    expect(readFileSync(join(agent.workspaceFolder, "made.txt"), "utf8")).toBe("made inside\n");
    expect(new Set(api.shown)).toEqual(new Set([key]));
  },
);
