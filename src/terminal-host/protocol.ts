/**
 * The protocol between the terminal host and its clients. `k` and `km` speak HTTP on the same socket (`k/http.ts`): a frame of ours
 * begins with a zero byte, a request of theirs with a letter.
 *
 * Transport: a Unix socket (mode 0600 in a 0700 directory) or a named pipe. Every frame is a 4-byte big-endian length of what
 * follows, one kind byte, and the payload. A connection starts with `hello` (JSON) and is answered by `welcome` or `refused`; then it is
 * - a **control** connection: JSON requests with an id, answers, and events; or
 * - a **stream** connection, one per attached terminal: the frames of `#shared/terminals/stream.ts`, so that a flood of one
 *   terminal never stands in front of another's keys, and the socket's own buffer is the back-pressure.
 */

import type { LaunchedAgent } from "#shared/activity/index.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { Problem, TerminalSize } from "#shared/contract/base.ts";
import type { Cell, CellEvent } from "#shared/contract/cells.ts";
import type { CellEnd, NewTerminal, Terminal } from "#shared/contract/terminals.ts";

export { protocolVersion } from "#node/host-protocol.ts";

/**
 * Those of older hosts that clients speak as well, so that a new version serves terminals that an old host still has, and needs no other. Whoever
 * raises {@link protocolVersion} keeps the one before here for as long as the difference can be bridged. A host of any other protocol keeps its
 * terminals until they end, and a new one is started beside it (`server/older-hosts.ts`).
 */
export const olderProtocols: readonly number[] = [];

/** Largest frame that is accepted; a longer one ends the connection. */
export const maxFrameBytes = 32 * 1024 * 1024;

export const frameKind = {
  hello: 0x80,
  welcome: 0x81,
  refused: 0x82,
  request: 0x83,
  answer: 0x84,
  event: 0x85,
  /** Payload: one frame of the terminal stream. */
  stream: 0x86,
} as const;

export type Hello = {
  protocol: number;
  client: { name: string; version: string; pid: number };
} & (
  | { role: "control"; events: boolean }
  | { role: "stream"; terminalId: string; size: TerminalSize | null; focused: boolean }
);

export type Welcome = { protocol: number; version: string; pid: number; startedAt: string };
export type Refused = Problem & { protocol: number; version: string; pid: number; liveTerminals: number };

/** A new terminal; with `agent` when what its program does is to be followed. */
export type HostedTerminal = NewTerminal & { agent?: LaunchedAgent | undefined };

/** Who submitted a cell. */
export type Via = Cell["via"];

/** The state `k` expects of a poll (features 2.5); `output` is present unless the cell is running. */
export type PollResult = {
  cellId: string | null;
  status: "running" | "done" | "timeout" | "error";
  output: string | null;
  /** False for what `k` reports with exit code 1. */
  ok: boolean;
  exitCode: number | null;
  durationMs: number | null;
  truncated: boolean;
};

/** Every method of a control connection: parameters and result. Failures come as {@link Problem}. */
export type HostMethods = {
  "terminals.list": [Record<string, never>, Terminal[]];
  "terminals.create": [HostedTerminal, Terminal];
  "terminals.get": [{ id: string }, Terminal];
  "terminals.write": [{ id: string; text: string }, { bytesWritten: number }];
  "terminals.resize": [{ id: string; size: TerminalSize }, Record<string, never>];
  "terminals.rename": [{ id: string; name: string | null }, Terminal];
  "terminals.capture": [
    { id: string; lines: number; tail: boolean },
    import("zod").infer<typeof import("#shared/contract/terminals.ts").capture>,
  ];
  "terminals.screen": [{ id: string }, import("zod").infer<typeof import("#shared/contract/terminals.ts").screen>];
  "terminals.kill": [{ id: string; force: boolean }, Terminal];
  "terminals.restart": [{ id: string }, Terminal];
  "terminals.remove": [{ id: string }, Record<string, never>];
  "terminals.search": [
    { text: string; regex: boolean; limit: number },
    { terminalId: string; line: number; text: string; start: number; end: number }[],
  ];
  "terminals.setCellEnd": [{ id: string; cellEnd: CellEnd }, Terminal];
  "cells.list": [{ terminalId: string | null; limit: number }, Cell[]];
  "cells.get": [{ id: string }, Cell];
  "cells.output": [
    { id: string; from: number; length: number },
    { text: string; totalLength: number; complete: boolean },
  ];
  "cells.fire": [{ terminalId: string; code: string; limitSeconds: number; via: Via }, Cell];
  /** Answers when the cell is done or its limit is over. */
  "cells.run": [{ terminalId: string; code: string; limitSeconds: number; via: Via }, { cell: Cell; output: string }];
  "cells.interrupt": [{ terminalId: string }, Cell | null];
  "cells.notify": [{ terminalId: string; message: string; from: string }, Record<string, never>];
  /** Ends the host when no terminal is alive; `force` kills what runs. */
  "host.shutdown": [{ force: boolean }, Record<string, never>];
  "host.info": [Record<string, never>, Welcome & { liveTerminals: number; clients: number }];
  /** Settings of main that the host obeys from then on. */
  "host.configure": [{ logMegabytes?: number; scrollback?: number }, Record<string, never>];
};
export type HostMethod = keyof HostMethods;

/** What a control connection with `events: true` is told. The first is `all`. */
export type HostEvent =
  | { type: "all"; terminals: Terminal[]; heldCells: Cell[]; activities: Activity[] }
  | { type: "terminal"; terminal: Terminal }
  | { type: "terminalRemoved"; id: string }
  | { type: "cell"; event: CellEvent }
  /** OSC 9, 99 or 777 of a program; text is cleaned of control characters and at most 1000 characters. */
  | { type: "programNotification"; terminalId: string; title: string; body: string }
  /** It rang `count` times since the last such event. */
  | { type: "bell"; terminalId: string; count: number }
  /** What a launched program is doing has changed, or what that rests on. */
  | { type: "activity"; activity: Activity }
  /** Something went wrong in the host that nobody caught; not redacted. Told to the first client with events that there is. */
  | { type: "defect"; how: string; text: string };
