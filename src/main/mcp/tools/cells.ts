/** Cells: code submitted to a shell or REPL, with its own id, end and result. And what a terminal shows now. */
import { z } from "zod";
import { cellId } from "#shared/contract/base.ts";
import { type Cell, cellState } from "#shared/contract/cells.ts";
import { Failure } from "#shared/failure.ts";
import { ToolError } from "../runtime.ts";
import { terminalIdInput } from "./pty.ts";
import { type ToolContext, tool } from "./tool.ts";

const code = z
  .string()
  .max(1_000_000)
  .describe("Code for the shell or REPL that runs in the terminal, several lines if need be.");
const seconds = z.int().min(0).max(10_000_000);
const maxOutput = z
  .int()
  .min(1)
  .max(500_000)
  .default(50_000)
  .describe("Characters of output at most; of a longer one the beginning is left out.");

const result = z.object({
  cell_id: z.string(),
  terminal_id: z.string(),
  status: cellState.describe(
    "done: the prompt came back, which is not yet success, see exit_code. timeout: it still runs and holds the terminal. error: interrupted, killed, or the terminal ended.",
  ),
  output: z.string(),
  omitted: z.int().describe("Characters left out before output."),
  error: z.string().nullable().describe("Why the status is error."),
  exit_code: z.int().nullable().describe("Exit status, where the shell says it."),
  duration_ms: z.number().nullable(),
  truncated: z.boolean().describe("There was more output than Cellar keeps of a cell."),
});

const run = tool({
  name: "cell_run",
  title: "Run code and wait",
  description:
    "Runs code in the shell or REPL of a terminal and answers with its output when the prompt is back, or when the time is over (then it still runs: use cell_poll). One cell at a time per terminal.",
  input: z.strictObject({
    terminal_id: terminalIdInput,
    code,
    timeout_seconds: seconds
      .default(30)
      .describe("How long to wait; 0 is no limit. Keep it below your own limit for a tool call."),
    max_output: maxOutput,
  }),
  output: result,
  destructive: true,
  async run({ terminal_id, code, timeout_seconds, max_output }, context) {
    await context.terminal(terminal_id);
    const submission = { terminalId: terminal_id, code, limitSeconds: timeout_seconds, via: "mcp" as const };
    const { cell } = await context.runtime.call("cells.run", submission, context.signal);
    return withOutput(cell, max_output, context);
  },
});

const fire = tool({
  name: "cell_fire",
  title: "Run code without waiting",
  description:
    "Submits code to the shell or REPL of a terminal and answers at once. Ask for the result with cell_poll.",
  input: z.strictObject({
    terminal_id: terminalIdInput,
    code,
    timeout_seconds: seconds.default(300).describe("After so long it counts as timed out, and goes on; 0 is no limit."),
  }),
  output: z.object({ cell_id: z.string(), terminal_id: z.string(), status: cellState }),
  destructive: true,
  async run({ terminal_id, code, timeout_seconds }, context) {
    await context.terminal(terminal_id);
    const submission = { terminalId: terminal_id, code, limitSeconds: timeout_seconds, via: "mcp" as const };
    const cell = await context.runtime.call("cells.fire", submission, context.signal);
    return { cell_id: cell.id, terminal_id, status: cell.state };
  },
});

const poll = tool({
  name: "cell_poll",
  title: "Look at a cell",
  description: "Says how a cell is doing, with the output it has so far.",
  input: z.strictObject({
    cell_id: z.string().max(200).describe("Id of the cell, as cell_run and cell_fire give it (12 hex digits)."),
    max_output: maxOutput,
  }),
  output: result,
  readOnly: true,
  async run({ cell_id, max_output }, context) {
    await context.runtime.ready();
    return withOutput(await reachableCell(cell_id, context), max_output, context);
  },
});

const interrupt = tool({
  name: "cell_interrupt",
  title: "Interrupt a cell",
  description:
    "Sends Ctrl-C to a terminal. A cell that holds it ends with the error 'interrupted', and the terminal takes the next.",
  input: z.strictObject({ terminal_id: terminalIdInput }),
  output: z.object({
    terminal_id: z.string(),
    cell_id: z.string().nullable().describe("The cell that was interrupted; null when none held the terminal."),
    status: cellState.nullable(),
  }),
  destructive: true,
  async run({ terminal_id }, context) {
    await context.terminal(terminal_id);
    const cell = await context.runtime.call("cells.interrupt", { terminalId: terminal_id });
    return { terminal_id, cell_id: cell?.id ?? null, status: cell?.state ?? null };
  },
});

const screen = tool({
  name: "terminal_screen",
  title: "See a terminal's screen",
  description:
    "What a terminal shows now, as lines of text without escape sequences: for full-screen programs, menus and prompts.",
  input: z.strictObject({ terminal_id: terminalIdInput }),
  output: z.object({
    terminal_id: z.string(),
    cols: z.int(),
    rows: z.int(),
    lines: z.array(z.string()),
    cursor: z.object({ x: z.int(), y: z.int(), visible: z.boolean() }).describe("Column and row, both from 0."),
    alternate_screen: z.boolean().describe("A full-screen program has the screen."),
    title: z.string(),
  }),
  readOnly: true,
  async run({ terminal_id }, context) {
    await context.terminal(terminal_id);
    const shown = await context.runtime.call("terminals.screen", { id: terminal_id }, context.signal);
    const { size, lines, cursor, alternate, title } = shown;
    return { terminal_id, ...size, lines, cursor, alternate_screen: alternate, title };
  },
});

export const cellTools = [run, fire, poll, interrupt, screen];

/** One that is unknown and one of a terminal out of reach are the same to the caller. */
async function reachableCell(id: string, context: ToolContext): Promise<Cell> {
  const unknown = `Unknown cell: ${id}`;
  if (!cellId.safeParse(id).success) throw new ToolError(unknown);
  try {
    const cell = await context.runtime.call("cells.get", { id }, context.signal);
    context.about(cell.terminalId);
    await context.terminal(cell.terminalId);
    return cell;
  } catch (error) {
    if (error instanceof Failure && error.code === "not_found") throw new ToolError(unknown);
    if (error instanceof ToolError && error.outcome === "refused") throw new ToolError(unknown, "refused");
    throw error;
  }
}

/** The cell with the end of its output; what was printed last says most. */
async function withOutput(cell: Cell, most: number, { runtime, signal }: ToolContext): Promise<z.infer<typeof result>> {
  const read = (from: number, length: number) => runtime.call("cells.output", { id: cell.id, from, length }, signal);
  const first = await read(0, most);
  const omitted = Math.max(0, first.totalLength - most);
  return {
    cell_id: cell.id,
    terminal_id: cell.terminalId,
    status: cell.state,
    output: omitted === 0 ? first.text : (await read(omitted, most)).text,
    omitted,
    error: cell.error,
    exit_code: cell.exitCode,
    duration_ms: cell.durationMs,
    truncated: cell.truncated,
  };
}
