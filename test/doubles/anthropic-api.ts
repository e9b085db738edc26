/**
 * Stands in for Anthropic's Messages API: the streaming wire format of https://docs.anthropic.com/en/api/messages-streaming over HTTP.
 * Whoever asks with tools is first told to run one command in Bash, and after its result to say that it is done.
 */
import type { ServerResponse } from "node:http";
import { answerJson, eventStream, ProviderDouble, type ProviderRequest } from "./provider.ts";

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

/** Its address is for ANTHROPIC_BASE_URL. */
export class AnthropicApi extends ProviderDouble {
  /** The command it asks for; described as the program shows it. */
  readonly command: string;
  readonly parts: AnthropicApiParts;

  constructor(command: string, parts: AnthropicApiParts = {}) {
    super();
    this.command = command;
    this.parts = parts;
  }

  protected async answer({ method, path, headers, body }: ProviderRequest, response: ServerResponse): Promise<void> {
    const { key, error, between = async () => {} } = this.parts;
    if (key !== undefined && (headers["x-api-key"] !== key || headers.authorization !== undefined)) {
      return fail(response, 401, "authentication_error", "invalid x-api-key");
    }
    if (error !== undefined) {
      response.setHeader("x-message", error.message);
      return fail(response, error.status, "api_error", error.message);
    }
    if (method !== "POST" || path !== "/v1/messages") return fail(response, 404, "not_found_error", "Not found");
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
    if (asked.stream) await stream(response, message, blocks, stop, between);
    else answerJson(response, 200, { ...message, content: blocks, stop_reason: stop });
  }

  #blocks(asked: Asked): Block[] {
    // Behind a result there may be more: what the program has to say of its MCP servers comes in a message of its own.
    const messages = asked.messages ?? [];
    const since = messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
    const result = since
      .flatMap(({ content }) => (Array.isArray(content) ? content : []))
      .find(({ type }) => type === "tool_result");
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
}

function fail(response: ServerResponse, status: number, type: string, message: string): void {
  answerJson(response, status, { type: "error", error: { type, message } });
}

/** message_start … message_stop, as server-sent events. */
async function stream(
  response: ServerResponse,
  message: object,
  blocks: Block[],
  stop: string,
  between: () => Promise<unknown>,
): Promise<void> {
  const send = eventStream(response);
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
