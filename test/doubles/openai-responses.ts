/**
 * Stands in for OpenAI's Responses API: its streaming wire format (server-sent events) over HTTP, and the list of models. Whoever asks with tools
 * is first told to run one command, in the way that Codex takes commands (`exec`, whose input is JavaScript), and after its result to say that it is done.
 */
import type { ServerResponse } from "node:http";
import { answerJson, eventStream, ProviderDouble, type ProviderRequest } from "./provider.ts";

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

/** Clients put `/v1` behind its address. */
export class OpenaiResponses extends ProviderDouble {
  readonly #parts: OpenaiResponsesParts;

  constructor(parts: OpenaiResponsesParts) {
    super();
    this.#parts = parts;
  }

  protected async answer({ method, path, headers, body }: ProviderRequest, response: ServerResponse): Promise<void> {
    if (headers.authorization !== `Bearer ${this.#parts.key}`) {
      const error = { message: `Incorrect API key provided`, type: "invalid_request_error", code: "invalid_api_key" };
      return answerJson(response, 401, { error });
    }
    if (method === "GET" && path === "/v1/models") {
      const data = [{ id: "gpt-5", object: "model", owned_by: "openai" }];
      return answerJson(response, 200, { object: "list", data });
    }
    if (method !== "POST" || path !== "/v1/responses") {
      return answerJson(response, 404, { error: { message: "Not found", type: "invalid_request_error" } });
    }
    await this.#stream(response, JSON.parse(body) as Asked);
  }

  async #stream(response: ServerResponse, asked: Asked): Promise<void> {
    const number = String(this.asked.length).padStart(24, "0");
    const base = { id: `resp_${number}`, object: "response", model: asked.model, created_at: 0 };
    const event = eventStream(response);
    let sequence = 0;
    const send = (type: string, data: object) => event(type, { sequence_number: sequence++, ...data });
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
}
