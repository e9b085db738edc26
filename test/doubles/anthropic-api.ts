/**
 * Stands in for Anthropic's Messages API: the streaming wire format of https://docs.anthropic.com/en/api/messages-streaming over HTTP.
 * Whoever asks with tools is first told to run one command in Bash, and after its result to say that it is done.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Block = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string; input: object };
type Asked = {
  model?: string;
  stream?: boolean;
  tools?: { name: string }[];
  messages?: { role: string; content: string | { type: string }[] }[];
};

export class AnthropicApi implements AsyncDisposable {
  /** The command it asks for; described as the program shows it. */
  readonly command: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor(command: string) {
    this.command = command;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Resolves with the address for ANTHROPIC_BASE_URL. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    this.asked.push(`${request.method} ${path}`);
    if (request.method !== "POST" || path !== "/v1/messages") {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ type: "error", error: { type: "not_found_error", message: "Not found" } }));
      return;
    }
    const asked = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Asked;
    const block = this.#block(asked);
    const message = {
      id: `msg_${this.asked.length.toString().padStart(24, "0")}`,
      type: "message",
      role: "assistant",
      model: asked.model,
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5 },
    };
    const stop = block.type === "tool_use" ? "tool_use" : "end_turn";
    if (asked.stream) stream(response, message, block, stop);
    else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...message, content: [block], stop_reason: stop }));
    }
  }

  #block(asked: Asked): Block {
    const last = asked.messages?.at(-1);
    const answered = Array.isArray(last?.content) && last.content.some(({ type }) => type === "tool_result");
    if (asked.tools?.some(({ name }) => name === "Bash") && !answered) {
      const input = { command: this.command, description: "Remove the build folder" };
      return { type: "tool_use", id: `toolu_${this.asked.length.toString().padStart(24, "0")}`, name: "Bash", input };
    }
    return { type: "text", text: "All done." };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** message_start … message_stop, as server-sent events. */
function stream(response: ServerResponse, message: object, block: Block, stop: string): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send("message_start", { message: { ...message, content: [], stop_reason: null } });
  if (block.type === "tool_use") {
    send("content_block_start", { index: 0, content_block: { ...block, input: {} } });
    const json = JSON.stringify(block.input);
    for (const part of [json.slice(0, 5), json.slice(5)]) {
      send("content_block_delta", { index: 0, delta: { type: "input_json_delta", partial_json: part } });
    }
  } else {
    send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    send("content_block_delta", { index: 0, delta: { type: "text_delta", text: block.text } });
  }
  send("content_block_stop", { index: 0 });
  send("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } });
  send("message_stop", {});
  response.end();
}
