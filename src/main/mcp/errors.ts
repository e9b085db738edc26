/** What an agent is told when something fails: always a sentence, never a stack. */
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError } from "@modelcontextprotocol/server";
import type { Log } from "#node/log.ts";
import { Failure } from "#shared/failure.ts";
import { ToolError, UnknownTerminal } from "./runtime.ts";

/** The result of a tool that failed. */
export function errorOf(thrown: unknown, name: string, log: Log): { error: string; hint?: string } {
  if (thrown instanceof ToolError) return { error: thrown.message };
  if (thrown instanceof Failure) return { error: thrown.message, ...(thrown.hint && { hint: thrown.hint }) };
  log.error({ err: thrown, tool: name }, "a tool failed unexpectedly");
  return { error: `${name} failed because of a defect in Cellar` };
}

/** The same as an error of the protocol, for what has no result to put it in. */
export function protocolErrorOf(thrown: unknown, uri: string, log: Log): ProtocolError {
  if (thrown instanceof UnknownTerminal) return new ResourceNotFoundError(uri);
  const { error } = errorOf(thrown, uri, log);
  const known = thrown instanceof ToolError || thrown instanceof Failure;
  return new ProtocolError(known ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, error);
}
