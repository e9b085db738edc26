/** One MCP server as one caller sees it: the tools and the resources, every call with who calls, within reach, and noted. */
import { McpServer, type StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Log } from "#node/log.ts";
import { terminalId } from "#shared/contract/base.ts";
import type { NewTerminal, Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { type Caller, type Identity, reaches, type Via } from "./caller.ts";
import type { Callers } from "./callers.ts";
import type { CallFacts, Calls } from "./calls.ts";
import { errorOf } from "./errors.ts";
import type { Offer } from "./offer.ts";
import { addResources } from "./resources.ts";
import { type Runtime, ToolError, UnknownTerminal } from "./runtime.ts";
import { type Tool, type ToolContext, tools } from "./tools/index.ts";

export type ServerParts = {
  callers: Callers;
  calls: Calls;
  runtime: Runtime;
  /** Makes a terminal with the isolation of the one it was asked for from. */
  terminals: { createFor(terminal: NewTerminal): Promise<Terminal> };
  workspaces: { ready(id: string): Promise<Workspace> };
  version: string;
  log: Log;
};

export type ServedCaller = {
  identity: Identity;
  offer: Offer;
  via: Via;
  /** Whether the client can be told of changes. */
  notified: boolean;
  /** Where a client of the 2025 revisions keeps what it has subscribed to; later ones say it with each stream. */
  subscribed?: Set<string>;
};

const instructions = `Terminals of Cellar, which a person sees too. Start one with pty_create, type with pty_send_keys, read with pty_capture or terminal_screen. In a shell or REPL, cell_run runs code and waits for its result; cell_fire with cell_poll does so without waiting. `;
const instructionsOutside = "You reach the terminals of your own workspace; the person can allow more.";
const instructionsInside = "You reach the terminals of your own bottle, and what you start is in it.";

export function mcpServer(parts: ServerParts, served: ServedCaller): McpServer {
  const { notified, subscribed, identity, offer } = served;
  const inside = identity.kind === "launch" && identity.bottleId !== null;
  const ofTerminals = offer.terminals ? instructions + (inside ? instructionsInside : instructionsOutside) : "";
  const server = new McpServer(
    { name: "cellar", title: "Cellar", version: parts.version },
    {
      instructions: [offer.instructions, ofTerminals].filter((part) => part !== "").join(" "),
      capabilities: {
        tools: { listChanged: false },
        ...(offer.terminals && { resources: { listChanged: notified, subscribe: notified } }),
      },
    },
  );
  for (const tool of offer.more) addTool(server, tool, parts, served);
  if (!offer.terminals) return server;
  for (const tool of tools) addTool(server, tool, parts, served);
  addResources(server, (name, work, signal) => callNoted(parts, served, name, signal, work), {
    subscribed,
    log: parts.log,
  });
  return server;
}

function addTool(server: McpServer, tool: Tool, parts: ServerParts, served: ServedCaller): void {
  const { name, title, description, output } = tool;
  const answersList = output instanceof z.ZodArray;
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: notingRefusals(tool.input, () => noteInvalid(parts, served, name)),
      outputSchema: output,
      annotations: {
        readOnlyHint: tool.readOnly ?? false,
        destructiveHint: tool.destructive ?? false,
        idempotentHint: tool.readOnly ?? tool.idempotent ?? false,
        openWorldHint: false,
      },
    },
    async (input, { mcpReq }) => {
      try {
        const result = await callNoted(parts, served, name, mcpReq.signal, (context) => tool.run(input, context));
        return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: result as never };
      } catch (thrown) {
        const said = answersList ? [errorOf(thrown, name, parts.log)] : errorOf(thrown, name, parts.log);
        return {
          isError: true,
          content: [{ type: "text", text: JSON.stringify(said) }],
          structuredContent: said as never,
        };
      }
    },
  );
}

/** Does the work of one call with its context, and notes how it went. */
async function callNoted<Result>(
  parts: ServerParts,
  { identity, via }: ServedCaller,
  name: string,
  signal: AbortSignal,
  work: (context: ToolContext) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  const caller = await parts.callers.current(identity);
  if (caller === null) throw new ToolError("This token is not valid any more: the program it was given to has ended");
  let about: string | null = null;
  const note = (outcome: CallFacts["outcome"]) =>
    parts.calls.record({ caller, via, tool: name, terminalId: about, outcome, startedAt });
  const context = contextOf(parts, caller, signal, (id) => {
    about = id;
  });
  try {
    const result = await work(context);
    note("ok");
    return result;
  } catch (thrown) {
    note(thrown instanceof ToolError ? thrown.outcome : "error");
    throw thrown;
  }
}

function contextOf(
  { runtime, terminals, workspaces }: ServerParts,
  caller: Caller,
  signal: AbortSignal,
  about: (terminalId: string) => void,
): ToolContext {
  return {
    caller,
    runtime,
    signal,
    about,
    async terminal(id) {
      await runtime.ready();
      if (!terminalId.safeParse(id).success) throw new UnknownTerminal(id, "error");
      const found = await runtime.call("terminals.get", { id }, signal).catch((error: unknown) => {
        throw error instanceof Failure && error.code === "not_found" ? new UnknownTerminal(id, "error") : error;
      });
      about(id);
      if (!reaches(caller, found)) throw new UnknownTerminal(id, "refused");
      return found;
    },
    terminals: async () => (await runtime.call("terminals.list", {}, signal)).filter((each) => reaches(caller, each)),
    create: (terminal) => terminals.createFor(terminal),
    workspaceFolder: async () => (caller.kind === "person" ? null : (await workspaces.ready(caller.workspaceId)).path),
  };
}

/** The schema, which calls back when arguments do not fit it: the SDK answers those itself. */
function notingRefusals(
  schema: z.ZodObject,
  refused: () => void,
): StandardSchemaWithJSON<unknown, Record<string, unknown>> {
  const standard = schema["~standard"];
  return {
    "~standard": {
      ...standard,
      validate: async (value: unknown) => {
        const result = await standard.validate(value);
        if (result.issues) refused();
        return result;
      },
    },
  } as StandardSchemaWithJSON<unknown, Record<string, unknown>>;
}

function noteInvalid({ callers, calls }: ServerParts, { identity, via }: ServedCaller, tool: string): void {
  const caller = callers.now(identity);
  const startedAt = performance.now();
  if (caller) calls.record({ caller, via, tool, terminalId: null, outcome: "invalid", startedAt });
}
