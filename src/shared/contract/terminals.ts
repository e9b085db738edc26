/** Terminals: PTYs with a persistent record, owned by the terminal host. Their bytes travel beside the contract (`#shared/terminals/stream.ts`). */
import { z } from "zod";
import {
  absolutePath,
  bottleId,
  cellId,
  done,
  launchId,
  liveList,
  procedure,
  programId,
  terminalId,
  terminalSize,
  textInputBytes,
  timestamp,
  workspaceId,
} from "./base.ts";

/** starting → running → succeeded | failed | cancelled | stream_lost; the last four are final. */
export const terminalState = z.enum(["starting", "running", "succeeded", "failed", "cancelled", "stream_lost"]);
export type TerminalState = z.infer<typeof terminalState>;

/** Name of a terminal as `k` uses it: `[A-Za-z0-9_.-]`, never `..`, not only dots, at most 64 characters. */
export const terminalName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9_.-]+$/, "letters, digits, '_', '.' and '-'")
  .refine((name) => !name.includes("..") && !/^\.+$/.test(name), "cannot be or contain '..'");

/** What the terminal belongs to. The host keeps it as it is; only main gives it a meaning. */
export const terminalOwner = z.strictObject({
  workspaceId: workspaceId.optional(),
  launchId: launchId.optional(),
  programId: programId.optional(),
  /** It runs inside this bottle. */
  bottleId: bottleId.optional(),
  /** Terminal from which this one was started by a program inside it. */
  parentId: terminalId.optional(),
});
export type TerminalOwner = z.infer<typeof terminalOwner>;

/** How the end of a cell is found in a terminal. */
export const cellEnd = z.discriminatedUnion("mode", [
  /** The shell says so itself (OSC 133/633, injected at spawn); falls back to `repeat` until its first prompt mark is seen. */
  z.strictObject({ mode: z.literal("integration") }),
  /** Five equal prompt lines in a row after five empty Enters. */
  z.strictObject({ mode: z.literal("repeat") }),
  /** A line equal to this prompt. */
  z.strictObject({ mode: z.literal("exact"), prompt: z.string().min(1).max(1000) }),
  /** An executable that is fed each line on stdin and exits when the cell has ended. Absolute path. */
  z.strictObject({ mode: z.literal("hook"), path: absolutePath }),
]);
export type CellEnd = z.infer<typeof cellEnd>;

export const terminal = z.strictObject({
  id: terminalId,
  /** Unique among terminals that are alive; what `k` calls a session. */
  name: terminalName.nullable(),
  /** Last title the program set (OSC 0/2), at most 200 characters; empty when none. */
  title: z.string(),
  /** The command as it was given; run by `/bin/sh -c` unless `argv` was given. */
  command: z.string(),
  argv: z.array(z.string()).nullable(),
  /** Directory it was started in. */
  cwd: z.string().nullable(),
  /** Directory the shell last reported (OSC 7, 633;P;Cwd, 9;9), else null. */
  currentCwd: z.string().nullable(),
  state: terminalState,
  pid: z.int().nullable(),
  /** Exit status 0–255, or minus the signal number when a signal ended it. */
  exitCode: z.int().nullable(),
  size: terminalSize,
  /** Bytes and line feeds since spawn; they never decrease. */
  bytesOut: z.int(),
  linesOut: z.int(),
  /** Text after the last line feed, at most 200 characters, escape sequences removed. */
  lastLine: z.string(),
  /** More was printed than the host keeps in memory (1 MiB unless said otherwise). */
  truncated: z.boolean(),
  owner: terminalOwner,
  cellEnd,
  /** Whether shell integration has been seen working: a prompt mark has arrived. */
  integrated: z.boolean(),
  /** The cell that holds the terminal now. */
  heldCellId: cellId.nullable(),
  restartedFrom: terminalId.nullable(),
  /** Version of the older Cellar whose terminal host runs it still, beside ours: it can be ended, and its output is there when it has. */
  olderVersion: z.string().optional(),
  createdAt: timestamp,
  updatedAt: timestamp,
  /** When the first final state was reached. */
  resolvedAt: timestamp.nullable(),
});
export type Terminal = z.infer<typeof terminal>;

/** What can be said when a terminal is made; everything has a default that works. */
export const newTerminal = z.strictObject({
  name: terminalName.optional(),
  /** Command line for `/bin/sh -c`. Without it and without `argv`: the person's login shell, interactive. */
  command: z.string().max(100_000).optional(),
  /** Program and arguments, started without a shell in between. Wins over `command`. */
  argv: z.array(z.string().max(100_000)).min(1).max(1000).optional(),
  /** Default: the workspace's directory, else the home directory. */
  cwd: absolutePath.optional(),
  /** Added to the login environment; `null` removes a variable. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(100_000).nullable()).optional(),
  size: terminalSize.optional(),
  /** Default: `integration` where the shell supports it, else `repeat`. */
  cellEnd: cellEnd.optional(),
  owner: terminalOwner.optional(),
});
export type NewTerminal = z.infer<typeof newTerminal>;

/** Text of a terminal as lines, as `pty_capture` gives it (features 5.5). */
export const capture = z.strictObject({
  terminalId,
  text: z.string(),
  bytesOut: z.int(),
  linesOut: z.int(),
  truncated: z.boolean(),
  state: terminalState,
  exitCode: z.int().nullable(),
});

/** What a terminal shows now. */
export const screen = z.strictObject({
  terminalId,
  size: terminalSize,
  /** One string a row, trailing blanks cut. */
  lines: z.array(z.string()),
  cursor: z.strictObject({ x: z.int(), y: z.int(), visible: z.boolean() }),
  /** A full-screen program has the alternate screen. */
  alternate: z.boolean(),
  title: z.string(),
});

const byId = z.strictObject({ id: terminalId });

export const terminals = {
  list: procedure
    .input(z.strictObject({ workspaceId: workspaceId.optional(), state: terminalState.optional() }))
    .output(z.array(terminal)),
  watch: procedure.input(z.strictObject({})).output(liveList(terminal)),
  get: procedure.input(byId).output(terminal),
  create: procedure.input(newTerminal).output(terminal),
  /** Types text as a person would: UTF-8, no Enter added. */
  write: procedure
    .meta({ inputBytes: textInputBytes })
    .input(z.strictObject({ id: terminalId, text: z.string().max(1_000_000) }))
    .output(z.strictObject({ bytesWritten: z.int() })),
  resize: procedure.input(z.strictObject({ id: terminalId, size: terminalSize })).output(done),
  rename: procedure.input(z.strictObject({ id: terminalId, name: terminalName.nullable() })).output(terminal),
  /** From the next cell on; a terminal that a cell holds is `conflict`. */
  setCellEnd: procedure.input(z.strictObject({ id: terminalId, cellEnd })).output(terminal),
  capture: procedure
    .input(
      z.strictObject({
        id: terminalId,
        lines: z.int().min(0).max(1_000_000).default(50),
        tail: z.boolean().default(true),
      }),
    )
    .output(capture),
  screen: procedure.input(byId).output(screen),
  /** First call asks (SIGTERM to the whole tree, SIGKILL after 2 s); `force` kills at once. */
  kill: procedure.input(z.strictObject({ id: terminalId, force: z.boolean().default(false) })).output(terminal),
  /** Only from a final state; the new terminal has a new id and `restartedFrom`. */
  restart: procedure.input(byId).output(terminal),
  /** Forgets a terminal in a final state, with its log and cells. */
  remove: procedure.input(byId).output(done),
  /** Text found in the output of all terminals, newest first. */
  search: procedure
    .input(
      z.strictObject({
        text: z.string().min(1).max(1000),
        regex: z.boolean().default(false),
        limit: z.int().min(1).max(1000).default(200),
      }),
    )
    .output(z.array(z.strictObject({ terminalId, line: z.int(), text: z.string(), start: z.int(), end: z.int() }))),
};
