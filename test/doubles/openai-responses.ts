/**
 * Stands in for OpenAI's Responses API: its streaming wire format (server-sent events) over HTTP, and the list of models. Whoever asks with tools
 * is first told to run one command, in the way that Codex takes commands (`exec`, whose input is JavaScript), and after its result to say that it is done.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Asked = {
  model?: string;
  stream?: boolean;
  input?: string | { type?: string }[];
};

type Item = Record<string, unknown> & { id: string; type: string };

export type OpenaiResponsesParts = {
  /** The command it asks for. */
  command: string;
  /** Whoever shows another key is refused. */
  key: string;
  /** Waited for in the middle of every answer, when its first words were sent. */
  between?: () => Promise<unknown>;
};

export class OpenaiResponses implements AsyncDisposable {
  readonly #parts: OpenaiResponsesParts;
  /** Method, path and what was shown as a key, in order. */
  readonly asked: { what: string; shown: string | undefined }[] = [];
  /** Everything that was in a body or a header. */
  readonly received: string[] = [];
  /** What the commands put out, as it came back. */
  readonly results: string[] = [];
  readonly #server: Server;

  constructor(parts: OpenaiResponsesParts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Resolves with the address without the `/v1` that clients put behind it. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const { authorization } = request.headers;
    this.asked.push({ what: `${request.method} ${path}`, shown: authorization });
    this.received.push(JSON.stringify(request.rawHeaders), request.url ?? "", body);
    if (authorization !== `Bearer ${this.#parts.key}`) {
      const error = { message: `Incorrect API key provided`, type: "invalid_request_error", code: "invalid_api_key" };
      return json(response, 401, { error });
    }
    if (request.method === "GET" && path === "/v1/models") {
      return json(response, 200, { object: "list", data: [{ id: "gpt-5", object: "model", owned_by: "openai" }] });
    }
    if (request.method !== "POST" || path !== "/v1/responses") {
      return json(response, 404, { error: { message: "Not found", type: "invalid_request_error" } });
    }
    await this.#stream(response, JSON.parse(body) as Asked);
  }

  async #stream(response: ServerResponse, asked: Asked): Promise<void> {
    const number = String(this.asked.length).padStart(24, "0");
    const base = { id: `resp_${number}`, object: "response", model: asked.model, created_at: 0 };
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    let sequence = 0;
    const send = (type: string, data: object) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`);
    send("response.created", { response: { ...base, status: "in_progress", output: [] } });
    const items = this.#items(asked, number);
    for (const [output_index, item] of items.entries()) {
      send("response.output_item.added", { output_index, item: { ...item, status: "in_progress", content: [] } });
      if (item.type === "message") {
        const [{ text }] = item["content"] as [{ text: string }];
        send("response.output_text.delta", { item_id: item.id, output_index, content_index: 0, delta: text });
        await this.#parts.between?.();
      }
      send("response.output_item.done", { output_index, item: { ...item, status: "completed" } });
    }
    const usage = {
      input_tokens: 1000,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 100,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 1100,
    };
    send("response.completed", { response: { ...base, status: "completed", output: items, usage } });
    response.end();
  }

  #items(asked: Asked, number: string): Item[] {
    const said = (text: string): Item => ({
      id: `msg_${number}`,
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text, annotations: [] }],
    });
    const input = Array.isArray(asked.input) ? asked.input : [];
    const result = input.findLast(({ type }) => type?.endsWith("_call_output"));
    if (result !== undefined) this.results.push(JSON.stringify(result));
    // Codex sends its tools among the input.
    const tools = input.filter(({ type }) => type === "additional_tools");
    if (result !== undefined || !/"name":"exec"/.test(JSON.stringify(tools))) return [said("All done.\n")];
    const input_ = `const result = await tools.exec_command({cmd: ${JSON.stringify(this.#parts.command)}}); text(result.output);`;
    const call = {
      id: `ctc_${number}`,
      type: "custom_tool_call",
      call_id: `call_${number}`,
      name: "exec",
      input: input_,
    };
    return [said("First I look around.\n"), call];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
