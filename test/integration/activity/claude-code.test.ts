/** Claude Code itself, in a real terminal, with a stand-in for its provider: from its start through a question to the end of its turn. */
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { call } from "#test/product/call.ts";
import { Launched } from "#test/product/launched.ts";
import { eventually } from "#test/product/processes.ts";
import { claudeCode, missing } from "#test/requirements.ts";

const key = "sk-not-a-key-of-anybody";

test.skipIf(missing("claude-code"))("is followed by its own hooks", async () => {
  await using api = new AnthropicApi("rm -rf build");
  await using launched = await Launched.start("", {
    ANTHROPIC_BASE_URL: await api.listen(),
    ANTHROPIC_API_KEY: key,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  });
  const { product, workspaceId, workspaceFolder } = launched;
  symlinkSync(claudeCode()!, product.folder.in("bin/claude"));
  const build = join(workspaceFolder, "build");
  mkdirSync(build);
  // As after its first start, in which it asks for a theme, a login, and whether the folder is trusted.
  const projects = { [realpathSync(workspaceFolder)]: { hasTrustDialogAccepted: true } };
  const approved = { approved: [key.slice(-20)], rejected: [] };
  const seed = { hasCompletedOnboarding: true, theme: "dark", projects, customApiKeyResponses: approved };
  writeFileSync(product.folder.in(".claude.json"), JSON.stringify(seed));
  mkdirSync(product.folder.in(".claude"));
  // Without what it would otherwise offer now and then in place of asking.
  const own = JSON.stringify({ permissions: { defaultMode: "default", disableAutoMode: "disable" } });
  writeFileSync(product.folder.in(".claude/settings.json"), own);

  const { terminal } = await call(product, "launches.start", {
    workspaceId,
    programId: "claude",
    prompt: "remove the build folder",
    isolation: "none",
  });
  const asked = await launched.untilState(terminal.id, "permission");
  expect(asked).toMatchObject({ source: "hook", guess: false, degraded: null, evidence: "run `rm -rf build`" });
  expect(existsSync(build)).toBe(true);
  // Moving in the list of answers is none.
  await call(product, "terminals.write", { id: terminal.id, text: "\u001b[B" });
  await call(product, "terminals.write", { id: terminal.id, text: "\u001b[A" });
  expect((await launched.activity(terminal.id))?.state).toBe("permission");
  await call(product, "terminals.write", { id: terminal.id, text: "1" });
  expect(await launched.untilState(terminal.id, "done")).toMatchObject({
    source: "hook",
    evidence: "Finished its turn",
  });
  expect(existsSync(build)).toBe(false);
  const told = await launched.notifications();
  expect(told.map(({ kind, body }) => `${kind}: ${body}`)).toEqual([
    "agent-permission: Asks to run a command",
    "agent-done: Done",
  ]);

  // The next turn, which the person breaks off: no hook says so, the screen does.
  mkdirSync(build);
  const screen = async () => (await call(product, "terminals.screen", { id: terminal.id })).lines;
  await eventually(screen, (lines) => lines.some((line) => /^❯\s*$/.test(line)));
  await call(product, "terminals.write", { id: terminal.id, text: "once more" });
  await eventually(screen, (lines) => lines.some((line) => /❯\sonce more/.test(line)));
  await call(product, "terminals.write", { id: terminal.id, text: "\r" });
  await launched.untilState(terminal.id, "permission", "hook");
  await eventually(screen, (lines) => lines.some((line) => line.includes("Do you want to proceed?")));
  await call(product, "terminals.write", { id: terminal.id, text: "\u001b" });
  const broken = await launched.untilState(terminal.id, "waiting");
  expect(["sequence", "screen"]).toContain(broken.source);
  expect(broken.degraded).toBe("Its hooks have not said anything about this");
  expect(existsSync(build)).toBe(true);
});
