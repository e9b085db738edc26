/** How a program is started: pure decisions about its arguments and about the way a first prompt reaches it. */
import { extname } from "node:path";
import { Failure } from "#shared/failure.ts";
import type { LaunchableProgram } from "../programs/index.ts";

export type StartPlan = {
  /** Program and arguments; null starts the login shell as every plain terminal does. */
  argv: string[] | null;
  prompt: { by: "none" | "argument" } | { by: "stdin" | "paste"; text: string };
};

/**
 * Longest argument in bytes: Linux takes 128 KiB in one, Windows 32,767 characters in all. A longer prompt is pasted.
 */
const longestArgument = process.platform === "win32" ? 24_000 : 120_000;

/** Throws `invalid_input` for a prompt or an argument that the program cannot be given. */
export function planStart(
  program: LaunchableProgram,
  given: { prompt: string | undefined; extra: readonly string[]; conversation: string | null; mcpUrl: string | null },
): StartPlan {
  const { start, name } = program.entry;
  checkExtra(program, given.extra);
  const conversation = given.conversation ?? "";
  const prompt = given.prompt?.trim() === "" ? undefined : given.prompt;
  const mcp = mcpArguments(program, given.mcpUrl);
  const plain = () => commandOf(program, [...mcp, ...fill(start.arguments, { conversation })], given.extra);
  if (prompt === undefined) return { argv: plain(), prompt: { by: "none" } };
  if (prompt.includes("\0")) throw new Failure("invalid_input", "The prompt contains a NUL character");
  switch (start.prompt) {
    case "none":
      throw new Failure("invalid_input", `${name} takes no first prompt`, { hint: "Start it without one." });
    case "argument": {
      if (Buffer.byteLength(prompt) > longestArgument || isBatch(program.path)) {
        return { argv: plain(), prompt: { by: "paste", text: prompt } };
      }
      const list = fill(start["arguments-with-prompt"] ?? [], { conversation, prompt: safeArgument(prompt) });
      return { argv: commandOf(program, [...mcp, ...list], given.extra), prompt: { by: "argument" } };
    }
    case "stdin":
      return { argv: plain(), prompt: { by: process.platform === "win32" ? "paste" : "stdin", text: prompt } };
    case "paste":
      return { argv: plain(), prompt: { by: "paste", text: prompt } };
  }
}

/** Arguments that continue a conversation. The entry has a conversation. */
export function planResume(
  program: LaunchableProgram,
  conversation: string,
  extra: readonly string[],
  mcpUrl: string | null,
): string[] {
  checkExtra(program, extra);
  const list = fill(program.entry.conversation?.resume ?? [], { conversation });
  return commandOf(program, [...mcpArguments(program, mcpUrl), ...list], extra) ?? [program.path];
}

/** In front of all others: Claude Code's option takes every argument up to the next option. Empty without an address. */
function mcpArguments(program: LaunchableProgram, url: string | null): string[] {
  if (url === null) return [];
  const { mcp, name } = program.entry;
  if (mcp === undefined) {
    throw new Failure("invalid_input", `${name} cannot be told of Cellar's MCP server when it is started`, {
      hint: "Add the server to the program's own configuration; docs/mcp.md says how.",
    });
  }
  const list = fill(mcp.arguments, { "mcp-url": url });
  checkExtra(program, list);
  return list;
}

function commandOf(program: LaunchableProgram, list: readonly string[], extra: readonly string[]): string[] | null {
  const [first, ...fixed] = program.entry.command;
  const rest = [...fixed, ...list, ...extra];
  if (first === "{shell}" && rest.length === 0) return null;
  return [program.path, ...rest];
}

/** Replaces each placeholder once; what is put in is not looked at again. */
function fill(list: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return list.map((argument) => argument.replace(/\{([a-z-]+)\}/g, (whole, name: string) => values[name] ?? whole));
}

/**
 * A prompt of one plain word could be the name of a subcommand (`claude update`), and one that begins with a dash an option. A space in
 * front is no part of either, and means nothing to an agent.
 */
function safeArgument(prompt: string): string {
  return /^-|^[A-Za-z][\w:-]*$/.test(prompt) ? ` ${prompt}` : prompt;
}

/** Batch files, as npm installs them on Windows, pass their arguments through the command interpreter, which would run parts of a prompt. */
function isBatch(path: string): boolean {
  return process.platform === "win32" && [".cmd", ".bat"].includes(extname(path).toLowerCase());
}

function checkExtra(program: LaunchableProgram, extra: readonly string[]): void {
  for (const argument of extra) {
    if (argument.includes("\0")) throw new Failure("invalid_input", "An argument contains a NUL character");
    if (isBatch(program.path) && /["%!^&|<>\r\n]/.test(argument)) {
      throw new Failure("invalid_input", `The argument ${argument} cannot be given to ${program.path}`, {
        hint: 'A batch file takes no arguments with any of " % ! ^ & | < > or a line break.',
      });
    }
  }
}
