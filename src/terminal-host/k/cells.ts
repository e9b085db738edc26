/** The verbs of `k` about cells: run, fire, poll, wait, int. */
import type { Cell } from "#shared/contract/cells.ts";
import { Failure } from "#shared/failure.ts";
import { standardInput } from "#shared/k/arguments.ts";
import type { PollResult } from "../protocol.ts";
import type { HostServices } from "../server/services.ts";
import type { Terminal } from "../terminals/terminal.ts";
import { type KAnswer, object, said } from "./answer.ts";
import { decodeInput } from "./input.ts";

type Submitted = { terminal: Terminal; code: string; limitSeconds: number };

/** What `k` says of a cell; `null` fields were not there in agent-tty's object of that state. */
type Told = { cellId: string | null; status: string; output: string | null; ok: boolean } & Pick<
  PollResult,
  "exitCode" | "durationMs" | "truncated"
>;

const nothingMeasured = { exitCode: null, durationMs: null, truncated: false };
/** As timeout(1), so that `k run -x` never takes a cell over its limit for one that went well. */
const exitOfTimeout = 124;

export function noSession(name: string): Told {
  return failed(null, `no session '${name}'`);
}

function failed(cellId: string | null, output: string): Told {
  return { cellId, status: "error", output, ok: false, ...nothingMeasured };
}

export function toldAsObject(told: Told): KAnswer {
  const { cellId, status, output, ok, exitCode, durationMs, truncated } = told;
  return object(
    {
      ...(cellId === null ? {} : { cell_id: cellId }),
      status,
      ...(output === null ? {} : { output }),
      ...(status === "done" ? { exit_code: exitCode, duration_ms: durationMs, truncated } : {}),
    },
    ok ? 0 : 1,
  );
}

export function toldOfRun(told: Told, how: { json: boolean; exitAsProgram: boolean }): KAnswer {
  const answer = how.json ? toldAsObject(told) : said(told.output ?? "", told.ok ? 0 : 1);
  if (!how.exitAsProgram || !told.ok) return answer;
  return { ...answer, exitCode: told.status === "timeout" ? exitOfTimeout : (told.exitCode ?? 0) };
}

/** The line feed that ended the last line is the terminal's, not the text's. */
function shown(output: string): string {
  return output.endsWith("\n") ? output.slice(0, -1) : output;
}

/** A cell as it is now, without using its result up. */
function toldOfCell(host: HostServices, cell: Cell): Told {
  const measured = { exitCode: cell.exitCode, durationMs: cell.durationMs, truncated: cell.truncated };
  const of = { cellId: cell.id, ...measured };
  switch (cell.state) {
    case "done": {
      const { text } = host.cells.output(cell.id, 0, Number.MAX_SAFE_INTEGER);
      return { ...of, status: "done", output: shown(text), ok: true };
    }
    case "timeout":
      return { ...of, status: "timeout", output: "", ok: true };
    case "running":
      return { ...of, status: "running", output: null, ok: true };
    case "error":
      return failed(cell.id, cell.error ?? "");
  }
}

/** `given` as code; throws a Failure for what is no text. */
export function codeOf(given: string, input: Buffer): string {
  if (given === standardInput) return decodeInput(input, "code");
  if (!given.isWellFormed()) throw new Failure("invalid_input", "code is not UTF-8");
  return given;
}

/** An abort (its client is gone) interrupts the cell. */
export async function run(
  host: HostServices,
  { terminal, code, limitSeconds }: Submitted,
  signal: AbortSignal,
): Promise<Told> {
  try {
    await readyFor(host, terminal);
    const submission = { terminalId: terminal.id, code, limitSeconds, via: "k" } as const;
    const { cell } = await host.cells.run(submission, signal);
    return toldOfCell(host, cell);
  } catch (error) {
    return refused(error, terminal);
  }
}

export async function fire(host: HostServices, { terminal, code, limitSeconds }: Submitted): Promise<Told> {
  try {
    await readyFor(host, terminal);
    const cell = await host.cells.fire({ terminalId: terminal.id, code, limitSeconds, via: "k" });
    if (cell.state === "error") return toldOfCell(host, cell);
    return { cellId: cell.id, status: "fired", output: null, ok: true, ...nothingMeasured };
  } catch (error) {
    return refused(error, terminal);
  }
}

/** One that is busy refuses at once; only one that was just made is waited for. */
async function readyFor(host: HostServices, terminal: Terminal): Promise<void> {
  if (host.cells.facts(terminal.id).heldCellId === null) await host.readyForCell(terminal.id);
}

/** A submission that was refused, told as `k` tells it. Throws what is no refusal. */
export function refused(error: unknown, terminal: Terminal): Told {
  if (!(error instanceof Failure)) throw error;
  const { code, message } = error;
  // It was there when it was looked for, and its program has ended since.
  if (code === "not_found") return noSession(terminal.record.name ?? terminal.id);
  const known = /^(?:active cell|send failed|no session|interrupt failed)/.test(message);
  return failed(null, known ? message : `send failed: ${message}`);
}

export function poll(host: HostServices, terminal: Terminal | null, label: string, cellId: string | null): Told {
  if (terminal === null) return failed(cellId, cellId === null ? `no active cell on '${label}'` : "unknown cell");
  const result = host.cells.poll(terminal.id, label, cellId);
  return result.status === "done" ? { ...result, output: shown(result.output ?? "") } : result;
}

/** As {@link poll}, once the cell no longer runs or the limit (0: none) is over. A result that was fetched already is told again. */
export async function wait(
  host: HostServices,
  terminal: Terminal | null,
  label: string,
  cellId: string | null,
  limitSeconds: number,
  signal: AbortSignal,
): Promise<Told> {
  const first = poll(host, terminal, label, cellId);
  if (terminal === null || first.status !== "running" || first.cellId === null) return ofRecord(host, terminal, first);
  const id = first.cellId;
  if (!(await noLongerRuns(host, id, limitSeconds, signal))) return first;
  return ofRecord(host, terminal, poll(host, terminal, label, id));
}

function ofRecord(host: HostServices, terminal: Terminal | null, told: Told): Told {
  if (terminal === null || told.cellId === null || told.output !== "unknown cell") return told;
  try {
    const cell = host.cells.get(told.cellId);
    return cell.terminalId === terminal.id ? toldOfCell(host, cell) : told;
  } catch {
    return told;
  }
}

function noLongerRuns(host: HostServices, cellId: string, limitSeconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (ended: boolean) => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      resolve(ended);
    };
    const abort = () => settle(false);
    const stop = host.cells.onEvent((event) => {
      if ("cell" in event && event.cell.id === cellId && event.cell.state !== "running") settle(true);
    });
    const timer = limitSeconds > 0 ? setTimeout(() => settle(false), limitSeconds * 1000) : undefined;
    if (signal.aborted) settle(false);
    else signal.addEventListener("abort", abort, { once: true });
  });
}

/** A session that is gone, or never was, counts as interrupted. */
export async function interrupt(host: HostServices, terminal: Terminal | null): Promise<KAnswer> {
  try {
    if (terminal?.alive) await host.cells.interrupt(terminal.id);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code !== "not_found") return said(`ERR ${error.message}`, 1);
  }
  return said("OK");
}
