/** What an answer costs by the provider table, or null: a cost that is not known is never guessed. Pure. */
import type { Price, Provider, Rates } from "../providers.ts";
import type { Usage } from "./formats.ts";

/** The listed price of a model; a date behind its name (`-20250929`, `-2025-08-07`) does not change it. */
export function priceOf(provider: Provider | undefined, host: string, model: string | null): Price | null {
  // Somebody else who speaks the same way bills in his own way.
  if (provider === undefined || model === null || host !== provider.host) return null;
  const plain = model.replace(/^models\//, "").replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, "");
  return Object.hasOwn(provider.prices, plain) ? provider.prices[plain]! : null;
}

/** US dollars. */
export function costOf(usage: Usage, price: Price | null): number | null {
  if (usage.reportedCost !== null) return usage.reportedCost;
  if (price === null || usage.special) return null;
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  const rates: Rates = price.above !== undefined && prompt > price.above.tokens ? price.above : price;
  const short = usage.cacheWrite - usage.cacheWrite1h;
  const parts: [tokens: number, rate: number | undefined][] = [
    [usage.input, rates.input],
    [usage.output, rates.output],
    [usage.cacheRead, rates["cache-read"]],
    [short, rates["cache-write"]],
    [usage.cacheWrite1h, rates["cache-write-1h"]],
  ];
  let millionths = 0;
  for (const [tokens, rate] of parts) {
    if (tokens === 0) continue;
    if (rate === undefined) return null;
    millionths += tokens * rate;
  }
  return millionths / 1e6;
}
