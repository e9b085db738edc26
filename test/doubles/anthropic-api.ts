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

export type AnthropicApiParts = {
  /** Whoever shows another key is refused. By default any is taken. */
  key?: string;
  /** Waited for in the middle of every answer, when its first words were sent. */
  between?: () => Promise<unknown>;
  /** Instead of that it is done. */
  says?: string;
  /** In place of every answer; the message is in a header too. */
  error?: { status: number; message: string };
};

export class AnthropicApi implements AsyncDisposable {
  /** The command it asks for; described as the program shows it. */
  readonly command: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** What was shown as a key by each of them. */
  readonly shown: (string | undefined)[] = [];
  /** Everything that was in a head or a body. */
  readonly received: string[] = [];
  /** What commands put out, as it came back. */
  readonly results: string[] = [];
  readonly parts: AnthropicApiParts;
  readonly #server: Server;

  constructor(command: string, parts: AnthropicApiParts = {}) {
    this.command = command;
    this.parts = parts;
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
    const body = Buffer.concat(chunks).toString("utf8");
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const key = request.headers["x-api-key"];
    this.asked.push(`${request.method} ${path}`);
    this.shown.push(String(key ?? request.headers.authorization));
    this.received.push(JSON.stringify(request.rawHeaders), request.url ?? "", body);
    if (this.parts.key !== undefined && (key !== this.parts.key || request.headers.authorization !== undefined)) {
      return fail(response, 401, "authentication_error", "invalid x-api-key");
    }
    if (this.parts.error !== undefined) response.setHeader("x-message", this.parts.error.message);
    if (this.parts.error !== undefined)
      return fail(response, this.parts.error.status, "api_error", this.parts.error.message);
    if (request.method !== "POST" || path !== "/v1/messages") {
      return fail(response, 404, "not_found_error", "Not found");
    }
    const asked = JSON.parse(body) as Asked;
    const blocks = this.#blocks(asked);
    const message = {
      id: `msg_${this.asked.length.toString().padStart(24, "0")}`,
      type: "message",
      role: "assistant",
      model: asked.model,
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5 },
    };
    const stop = blocks.at(-1)?.type === "tool_use" ? "tool_use" : "end_turn";
    if (asked.stream) await stream(response, message, blocks, stop, this.parts.between ?? (async () => {}));
    else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...message, content: blocks, stop_reason: stop }));
    }
  }

  #blocks(asked: Asked): Block[] {
    const last = asked.messages?.at(-1);
    const result = Array.isArray(last?.content) ? last.content.find(({ type }) => type === "tool_result") : undefined;
    if (result !== undefined) this.results.push(JSON.stringify(result));
    const answered = result !== undefined;
    if (asked.tools?.some(({ name }) => name === "Bash") && !answered) {
      const input = { command: this.command, description: "Remove the build folder" };
      const id = `toolu_${this.asked.length.toString().padStart(24, "0")}`;
      const call = { type: "tool_use", id, name: "Bash", input } as const;
      return this.parts.between === undefined
        ? [call]
        : [{ type: "text", text: "First I look around.\n\nThen I do it." }, call];
    }
    return [{ type: "text", text: this.parts.says ?? "All done." }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function fail(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ type: "error", error: { type, message } }));
}

/** message_start … message_stop, as server-sent events. */
async function stream(
  response: ServerResponse,
  message: object,
  blocks: Block[],
  stop: string,
  between: () => Promise<unknown>,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send("message_start", { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of blocks.entries()) {
    if (block.type === "tool_use") {
      send("content_block_start", { index, content_block: { ...block, input: {} } });
      const json = JSON.stringify(block.input);
      for (const part of [json.slice(0, 5), json.slice(5)]) {
        send("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: part } });
      }
    } else {
      send("content_block_start", { index, content_block: { type: "text", text: "" } });
      send("content_block_delta", { index, delta: { type: "text_delta", text: block.text } });
      await between();
    }
    send("content_block_stop", { index });
  }
  send("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } });
  send("message_stop", {});
  response.end();
}
