/** A terminal's output as a resource: listed, read, and told of when it changes. */
import { stripVTControlCharacters } from "node:util";
import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import type { Log } from "#node/log.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { terminalLabel } from "#shared/terminals/label.ts";
import { protocolErrorOf } from "./errors.ts";
import type { ToolContext } from "./tools/index.ts";

const template = "cellar://terminals/{terminal_id}/output";
/** Lines of one reading; `pty_capture` reads others. */
const lines = 2_000;

export function outputUri(terminalId: string): string {
  return template.replace("{terminal_id}", terminalId);
}

/** Does work as one call of the caller, noted under a name. */
export type NotedCall = <Result>(
  name: string,
  work: (context: ToolContext) => Promise<Result>,
  signal: AbortSignal,
) => Promise<Result>;

/** With `subscribed`, the client may subscribe in the way of the 2025 revisions; what it wants is kept there. */
export function addResources(
  server: McpServer,
  call: NotedCall,
  { subscribed, log }: { subscribed: Set<string> | undefined; log: Log },
): void {
  const asProtocol = <Result>(work: Promise<Result>, uri: string) =>
    work.catch((thrown: unknown) => {
      throw protocolErrorOf(thrown, uri, log);
    });
  const list = async ({ mcpReq }: { mcpReq: { signal: AbortSignal } }) => ({
    resources: (await asProtocol(call("resources/list", listed, mcpReq.signal), template)).map(resourceOf),
  });
  server.registerResource(
    "terminal-output",
    new ResourceTemplate(template, { list }),
    {
      title: "Output of a terminal",
      description: `The last ${lines} lines that a terminal has printed, without escape sequences.`,
      mimeType: "text/plain",
    },
    async (uri, { terminal_id }, { mcpReq }) => {
      const read = (context: ToolContext) => readOutput(String(terminal_id), context);
      const text = await asProtocol(call("resources/read", read, mcpReq.signal), uri.href);
      return { contents: [{ uri: uri.href, mimeType: "text/plain", text }] };
    },
  );
  if (subscribed === undefined) return;
  server.server.setRequestHandler("resources/subscribe", async ({ params }, { mcpReq }) => {
    const id = /^cellar:\/\/terminals\/([^/]+)\/output$/.exec(params.uri)?.[1] ?? params.uri;
    const look = async (context: ToolContext) => void (await context.terminal(id));
    await asProtocol(call("resources/subscribe", look, mcpReq.signal), params.uri);
    subscribed.add(params.uri);
    return {};
  });
  server.server.setRequestHandler("resources/unsubscribe", ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
}

async function listed(context: ToolContext): Promise<Terminal[]> {
  await context.runtime.ready();
  return context.terminals();
}

function resourceOf(terminal: Terminal) {
  const { id, state, command } = terminal;
  return {
    uri: outputUri(id),
    name: id,
    title: terminalLabel(terminal),
    description: `${state}: ${command.slice(0, 200)}`,
  };
}

async function readOutput(id: string, context: ToolContext): Promise<string> {
  await context.terminal(id);
  const { text } = await context.runtime.call("terminals.capture", { id, lines, tail: true }, context.signal);
  return stripVTControlCharacters(text);
}
