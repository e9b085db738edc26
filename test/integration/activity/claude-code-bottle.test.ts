/** Claude Code itself, in a bottle: it says by its own hooks what it does, and has found Cellar's MCP server there. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Activity } from "#shared/contract/activities.ts";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { AgentBottle } from "#test/product/agent-bottle.ts";
import { first } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { claudeCode, missing } from "#test/requirements.ts";

const key = "sk-ant-real-0123456789abcdefghij";

describe.skipIf(missing("bwrap", "claude-code"))("Claude Code in a bottle", () => {
  test("is followed by its hooks, and may ask and drive what the person let it", async () => {
    await using api = new AnthropicApi("rm -rf build", { key, between: async () => {} });
    await using agent = await AgentBottle.start({
      handle: "anthropic_api_key",
      key,
      providers: `[anthropic]\nhost = "127.0.0.1"\nbase-url = "${await api.listen()}"\naddresses = ["loopback"]\n`,
      programs: "[claude]\nnetwork = { hosts = [] }\n",
      installed: { claude: claudeCode()! },
    });
    const manifests = join(agent.product.home, "manifests");
    for (const kind of ["agents", "bottles"]) mkdirSync(join(manifests, kind), { recursive: true });
    writeFileSync(join(manifests, "bottles/asking.md"), "---\nsupervise: true\n---\n");
    writeFileSync(join(manifests, "agents/asking.md"), "---\nbottle: asking\n---\n");
    const { terminal } = await agent.launch("claude", {
      prompt: "remove the build folder",
      arguments: ["--permission-mode", "default"],
      agent: "asking",
      drivesTerminals: true,
    });
    const until = (state: Activity["state"]) =>
      eventually(
        async () => {
          const event = await first(agent.product, "activities.watch", {});
          return event.type === "all" ? event.items.find(({ id }) => id === terminal.id) : undefined;
        },
        (now) => now?.state === state,
        60_000,
      );
    expect(await until("permission")).toMatchObject({ source: "hook", guess: false, evidence: "run `rm -rf build`" });
    const question = /Do you want to proceed\?/;
    await agent.shows(terminal.id, question);
    // Until the question is gone: a key that comes before it listens is lost.
    let looks = 0;
    await eventually(
      async () => {
        if (looks++ % 40 === 0) await agent.write(terminal.id, "1");
        return agent.screen(terminal.id);
      },
      (text) => !question.test(text),
    );
    expect(await until("done")).toMatchObject({ source: "hook", evidence: "Finished its turn" });
    const offered = api.received.join("\n");
    for (const tool of ["egress-block", "ask-decision", "pty_create"])
      expect(offered).toContain(`mcp__cellar__${tool}`);
  });
});
