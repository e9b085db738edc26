/** A sign-in that a manifest lends, through the whole product: planned, launched, used by the real program in its terminal. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { OpenaiResponses } from "#test/doubles/openai-responses.ts";
import { claudeSignIn, codexSignIn, codexToken, Subscription } from "#test/doubles/subscription.ts";
import { AgentBottle } from "#test/product/agent-bottle.ts";
import { eventually } from "#test/product/processes.ts";
import { claudeCode, codex, missing } from "#test/requirements.ts";

function lend(agent: AgentBottle, provider: string, file: string, content: string): void {
  const { folder, home } = agent.product;
  mkdirSync(dirname(folder.in(file)), { recursive: true });
  writeFileSync(folder.in(file), content, { mode: 0o600 });
  for (const kind of ["bottles", "agents"]) mkdirSync(join(home, "manifests", kind), { recursive: true });
  writeFileSync(
    join(home, "manifests", "bottles", "lent.md"),
    `---\nagent_provider:\n  template: ${provider}\n  forward_host_credentials: true\n---\n`,
  );
  writeFileSync(join(home, "manifests", "agents", "lent.md"), "---\nbottle: lent\n---\n");
}

const made = (agent: AgentBottle) =>
  eventually(
    () => agent.textIn("made.txt"),
    (text) => text === "made inside\n",
  );

test.skipIf(missing("bwrap", "claude-code"))(
  "Claude Code begins to work on the person's subscription, and asks for no sign-in",
  async () => {
    const token = "sk-ant-oat01-the-real-access-token-0123456789";
    await using api = new AnthropicApi("echo made inside > made.txt");
    await using subscription = await Subscription.start({ token, address: await api.listen() });
    await using agent = await AgentBottle.start({
      handle: "unused",
      key: "unused-unused",
      providers: `[claude-subscription]\nhost = "127.0.0.1"\nbase-url = "${subscription.url}"\naddresses = ["loopback"]\n`,
      programs: "[claude]\nnetwork = { hosts = [] }\n",
      installed: { claude: claudeCode()! },
    });
    lend(agent, "anthropic", ".claude/.credentials.json", claudeSignIn(token));
    const { plan, terminal } = await agent.launch("claude", {
      agent: "lent",
      prompt: "make the file",
      arguments: ["--permission-mode", "bypassPermissions"],
    });
    expect(plan.routes.join()).toContain("with your sign-in of Claude Code on this computer");
    await agent.shows(terminal.id, /All done\./);
    await made(agent);
    expect(subscription.shown).toEqual(new Set([`Bearer ${token}`]));
  },
);

test.skipIf(missing("bwrap", "codex"))(
  "Codex begins to work on the person's subscription, and asks for no sign-in",
  async () => {
    const token = codexToken();
    await using api = new OpenaiResponses({ command: "echo made inside > made.txt", key: "double" });
    await using subscription = await Subscription.start({
      token,
      address: await api.listen(),
      key: "double",
      path: "/backend-api",
    });
    await using agent = await AgentBottle.start({
      handle: "unused",
      key: "unused-unused",
      providers: `[chatgpt]\nhost = "127.0.0.1"\nbase-url = "${subscription.url}"\naddresses = ["loopback"]\n`,
      programs: "[codex]\nnetwork = { hosts = [] }\n",
      installed: { codex: codex()! },
    });
    lend(agent, "openai", ".codex/auth.json", codexSignIn(token));
    const { plan, terminal } = await agent.launch("codex", { agent: "lent", prompt: "make the file" });
    expect(plan.routes.join()).toContain("with your sign-in of Codex on this computer");
    await agent.shows(terminal.id, /All done\./);
    await made(agent);
    expect(subscription.shown).toEqual(new Set([`Bearer ${token}`]));
  },
);
