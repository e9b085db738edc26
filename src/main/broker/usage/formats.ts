/**
 * Token counts in the providers' own answers: Anthropic Messages, OpenAI Chat Completions and Responses (and those who speak like them),
 * Gemini generateContent. A format is known by its shape, so a provider of one's own needs no setting. Pure.
 */

export type Usage = {
  model: string | null;
  /** Read at full price: neither from nor into a cache. */
  input: number;
  cacheRead: number;
  cacheWrite: number;
  /** Of those written, what is kept for an hour. */
  cacheWrite1h: number;
  output: number;
  /** Part of the output. */
  reasoning: number;
  /** Dollars, where the provider says the cost itself (OpenRouter). */
  reportedCost: number | null;
  /** Billed otherwise than by the listed price: another service tier, audio, searches. */
  special: boolean;
};

type Json = Record<string, unknown>;

/** One answer or one event of a stream; null when it tells no usage. A later event of a stream replaces what an earlier one said. */
export function usageIn(value: unknown, before: Usage | null = null): Usage | null {
  if (Array.isArray(value)) return value.reduce<Usage | null>((known, item) => usageIn(item, known), before);
  const whole = object(value);
  // Anthropic's message_start and OpenAI's response.* carry the answer inside.
  const inner = object(whole["message"] ?? whole["response"]);
  const answer = object(inner["usage"]) === empty ? whole : inner;
  const gemini = object(answer["usageMetadata"]);
  const usage = object(answer["usage"]);
  const model = text(answer["model"]) ?? text(inner["model"]) ?? text(answer["modelVersion"]) ?? before?.model ?? null;
  if (gemini !== empty) return ofGemini(gemini, model);
  if (usage === empty) return before === null ? null : { ...before, model };
  const tier = text(answer["service_tier"]) ?? text(usage["service_tier"]);
  const special = (before?.special ?? false) || !ordinary(tier);
  if ("prompt_tokens" in usage) return ofChat(usage, model, special);
  // Only OpenAI's Responses tell the total; Anthropic's counts leave the cached ones out.
  if ("total_tokens" in usage) return ofResponses(usage, model, special);
  if ("input_tokens" in usage || "output_tokens" in usage) return ofAnthropic(usage, model, special, before);
  return before;
}

/** The model alone, for an answer that tells no usage. */
export function modelIn(value: unknown): string | null {
  const whole = object(Array.isArray(value) ? value[0] : value);
  const inner = object(whole["message"] ?? whole["response"]);
  return text(whole["model"]) ?? text(inner["model"]) ?? text(whole["modelVersion"]);
}

/** Where a format has nothing to say of it. */
const none: Omit<Usage, "model"> = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  reportedCost: null,
  special: false,
};

function ofAnthropic(usage: Json, model: string | null, special: boolean, before: Usage | null): Usage {
  const cacheWrite = count(usage["cache_creation_input_tokens"]) ?? before?.cacheWrite ?? 0;
  const hour = count(object(usage["cache_creation"])["ephemeral_1h_input_tokens"]) ?? before?.cacheWrite1h ?? 0;
  const searches = Object.values(object(usage["server_tool_use"])).some((value) => (count(value) ?? 0) > 0);
  const elsewhere =
    !ordinary(text(usage["speed"])) || !["", "global", "not_available"].includes(text(usage["inference_geo"]) ?? "");
  return {
    ...none,
    model,
    input: count(usage["input_tokens"]) ?? before?.input ?? 0,
    cacheRead: count(usage["cache_read_input_tokens"]) ?? before?.cacheRead ?? 0,
    cacheWrite,
    cacheWrite1h: Math.min(hour, cacheWrite),
    output: count(usage["output_tokens"]) ?? before?.output ?? 0,
    special: special || searches || elsewhere,
  };
}

function ofChat(usage: Json, model: string | null, special: boolean): Usage {
  const prompt = object(usage["prompt_tokens_details"]);
  const completion = object(usage["completion_tokens_details"]);
  const cached = count(prompt["cached_tokens"]) ?? 0;
  const audio = (count(prompt["audio_tokens"]) ?? 0) + (count(completion["audio_tokens"]) ?? 0);
  const cost = usage["cost"];
  return {
    ...none,
    model,
    input: Math.max(0, (count(usage["prompt_tokens"]) ?? 0) - cached),
    cacheRead: cached,
    output: count(usage["completion_tokens"]) ?? 0,
    reasoning: count(completion["reasoning_tokens"]) ?? 0,
    reportedCost: typeof cost === "number" && Number.isFinite(cost) && cost >= 0 ? cost : null,
    special: special || audio > 0,
  };
}

function ofResponses(usage: Json, model: string | null, special: boolean): Usage {
  const cached = count(object(usage["input_tokens_details"])["cached_tokens"]) ?? 0;
  return {
    ...none,
    model,
    input: Math.max(0, (count(usage["input_tokens"]) ?? 0) - cached),
    cacheRead: cached,
    output: count(usage["output_tokens"]) ?? 0,
    reasoning: count(object(usage["output_tokens_details"])["reasoning_tokens"]) ?? 0,
    special,
  };
}

function ofGemini(usage: Json, model: string | null): Usage {
  const cached = count(usage["cachedContentTokenCount"]) ?? 0;
  const thoughts = count(usage["thoughtsTokenCount"]) ?? 0;
  const details = ["promptTokensDetails", "candidatesTokensDetails"].flatMap((name) => list(usage[name]));
  return {
    ...none,
    model,
    input:
      Math.max(0, (count(usage["promptTokenCount"]) ?? 0) - cached) + (count(usage["toolUsePromptTokenCount"]) ?? 0),
    cacheRead: cached,
    output: (count(usage["candidatesTokenCount"]) ?? 0) + thoughts,
    reasoning: thoughts,
    special: details.some((detail) => !["TEXT", undefined].includes(object(detail)["modality"] as string | undefined)),
  };
}

const empty: Json = {};

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : empty;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, 200) : null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function ordinary(tier: string | null): boolean {
  return tier === null || ["default", "standard", "auto", "on_demand"].includes(tier);
}
