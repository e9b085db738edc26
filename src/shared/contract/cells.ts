/** Cells: pieces of code submitted to a terminal, each with its own id, life cycle and result. At most one is held per terminal. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { cellId, done, liveList, procedure, terminalId, textInputBytes, timestamp } from "./base.ts";

/**
 * running → done | error, or running → timeout. A cell in `timeout` still holds its terminal: what it started may still be
 * running, and only interrupt or kill resolve it (then it becomes `error`). `done` means that the prompt came back, never that the code succeeded.
 */
export const cellState = z.enum(["running", "done", "timeout", "error"]);

export const cell = z.strictObject({
  id: cellId,
  terminalId,
  /** At most the first 64 KiB; `codeBytes` says how much there was. */
  code: z.string(),
  codeBytes: z.int(),
  /** Who submitted it, as far as it is known: a person in the window, `k`, MCP, a script. */
  via: z.enum(["window", "k", "mcp", "script"]),
  state: cellState,
  /** For `error`: `interrupted`, `killed`, `watcher died`, `terminal ended` …; else null. */
  error: z.string().nullable(),
  /** How the end was, or is being, found. */
  end: z.enum(["integration", "repeat", "exact", "hook"]),
  exitCode: z.int().nullable(),
  /** Seconds after which it counts as timed out; 0 is no limit. */
  limitSeconds: z.int().min(0),
  startedAt: timestamp,
  endedAt: timestamp.nullable(),
  durationMs: z.number().nullable(),
  /** Directory of the shell when the cell ended, where the shell reports it. */
  cwd: z.string().nullable(),
  outputBytes: z.int(),
  /** The output was longer than the limit (16 MiB unless said otherwise) and is not complete. */
  truncated: z.boolean(),
});
export type Cell = z.infer<typeof cell>;

/** What happened, from the engine itself, never from marker lines in a program's output. `timeout` and `error` carry the cell's record too. */
export const cellEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("fired"), cell, at: timestamp }),
  z.strictObject({ type: z.literal("done"), cell, at: timestamp }),
  z.strictObject({ type: z.literal("timeout"), cell, at: timestamp }),
  z.strictObject({ type: z.literal("interrupted"), cell, at: timestamp }),
  z.strictObject({ type: z.literal("killed"), cell, at: timestamp }),
  z.strictObject({ type: z.literal("error"), cell, at: timestamp }),
  z.strictObject({ type: z.literal("notify"), terminalId, from: z.string(), message: z.string(), at: timestamp }),
  /** The terminal has ended; nothing more comes from it. */
  z.strictObject({ type: z.literal("closed"), terminalId, at: timestamp }),
]);
export type CellEvent = z.infer<typeof cellEvent>;

const code = z.string().max(1_000_000);
const limitSeconds = z.int().min(0).max(10_000_000);

/** A cell together with (a part of) its output. */
export const cellWithOutput = z.strictObject({ cell, output: z.string() });

export const cells = {
  watch: procedure.input(z.strictObject({ terminalId: terminalId.optional() })).output(liveList(cell)),
  list: procedure
    .input(z.strictObject({ terminalId, limit: z.int().min(1).max(10_000).default(200) }))
    .output(z.array(cell)),
  get: procedure.input(z.strictObject({ id: cellId })).output(cell),
  /** Output text from a character offset, at most `length` characters, so that 16 MiB never cross at once. */
  output: procedure
    .input(
      z.strictObject({
        id: cellId,
        from: z.int().min(0).default(0),
        length: z.int().min(1).max(500_000).default(200_000),
      }),
    )
    .output(z.strictObject({ text: z.string(), totalLength: z.int(), complete: z.boolean() })),
  /** Submits code and answers at once. A held cell is `conflict` with `active cell '<id>'`. Default limit 300 s. */
  fire: procedure
    .meta({ inputBytes: textInputBytes })
    .input(z.strictObject({ terminalId, code, limitSeconds: limitSeconds.default(300) }))
    .output(cell),
  /** Submits code and answers when it is done or its limit is over. Default limit 30 s. Output is cut at 500 000 characters; `output` has it all. */
  run: procedure
    .meta({ inputBytes: textInputBytes })
    .input(z.strictObject({ terminalId, code, limitSeconds: limitSeconds.default(30) }))
    .output(cellWithOutput),
  /** Ctrl-C into the terminal; a held cell ends as `error` with `interrupted`. Null when none was held. */
  interrupt: procedure.input(z.strictObject({ terminalId })).output(cell.nullable()),
  /** Puts a message of a program or person into the terminal's event stream. */
  notify: procedure
    .input(
      z.strictObject({ terminalId, message: z.string().min(1).max(2000), from: z.string().max(200).default("script") }),
    )
    .output(done),
  events: procedure.input(z.strictObject({ terminalId: terminalId.optional() })).output(eventIterator(cellEvent)),
};
