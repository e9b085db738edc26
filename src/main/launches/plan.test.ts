import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type LaunchableProgram, readCatalogue } from "../programs/index.ts";
import { pasted } from "./paste.ts";
import { planResume, planStart } from "./plan.ts";

const builtin = await readCatalogue(join(import.meta.dirname, "../../../resources/agent-programs"), "/nowhere.toml");

function program(id: string): LaunchableProgram {
  const entry = builtin.programs.find((each) => each.id === id)!.entry!;
  return { id, entry, path: `/bin/${entry.command[0]}` };
}

const start = (id: string, prompt?: string, extra: string[] = []) =>
  planStart(program(id), { prompt, extra, conversation: "CONVERSATION", mcpUrl: null });

describe("how a program is started", () => {
  test.each([
    ["claude", ["/bin/claude", "--session-id", "CONVERSATION"]],
    ["codex", ["/bin/codex"]],
    ["gemini", ["/bin/gemini", "--session-id", "CONVERSATION"]],
    ["qwen", ["/bin/qwen", "--session-id", "CONVERSATION"]],
    ["opencode", ["/bin/opencode"]],
    ["goose", ["/bin/goose", "session", "--name", "CONVERSATION"]],
    ["aider", ["/bin/aider", "--chat-history-file", ".aider.chat.history.CONVERSATION.md"]],
    ["amp", ["/bin/amp"]],
    ["cursor", ["/bin/cursor-agent"]],
    ["copilot", ["/bin/copilot", "--session-id=CONVERSATION"]],
    ["crush", ["/bin/crush"]],
    ["shell", null],
  ])("%s without a prompt", (id, argv) => {
    expect(start(id)).toEqual({ argv, prompt: { by: "none" } });
    expect(start(id, " \n ")).toEqual({ argv, prompt: { by: "none" } });
  });

  test.each([
    ["claude", ["--session-id", "CONVERSATION", "fix it"]],
    ["codex", ["fix it"]],
    ["gemini", ["--session-id", "CONVERSATION", "--prompt-interactive", "fix it"]],
    ["qwen", ["--session-id", "CONVERSATION", "--prompt-interactive", "fix it"]],
    ["opencode", ["--prompt", "fix it"]],
    ["goose", ["run", "--interactive", "--name", "CONVERSATION", "--text", "fix it"]],
    ["cursor", ["fix it"]],
    ["copilot", ["--session-id=CONVERSATION", "--interactive", "fix it"]],
  ])("%s with a prompt as argument", (id, rest) => {
    const plan = start(id, "fix it");
    expect(plan.argv?.slice(1)).toEqual(rest);
    expect(plan.prompt).toEqual({ by: "argument" });
  });

  test.each([
    ["amp", "stdin"],
    ["aider", "paste"],
    ["crush", "paste"],
  ])("%s is given its prompt by %s, and not as argument", (id, by) => {
    const plan = start(id, "fix it");
    expect(plan.prompt).toEqual({ by, text: "fix it" });
    expect(plan.argv).not.toContain("fix it");
  });

  test.each([
    ["claude", ["--resume", "CONVERSATION"]],
    ["codex", ["resume", "CONVERSATION"]],
    ["gemini", ["--resume", "CONVERSATION"]],
    ["qwen", ["--resume", "CONVERSATION"]],
    ["opencode", ["--session", "CONVERSATION"]],
    ["goose", ["session", "--resume", "--name", "CONVERSATION"]],
    ["amp", ["threads", "continue", "CONVERSATION"]],
    ["cursor", ["--resume", "CONVERSATION"]],
    ["copilot", ["--resume=CONVERSATION"]],
    ["crush", ["--session", "CONVERSATION"]],
    ["aider", ["--chat-history-file", ".aider.chat.history.CONVERSATION.md", "--restore-chat-history"]],
  ])("%s resumed", (id, rest) => {
    expect(planResume(program(id), "CONVERSATION", [], null).slice(1)).toEqual(rest);
    expect(planResume(program(id), "CONVERSATION", ["--more"], null).at(-1)).toBe("--more");
  });

  test.each([
    [
      "claude",
      [
        "--mcp-config",
        `{"mcpServers":{"cellar":{"type":"http","url":"URL","headers":{"Authorization":"Bearer \${CELLAR_TOKEN}"}}}}`,
      ],
    ],
    ["codex", ["-c", 'mcp_servers.cellar={url="URL",bearer_token_env_var="CELLAR_TOKEN"}']],
  ])("%s is told of Cellar's MCP server in front of everything else, without a secret", (id, told) => {
    const given = { extra: ["--more"], conversation: "CONVERSATION", mcpUrl: "URL" };
    for (const prompt of [undefined, "fix it"]) {
      const { argv } = planStart(program(id), { ...given, prompt });
      const plain = planStart(program(id), { ...given, prompt, mcpUrl: null });
      expect(argv).toEqual([plain.argv![0], ...told, ...plain.argv!.slice(1)]);
    }
    expect(planResume(program(id), "CONVERSATION", [], "URL").slice(1, 3)).toEqual(told);
  });

  test("a program that cannot be told is not started as if it had been", () => {
    const given = { prompt: undefined, extra: [], conversation: null, mcpUrl: "URL" };
    expect(() => planStart(program("aider"), given)).toThrow(expect.objectContaining({ code: "invalid_input" }));
    expect(() => planResume(program("aider"), "CONVERSATION", [], "URL")).toThrow(/Aider cannot be told/);
  });

  test("a prompt that could be a subcommand or an option is neither", () => {
    for (const prompt of ["update", "-p", "--dangerously-skip-permissions", "mcp"]) {
      expect(start("claude", prompt).argv?.at(-1)).toBe(` ${prompt}`);
    }
    for (const prompt of ["update it", "/init", "Déjà vu?", "what -p does"]) {
      expect(start("claude", prompt).argv?.at(-1)).toBe(prompt);
    }
  });

  test("what a prompt contains is never taken for a placeholder", () => {
    expect(start("claude", "say {conversation} and {prompt}").argv?.at(-1)).toBe("say {conversation} and {prompt}");
    expect(start("claude", "cost: $& $1").argv?.at(-1)).toBe("cost: $& $1");
  });

  test("a prompt too long for an argument is pasted", () => {
    const text = "é".repeat(100_000);
    expect(start("claude", text)).toEqual({
      argv: ["/bin/claude", "--session-id", "CONVERSATION"],
      prompt: { by: "paste", text },
    });
  });

  test("the person's arguments come last", () => {
    expect(start("claude", "fix it", ["--model", "opus"]).argv).toEqual([
      "/bin/claude",
      "--session-id",
      "CONVERSATION",
      "fix it",
      "--model",
      "opus",
    ]);
    expect(start("shell", undefined, ["-c", "true"]).argv?.slice(1)).toEqual(["-c", "true"]);
  });

  test("refuses a prompt for the shell, and NUL", () => {
    expect(() => start("shell", "hello")).toThrow("Shell takes no first prompt");
    expect(() => start("claude", "a\0b")).toThrow("NUL");
    expect(() => start("claude", undefined, ["a\0b"])).toThrow("NUL");
  });
});

describe("a prompt that is pasted", () => {
  test("is one paste, without the means to end it early", () => {
    expect(pasted("one\r\ntwo\n\tthree\n\n", "bracketed")).toBe("\x1b[200~one\rtwo\r\tthree\x1b[201~");
    expect(pasted("sneaky\x1b[201~\rrm -rf /\x07\x9b", "bracketed")).toBe("\x1b[200~sneaky[201~\rrm -rf /\x1b[201~");
  });

  test("is typed as it is where the program knows no paste", () => {
    expect(pasted("one\ntwo", "plain")).toBe("one\rtwo");
  });
});
