/** The verbs of `k` about sessions: new, kill, ls, status, notify, send, keys, screen. */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, normalize, resolve } from "node:path";
import type { CellEnd, TerminalOwner } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import { type KCommand, standardInput } from "#shared/k/arguments.ts";
import { pythonJson, pythonRepr } from "#shared/k/python.ts";
import { keyBytes } from "#shared/terminals/keys.ts";
import type { HostServices } from "../server/services.ts";
import type { Terminal } from "../terminals/terminal.ts";
import { type KAnswer, Refusal, said } from "./answer.ts";
import { decodeInput } from "./input.ts";
import type { KRequest } from "./request.ts";
import { checkName, type Sessions } from "./sessions.ts";

type Of<V extends KCommand["verb"]> = Extract<KCommand, { verb: V }>;

/** So wide that no program breaks or cuts its lines, as agent-tty's sessions are. */
const sessionSize = { cols: 10_000, rows: 50 };
/** What a shell may take to its first prompt; and any other program, of which nobody knows whether it will ever show one. In ms. */
const readyWithinMs = { shell: 5_000, other: 1_000 };
/** Input that a program has not read; more than one text from standard input, and little enough to be kept. */
const unreadLimit = 64 * 1024 * 1024;

export async function create(
  host: HostServices,
  sessions: Sessions,
  { session, command, prompt }: Of<"new">,
  request: KRequest,
): Promise<KAnswer> {
  checkName(session);
  const alive = said(`OK ${session} (alive)`);
  if (sessions.live(session) !== null) return alive;
  const cellEnd = prompt === null ? null : cellEndOf(prompt, request.cwd);
  let terminal: Terminal;
  try {
    terminal = await host.terminals.create({
      name: session,
      command: command ?? "bash",
      cwd: existing(request.cwd),
      size: sessionSize,
      ...(cellEnd === null ? {} : { cellEnd }),
      owner: ownerOf(host, sessions, request.terminalId),
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Somebody else was faster.
    if (error.code === "conflict" && sessions.live(session) !== null) return alive;
    throw new Refusal(`ERR ${error.message}`);
  }
  sessions.made(terminal);
  const within = terminal.integrates ? readyWithinMs.shell : readyWithinMs.other;
  if (terminal.alive) await host.cells.ready(terminal.id, within);
  if (!terminal.live || terminal.live.output.ended) await terminal.settled();
  const { state, exitCode, lastLine } = terminal.info;
  if (!terminal.alive && state !== "succeeded") {
    const how = exitCode === null ? "" : ` (exit code ${exitCode})`;
    return said(`ERR session '${session}' ended at once${how}${lastLine === "" ? "" : `: ${lastLine}`}`, 1);
  }
  if (cellEnd === null) return said(`OK ${session}`);
  const shown = cellEnd.mode === "hook" ? cellEnd.path : prompt!;
  return said(`OK ${session} prompt=${pythonRepr(shown)}`);
}

/** A value with a slash is a hook, whose path is made absolute here. Throws {@link Refusal} in the words of AT-7. */
function cellEndOf(prompt: string, cwd: string): Extract<CellEnd, { mode: "exact" | "hook" }> {
  const isPath = prompt.includes("/") || (process.platform === "win32" && prompt.includes("\\"));
  if (!isPath) return { mode: "exact", prompt };
  const expanded = prompt === "~" || prompt.startsWith("~/") ? join(homedir(), prompt.slice(1)) : prompt;
  const path = normalize(resolve(isAbsolute(cwd) ? cwd : homedir(), expanded));
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new Refusal(`ERR hook not found: ${path}`);
  const checks = [
    ["readable", constants.R_OK],
    ["executable", constants.X_OK],
  ] as const;
  for (const [wanted, mode] of checks) {
    try {
      accessSync(path, mode);
    } catch {
      throw new Refusal(`ERR hook not ${wanted}: ${path}`);
    }
  }
  return { mode: "hook", path };
}

/** A folder that was removed under its shell's feet is no place for a session. */
function existing(cwd: string): string {
  return isAbsolute(cwd) && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ? cwd : homedir();
}

/** A session that is made inside one of our terminals belongs to the same workspace. */
function ownerOf(host: HostServices, sessions: Sessions, parentId: string): TerminalOwner {
  const parent = sessions.live(parentId);
  if (parent === null || parent.id !== parentId) return {};
  const { workspaceId } = host.terminals.get(parentId).record.owner;
  return { parentId, ...(workspaceId === undefined ? {} : { workspaceId }) };
}

/** Unknown ones too count as killed. */
export async function kill(sessions: Sessions, { session }: Of<"kill">): Promise<KAnswer> {
  await sessions.live(checkName(session))?.kill(false);
  return said(`OK killed ${session}`);
}

export function list(sessions: Sessions): KAnswer {
  return said(sessions.names().join("\n") || "no sessions");
}

/** Throws {@link Refusal} unless it lives. */
export function living(sessions: Sessions, name: string): Terminal {
  const terminal = sessions.live(name);
  if (terminal === null) throw new Refusal(`ERR no session '${name}'`);
  if (terminal.elsewhere !== null) throw new Refusal(`ERR '${name}' runs in an older Cellar (${terminal.elsewhere})`);
  return terminal;
}

/** The first of several words is the session only where there is one of that name. */
export function notify(host: HostServices, sessions: Sessions, { words }: Of<"notify">, request: KRequest): KAnswer {
  const [first, ...rest] = words;
  const named = rest.length > 0 && sessions.live(first!) !== null;
  const session = named ? first! : sessions.resolve(null, request.session);
  const message = (named ? rest : words).join(" ");
  const terminal = living(sessions, session);
  try {
    host.cells.notify(terminal.id, message, `${nameOf(request.parentPid)}@k:${request.pid}`);
  } catch (error) {
    if (error instanceof Failure) throw new Refusal(`ERR ${error.message}`);
    throw error;
  }
  return said(`OK notified: ${message}`);
}

/** Linux only, as in agent-tty. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "?";
  }
}

export function send(sessions: Sessions, { session, text, raw }: Of<"send">, input: Buffer): KAnswer {
  const terminal = living(sessions, checkName(session));
  let typed: string;
  try {
    typed = text === standardInput ? decodeInput(input, "text") : text;
  } catch (error) {
    throw new Refusal(`ERR ${(error as Failure).message}`);
  }
  if (!typed.isWellFormed()) throw new Refusal("ERR text is not UTF-8");
  // A line that is read from a file has its end already.
  if (!raw) typed = `${typed.replace(/\n$/, "").replaceAll("\n", "\r")}\r`;
  return write(terminal, typed);
}

export function keys(sessions: Sessions, { session, keys: pressed }: Of<"keys">): KAnswer {
  return write(living(sessions, checkName(session)), pressed.map((key) => keyBytes(key) ?? key).join(""));
}

function write(terminal: Terminal, text: string): KAnswer {
  if ((terminal.live?.pty.pendingInput ?? 0) > unreadLimit) {
    throw new Refusal("ERR the program does not read its input");
  }
  terminal.write(Buffer.from(text));
  return said("OK");
}

/** Also of a session that has ended: what it showed last. */
export async function screen(sessions: Sessions, { session, json }: Of<"screen">): Promise<KAnswer> {
  const terminal = sessions.find(checkName(session));
  if (terminal === null) throw new Refusal(`ERR no session '${session}'`);
  const { lines, cursor, alternate } = await terminal.view();
  const { size, title } = terminal.info;
  if (!json) {
    const last = lines.findLastIndex((line) => line !== "");
    return {
      text: lines
        .slice(0, last + 1)
        .map((line) => `${line}\n`)
        .join(""),
      exitCode: 0,
    };
  }
  return said(pythonJson({ session, lines, cursor, size, alternate, title }));
}
