/** What a tool is: its face for the agent, and its work. */
import type { z } from "zod";
import type { NewTerminal, Terminal } from "#shared/contract/terminals.ts";
import type { Caller } from "../caller.ts";
import type { Runtime } from "../runtime.ts";

export type ToolContext = {
  caller: Caller;
  runtime: Runtime;
  /** A terminal within reach. Throws a `ToolError`, the same for one that does not exist and one that is out of reach. */
  terminal(id: string): Promise<Terminal>;
  /** All terminals within reach, in the order in which they were made. */
  terminals(): Promise<Terminal[]>;
  create(terminal: NewTerminal): Promise<Terminal>;
  /** Directory of the caller's workspace; null for the person. */
  workspaceFolder(): Promise<string | null>;
  /** Names the terminal that the call is about, for the log, where the arguments do not. */
  about(terminalId: string): void;
  /** Aborted when the caller gives up, or is gone. */
  signal: AbortSignal;
};

export type Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> = {
  name: string;
  title: string;
  description: string;
  input: Input;
  output: Output;
  /** Changes nothing. */
  readOnly?: boolean;
  /** May end or overwrite something. */
  destructive?: boolean;
  /** Doing it twice is as good as once. */
  idempotent?: boolean;
  run(input: z.infer<Input>, context: ToolContext): Promise<z.infer<Output>>;
};

/** Keeps the types of one tool together; the list of all of them forgets them. */
export function tool<Input extends z.ZodObject, Output extends z.ZodType>(given: Tool<Input, Output>): Tool {
  return given as unknown as Tool;
}
