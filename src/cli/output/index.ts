/**
 * What commands say and ask. Each operation is a function that forwards to the handler in place, so that what does the work need not be
 * handed one; a plain terminal handler is in place from the start.
 */
import { PersonInput } from "../tty/person-input.ts";
import type { OutputHandler, Progress } from "./handler.ts";
import { TerminalHandler } from "./terminal-handler.ts";

export { type OutputHandler, type Progress, UserAbort } from "./handler.ts";

let current: OutputHandler = terminalHandler({ resultsOnly: false });

/** `resultsOnly`: stdout is read by a program, so everything that is for a person goes to stderr. */
export function terminalHandler({ resultsOnly }: { resultsOnly: boolean }): OutputHandler {
  return new TerminalHandler({
    input: new PersonInput(process.stdin),
    lines: resultsOnly ? process.stderr : process.stdout,
    warnings: process.stderr,
  });
}

export function setHandler(handler: OutputHandler): void {
  current = handler;
}

export function getHandler(): OutputHandler {
  return current;
}

export const info = (message: string): void => current.info(message);
export const detail = (message: string, indent?: number): void => current.detail(message, indent);
export const warn = (message: string): void => current.warn(message);
export const summary = (lines: readonly string[]): void => current.summary(lines);
export const confirm = (message: string, byDefault?: boolean): Promise<boolean> => current.confirm(message, byDefault);
export const choose = (message: string, options: readonly string[]): Promise<number> =>
  current.choose(message, options);
export const pause = (message: string): Promise<void> => current.pause(message);
export const prompt = (label: string, byDefault?: string): Promise<string> => current.prompt(label, byDefault);
export const promptSecret = (label: string, hint?: string): Promise<string> => current.promptSecret(label, hint);
export const progress = (label: string, total?: number): Progress => current.progress(label, total);
