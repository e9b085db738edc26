import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readProviders } from "../providers.ts";
import { costOf, priceOf } from "./cost.ts";
import type { Usage } from "./formats.ts";
import { type Answer, Meter } from "./meter.ts";
import { UsageReader } from "./reader.ts";

const none: Usage = {
  model: null,
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  reportedCost: null,
  special: false,
};
const events = (...data: unknown[]) => data.map((value) => `event: x\ndata: ${JSON.stringify(value)}\n\n`).join("");

/** Answers in the shapes the providers document, as whole bodies or as streams. */
const rows: [name: string, type: string, text: string, expected: Partial<Usage>][] = [
  [
    "Anthropic Messages",
    "application/json",
    JSON.stringify({
      type: "message",
      model: "claude-sonnet-4-5-20250929",
      content: [{ type: "text", text: "usage" }],
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 300,
        cache_read_input_tokens: 2000,
        cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
        output_tokens: 40,
        service_tier: "standard",
        server_tool_use: { web_search_requests: 0 },
      },
    }),
    { model: "claude-sonnet-4-5-20250929", input: 10, cacheRead: 2000, cacheWrite: 300, cacheWrite1h: 100, output: 40 },
  ],
  [
    "Anthropic Messages, streamed",
    "text/event-stream; charset=utf-8",
    events(
      {
        type: "message_start",
        message: {
          model: "claude-haiku-4-5",
          usage: { input_tokens: 25, cache_read_input_tokens: 7, output_tokens: 1 },
        },
      },
      { type: "ping" },
      { type: "content_block_delta", delta: { type: "text_delta", text: "the usage: 5" } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 15 } },
      { type: "message_stop" },
    ),
    { model: "claude-haiku-4-5", input: 25, cacheRead: 7, output: 15 },
  ],
  [
    "Anthropic with a search",
    "application/json",
    JSON.stringify({
      model: "claude-haiku-4-5",
      usage: { input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests: 2 } },
    }),
    { model: "claude-haiku-4-5", input: 1, output: 1, special: true },
  ],
  [
    "OpenAI Chat Completions",
    "application/json",
    JSON.stringify({
      object: "chat.completion",
      model: "gpt-4.1-2025-04-14",
      service_tier: "default",
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 60, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    }),
    { model: "gpt-4.1-2025-04-14", input: 40, cacheRead: 60, output: 20, reasoning: 5 },
  ],
  [
    "OpenAI Chat Completions, streamed with usage",
    "text/event-stream",
    `${events(
      { object: "chat.completion.chunk", model: "gpt-4o", choices: [{ delta: { content: "hi" } }], usage: null },
      {
        object: "chat.completion.chunk",
        model: "gpt-4o",
        choices: [],
        usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
      },
    )}data: [DONE]\n\n`,
    { model: "gpt-4o", input: 9, output: 12 },
  ],
  [
    "OpenAI Responses",
    "application/json",
    JSON.stringify({
      object: "response",
      model: "gpt-5",
      service_tier: "flex",
      usage: {
        input_tokens: 36,
        input_tokens_details: { cached_tokens: 6 },
        output_tokens: 87,
        output_tokens_details: { reasoning_tokens: 64 },
        total_tokens: 123,
      },
    }),
    { model: "gpt-5", input: 30, cacheRead: 6, output: 87, reasoning: 64, special: true },
  ],
  [
    "OpenAI Responses, streamed",
    "text/event-stream",
    events(
      { type: "response.created", response: { model: "gpt-5", usage: null } },
      { type: "response.output_text.delta", delta: "usage" },
      {
        type: "response.completed",
        response: {
          model: "gpt-5",
          service_tier: "default",
          usage: { input_tokens: 5, output_tokens: 6, total_tokens: 11 },
        },
      },
    ),
    { model: "gpt-5", input: 5, output: 6 },
  ],
  [
    "Gemini generateContent",
    "application/json",
    JSON.stringify({
      modelVersion: "gemini-2.5-pro",
      usageMetadata: {
        promptTokenCount: 50,
        cachedContentTokenCount: 20,
        candidatesTokenCount: 8,
        thoughtsTokenCount: 30,
        toolUsePromptTokenCount: 4,
        totalTokenCount: 92,
        promptTokensDetails: [{ modality: "TEXT", tokenCount: 50 }],
      },
    }),
    { model: "gemini-2.5-pro", input: 34, cacheRead: 20, output: 38, reasoning: 30 },
  ],
  [
    "Gemini streamGenerateContent as events",
    "text/event-stream",
    events(
      { modelVersion: "gemini-2.5-flash", usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1 } },
      { modelVersion: "gemini-2.5-flash", usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 9 } },
    ),
    { model: "gemini-2.5-flash", input: 5, output: 9 },
  ],
  [
    "Gemini streamGenerateContent as one array",
    "application/json",
    JSON.stringify([
      { modelVersion: "g", usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1 } },
      { modelVersion: "g", usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 9 } },
    ]),
    { model: "g", input: 5, output: 9 },
  ],
  [
    "OpenRouter, which says the cost",
    "application/json",
    JSON.stringify({ model: "a/b", usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.0125 } }),
    { model: "a/b", input: 1, output: 2, reportedCost: 0.0125 },
  ],
];

describe("usage is read from", () => {
  test.each(rows)("%s", (_, type, text, expected) => {
    const reader = UsageReader.for(type)!;
    reader.push(Buffer.from(text));
    expect(reader.end().usage).toEqual({ ...none, ...expected });
  });

  test("any of them however its bytes were cut", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rows),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }),
        ([, type, text, expected], lengths) => {
          const reader = UsageReader.for(type)!;
          const bytes = Buffer.from(text);
          let from = 0;
          for (const length of [...lengths, bytes.length]) {
            reader.push(bytes.subarray(from, from + length));
            from += length;
          }
          expect(reader.end().usage).toEqual({ ...none, ...expected });
        },
      ),
    );
  });
});

test("an answer that says nothing is unknown, with its model", () => {
  const stream = UsageReader.for("text/event-stream")!;
  stream.push(Buffer.from(events({ model: "gpt-4o", choices: [] }, { model: "gpt-4o", choices: [] })));
  expect(stream.end()).toEqual({ usage: null, model: "gpt-4o", whole: true });
  const body = UsageReader.for("application/json")!;
  body.push(Buffer.from("{broken"));
  expect(body.end()).toEqual({ usage: null, model: null, whole: true });
  expect(UsageReader.for("text/html")).toBeNull();
  expect(UsageReader.for(undefined)).toBeNull();
});

test("an answer too long to keep is unknown, and says so", () => {
  const reader = UsageReader.for("application/json")!;
  for (let megabytes = 0; megabytes < 9; megabytes++) reader.push(Buffer.alloc(1024 * 1024, 0x20));
  reader.push(Buffer.from('{"model":"m","usage":{"prompt_tokens":1}}'));
  expect(reader.end()).toEqual({ usage: null, model: null, whole: false });
});

const providers = readProviders(join(import.meta.dirname, "../../../../resources/providers.toml"));
const anthropic = providers.get("anthropic");

describe("cost", () => {
  const usage = { ...none, model: "claude-sonnet-4-5-20250929", input: 1_000_000, output: 100_000 };
  const price = (model: string, host = "api.anthropic.com") => priceOf(anthropic, host, model);

  test("is by the listed price, caches apart, and higher for a long prompt", () => {
    const short = { ...none, input: 1000, output: 1000, cacheRead: 10_000, cacheWrite: 3000, cacheWrite1h: 1000 };
    // 1000×3 + 1000×15 + 10000×0.3 + 2000×3.75 + 1000×6, in millionths.
    expect(costOf(short, price("claude-sonnet-4-5-20250929"))).toBeCloseTo(0.0345, 10);
    expect(costOf(usage, price("claude-sonnet-4-5"))).toBeCloseTo(6 + 2.25, 10);
  });

  test.each([
    ["an unknown model", price("claude-next")],
    ["a model whose name only begins alike", price("claude-sonnet-4-5-turbo")],
    ["a name of JavaScript", price("constructor")],
    ["somebody else's host", price("claude-sonnet-4-5", "proxy.example")],
    ["an unknown provider", priceOf(undefined, "api.anthropic.com", "claude-sonnet-4-5")],
  ])("of %s is unknown", (_, found) => {
    expect(found).toBeNull();
    expect(costOf(usage, found)).toBeNull();
  });

  test("of what is billed otherwise is unknown, unless the provider says it", () => {
    expect(costOf({ ...usage, special: true }, price("claude-sonnet-4-5"))).toBeNull();
    expect(costOf({ ...usage, special: true, reportedCost: 0.5 }, null)).toBe(0.5);
    const openai = priceOf(providers.get("openai"), "api.openai.com", "gpt-5");
    expect(costOf({ ...none, input: 1, cacheWrite: 5 }, openai)).toBeNull();
  });
});

describe("limits", () => {
  const answer = (more: Partial<Answer> = {}): Answer => ({
    reading: {
      usage: { ...none, model: "claude-haiku-4-5", input: 600, output: 300 },
      model: "claude-haiku-4-5",
      whole: true,
    },
    cut: false,
    host: "api.anthropic.com",
    provider: anthropic,
    bytesUp: 3000,
    bytesDown: 1500,
    ...more,
  });
  const silent = { usage: null, model: "claude-haiku-4-5", whole: true };

  test("of tokens are reached by what was used", () => {
    const meter = new Meter({ tokens: 1000 });
    meter.add(answer());
    expect(meter.reached()).toBeNull();
    meter.add(answer());
    expect(meter.reached()).toBe("1,800 of 1,000 tokens are used");
  });

  test("cannot be walked around by asking for no usage; what is shown stays what was said", () => {
    const meter = new Meter({ tokens: 1000 });
    meter.add(answer({ reading: silent }));
    expect(meter.totals).toMatchObject({ inputTokens: 0, outputTokens: 0, withoutUsage: 1, assumedTokens: 1500 });
    expect(meter.reached()).toBe("1,500 of 1,000 tokens are used");
  });

  test("of cost are reached, with what was cut off assumed at its price", () => {
    const meter = new Meter({ costUsd: 0.01 });
    meter.add(answer());
    expect(meter.totals.costUsd).toBeCloseTo(0.0021, 10);
    expect(meter.reached()).toBeNull();
    meter.add(answer({ cut: true, bytesUp: 3000, bytesDown: 6000 }));
    expect(meter.totals).toMatchObject({ withoutUsage: 1, withoutCost: 1 });
    expect(meter.reached()).toBe("$0.0131 of $0.0100 are used");
  });

  test("of cost stop a run whose cost is not known", () => {
    const meter = new Meter({ costUsd: 100 });
    meter.add(answer({ host: "proxy.example" }));
    expect(meter.reached()).toBe("the cost of an answer is not known, so its limit cannot be kept");
  });

  test("do not count what is no answer of a model", () => {
    const meter = new Meter({ tokens: 1 });
    meter.add(answer({ reading: { usage: null, model: null, whole: true } }));
    expect(meter.totals.answers).toBe(0);
  });
});
