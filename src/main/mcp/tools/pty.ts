/** The five `pty_*` tools of tsugite-pty: same arguments, results and messages, on terminals that a person sees too. */
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { terminalSize } from "#shared/contract/base.ts";
import { newTerminal, type Terminal, terminalName, terminalState } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import { ownerOf } from "../caller.ts";
import { ToolError } from "../runtime.ts";
import { type ToolContext, tool } from "./tool.ts";

/** Any text: an id that is none is an unknown terminal. */
export const terminalIdInput = z
  .string()
  .max(200)
  .describe("Id of the terminal, as pty_create and pty_list give it (term- and 8 hex digits).");

const exitCode = z
  .int()
  .nullable()
  .describe("Exit status, or minus the number of the signal that ended it; null while it runs.");
const state = z.enum([...terminalState.options, "unknown"]);
/** More lines than the host hands out at once. */
const mostLines = 1_000_000;
const interrupt = "\x03";

const create = tool({
  name: "pty_create",
  title: "Start a terminal",
  description:
    "Starts a command in a new terminal (a real PTY) and answers at once; it goes on running when you disconnect. The person sees it in Cellar. Read its output with pty_capture or terminal_screen, type with pty_send_keys, end it with pty_kill.",
  input: z.strictObject({
    cmd: z
      .string()
      .max(100_000)
      .describe("Command line, run by /bin/sh -c. A shell or REPL for cells: bash, python3, node …"),
    cwd: z
      .string()
      .max(4096)
      .optional()
      .describe("Directory to start in; default is the workspace's. A relative one is relative to it."),
    env: newTerminal.shape.env
      .unwrap()
      .optional()
      .describe("Variables added to the login environment; null removes one."),
    name: terminalName
      .optional()
      .describe("A name for it, unique among running terminals; the person and the k command know it by this."),
    cols: terminalSize.shape.cols.default(120).describe("Width in columns."),
    rows: terminalSize.shape.rows.default(40).describe("Height in rows."),
  }),
  output: z.object({ terminal_id: z.string(), pid: z.int().nullable(), started_at: z.string(), cmd: z.string() }),
  async run({ cmd, cwd, env, name, cols, rows }, context) {
    await context.runtime.ready();
    try {
      if (cmd.trim() === "") throw new Failure("invalid_input", "Command cannot be empty");
      const terminal = await context.create({
        command: cmd,
        size: { cols, rows },
        owner: ownerOf(context.caller),
        ...(cwd !== undefined && { cwd: await absolute(cwd, context) }),
        ...(env && { env }),
        ...(name !== undefined && { name }),
      });
      context.about(terminal.id);
      return { terminal_id: terminal.id, pid: terminal.pid, started_at: terminal.createdAt, cmd: terminal.command };
    } catch (error) {
      if (error instanceof Failure) throw new ToolError(`Failed to spawn PTY: ${error.message}`);
      throw error;
    }
  },
});

const sendKeys = tool({
  name: "pty_send_keys",
  title: "Type into a terminal",
  description:
    "Types text into a terminal as a person would: all of it, or nothing when the program has ended (bytes_written is 0 then). Control keys are characters: \\u0003 is Ctrl-C, \\u0004 Ctrl-D, \\u001b Escape. To run code in a shell or REPL and get its result, cell_run is better.",
  input: z.strictObject({
    terminal_id: terminalIdInput,
    keys: z.string().max(1_000_000).describe("The text to type, as it is."),
    enter: z
      .boolean()
      .default(true)
      .describe("Adds a line feed at the end. A full-screen program may want \\r in keys instead."),
  }),
  output: z.object({ terminal_id: z.string(), bytes_written: z.int() }),
  destructive: true,
  async run({ terminal_id, keys, enter }, context) {
    await context.terminal(terminal_id);
    const lone = loneSurrogate(keys);
    if (lone !== null) throw new ToolError(`Failed to encode keys: surrogate without its pair at position ${lone}`);
    return { terminal_id, bytes_written: await type(terminal_id, enter ? `${keys}\n` : keys, context) };
  },
});

const capture = tool({
  name: "pty_capture",
  title: "Read a terminal's output",
  description:
    "Reads lines of a terminal's output, escape sequences included; also of one that has ended. For a full-screen program terminal_screen shows what is on the screen.",
  input: z.strictObject({
    terminal_id: terminalIdInput,
    lines: z.int().default(50).describe("How many lines; none for 0 or less."),
    tail: z.boolean().default(true).describe("The last lines; false for the first that are kept."),
  }),
  output: z.object({
    terminal_id: z.string(),
    text: z.string(),
    bytes_out: z.int().describe("Bytes printed since the start."),
    lines_out: z.int().describe("Line feeds printed since the start."),
    truncated: z.boolean().describe("More was printed than is kept in memory (1 MiB)."),
    state,
    exit_code: exitCode,
  }),
  readOnly: true,
  async run({ terminal_id, lines, tail }, context) {
    await context.terminal(terminal_id);
    const params = { id: terminal_id, lines: Math.max(0, Math.min(lines, mostLines)), tail };
    const read = await context.runtime.call("terminals.capture", params, context.signal);
    return {
      terminal_id,
      text: read.text,
      bytes_out: read.bytesOut,
      lines_out: read.linesOut,
      truncated: read.truncated,
      state: read.state,
      exit_code: read.exitCode,
    };
  },
});

const kill = tool({
  name: "pty_kill",
  title: "End or interrupt a terminal",
  description:
    "Sends a signal to a terminal. TERM asks all its processes to end, and kills after 2 seconds those that do not. KILL ends them at once. INT is Ctrl-C. Does nothing to one that has ended.",
  input: z.strictObject({
    terminal_id: terminalIdInput,
    signal: z.string().max(100).default("TERM").describe("TERM, KILL or INT."),
  }),
  output: z.object({ terminal_id: z.string(), state, exit_code: exitCode, signal: z.string() }),
  destructive: true,
  idempotent: true,
  async run({ terminal_id, signal }, context) {
    const terminal = await context.terminal(terminal_id);
    const name = signal.toUpperCase() || "TERM";
    if (name !== "TERM" && name !== "KILL" && name !== "INT") {
      throw new ToolError(`Unsupported signal '${signal}'. Use TERM, KILL, or INT.`);
    }
    const answer = ({ state, exitCode }: Pick<Terminal, "state" | "exitCode">) => ({
      terminal_id,
      state,
      exit_code: exitCode,
      signal: name,
    });
    if (terminal.resolvedAt !== null) return answer(terminal);
    try {
      if (name !== "INT") {
        return answer(await context.runtime.call("terminals.kill", { id: terminal_id, force: name === "KILL" }));
      }
      await type(terminal_id, interrupt, context);
      return answer(await context.runtime.call("terminals.get", { id: terminal_id }));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "not_found") throw error;
      // Forgotten by somebody meanwhile.
      return { terminal_id, state: "unknown" as const, exit_code: null, signal: name };
    }
  },
});

const list = tool({
  name: "pty_list",
  title: "List terminals",
  description:
    "Lists the terminals you can reach, ended ones too: those of your own workspace, unless the person allows more in Cellar.",
  input: z.strictObject({
    state: z
      .string()
      .max(100)
      .optional()
      .describe(`Only those in this state: ${terminalState.options.join(", ")}.`),
  }),
  output: z.array(
    z.object({
      terminal_id: z.string(),
      cmd: z.string(),
      state,
      pid: z.int().nullable(),
      created_at: z.string(),
      resolved_at: z.string().nullable().describe("When it ended."),
      exit_code: exitCode,
      parent_session_id: z.string().nullable().describe("The terminal from which it was started through MCP."),
    }),
  ),
  readOnly: true,
  async run({ state: wanted }, context) {
    await context.runtime.ready();
    return (await context.terminals())
      .filter(({ state }) => wanted === undefined || state === wanted)
      .map(({ id, command, state, pid, createdAt, resolvedAt, exitCode, owner }) => ({
        terminal_id: id,
        cmd: command,
        state,
        pid,
        created_at: createdAt,
        resolved_at: resolvedAt,
        exit_code: exitCode,
        parent_session_id: owner.parentId ?? null,
      }));
  },
});

export const ptyTools = [create, sendKeys, capture, kill, list];

async function type(id: string, text: string, { runtime }: ToolContext): Promise<number> {
  return (await runtime.call("terminals.write", { id, text })).bytesWritten;
}

async function absolute(cwd: string, context: ToolContext): Promise<string> {
  if (isAbsolute(cwd)) return cwd;
  const folder = await context.workspaceFolder();
  if (folder === null) throw new Failure("invalid_input", "cwd has to be an absolute path");
  return resolve(folder, cwd);
}

/** Position of a surrogate that has no partner, which no UTF-8 can express. */
function loneSurrogate(text: string): number | null {
  return text.isWellFormed() ? null : text.search(/\p{Surrogate}/u);
}
