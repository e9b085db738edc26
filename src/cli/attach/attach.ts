/** Puts a terminal of Cellar on the terminal we were started from, until the person detaches or it ends. */
import { setTimeout as pause } from "node:timers/promises";
import { ReadStream } from "node:tty";
import type { Terminal } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import { terminalStatus } from "#shared/states.ts";
import type { HostStream, TerminalHostClient } from "#terminal-host/client/index.ts";
import { info } from "../output/index.ts";
import type { Session } from "../session.ts";
import { oneLine } from "../table.ts";
import { ownTerminalId } from "../terminals/own.ts";
import { sizeHere } from "../terminals/size.ts";
import { RawMode, type TtyInput, type TtyOutput } from "../tty/raw-mode.ts";
import { Attached } from "./attached.ts";
import { DetachKey } from "./detach-key.ts";
import { leaving, titled } from "./sequences.ts";

const betweenQuestionsMs = 10;
const mostQuestions = 200;

export type Attaching = {
  terminalId: string;
  /** What the person calls it. */
  label: string;
  readOnly?: boolean;
  detachKey?: string;
};

/** Exit code 0 when it was left or has ended; throws `unavailable` when the connection is lost. */
export async function attach(session: Session, wanted: Attaching): Promise<number> {
  const { terminalId, readOnly = false } = wanted;
  const label = oneLine(wanted.label);
  const detachKey = new DetachKey(wanted.detachKey);
  checkTerminal(terminalId);
  const host = await session.host();
  if (host === null) throw new Failure("unavailable", "The terminal host does not run, and no terminal either");
  await checkAlive(host, terminalId, label);
  const stream = await host.openStream({ terminalId, size: readOnly ? null : sizeHere(), focused: !readOnly });
  info(`Attached to '${label}' (${terminalId})${readOnly ? ", only watching" : ""}. ${detachKey.name} detaches.`);
  const outcome = await shown(stream, `${label}: ${detachKey.name} detaches`, { detachKey, readOnly });
  return said(host, outcome, terminalId, label);
}

async function shown(stream: HostStream, title: string, options: { detachKey: DetachKey; readOnly: boolean }) {
  const raw = await RawMode.enter(process.stdin as TtyInput, {
    output: process.stdout as TtyOutput,
    onLeave: leaving,
  });
  process.stdout.write(titled(title));
  const attached = new Attached(stream, { ...options, input: process.stdin, output: process.stdout });
  const stop = () => {
    raw.pause();
    process.kill(process.pid, "SIGSTOP");
  };
  const goOn = () => {
    raw.again();
    attached.resized();
  };
  process.on("SIGTSTP", stop).on("SIGCONT", goOn);
  try {
    return await attached.outcome;
  } finally {
    process.off("SIGTSTP", stop).off("SIGCONT", goOn);
    raw.leave();
    process.stdout.write("\r\n");
  }
}

async function said(
  host: TerminalHostClient,
  outcome: "detached" | "ended" | "lost",
  terminalId: string,
  label: string,
): Promise<number> {
  if (outcome === "lost") {
    throw new Failure("unavailable", `The connection to '${label}' is lost`, {
      hint: "The terminal host has ended, or did not understand us; cellar ls shows what is left.",
    });
  }
  if (outcome === "detached") {
    info(`Detached from '${label}', which goes on.`);
  } else {
    const record = await atEnd(host, terminalId);
    info(`'${label}' has ended. ${terminalStatus(record).words}.`);
  }
  return 0;
}

/** The stream ends with the last byte, and the program's exit is known a moment later; this client hears no events, so it asks again. */
async function atEnd(host: TerminalHostClient, id: string): Promise<Terminal> {
  for (let asked = 1; ; asked++) {
    const record = await host.call("terminals.get", { id });
    if (record.resolvedAt !== null || asked === mostQuestions) return record;
    await pause(betweenQuestionsMs);
  }
}

function checkTerminal(terminalId: string): void {
  if (!(process.stdin instanceof ReadStream) || !process.stdout.isTTY) {
    throw new Failure("invalid_input", "attach needs a terminal as standard input and output", {
      hint: "A script uses cellar terminal send, run, screen and capture.",
    });
  }
  if (ownTerminalId() === terminalId) {
    throw new Failure("conflict", "a terminal cannot be attached to itself", {
      hint: "This is it; you are in it already.",
    });
  }
}

async function checkAlive(host: TerminalHostClient, terminalId: string, label: string): Promise<void> {
  const record = await host.call("terminals.get", { id: terminalId });
  if (record.resolvedAt === null) return;
  throw new Failure("conflict", `'${label}' has ended: ${terminalStatus(record).words}`, {
    hint: `cellar terminal capture ${terminalId} prints its output; cellar terminal restart ${terminalId} starts it again.`,
  });
}
