/** The two limits as a person types them: dollars and tokens, either may be empty. Pure. */
import type { UsageLimits } from "#shared/contract/broker.ts";

export type LimitText = { dollars: string; tokens: string };

export function limitText({ costMicros, tokens }: UsageLimits): LimitText {
  return {
    dollars: costMicros === null ? "" : String(costMicros / 1e6),
    tokens: tokens === null ? "" : String(tokens),
  };
}

/** What was typed as limits, or what is wrong with it. `1.5`, `$2`, `200000`, `200 000`, `2M`, `500k` and `none` are understood. */
export function limitsFrom({ dollars, tokens }: LimitText): {
  limits: UsageLimits | null;
  wrong: { dollars: string | null; tokens: string | null };
} {
  const cost = read(dollars.replace(/^\s*\$|\s*usd\s*$/gi, ""), 1e6);
  const count = read(tokens, 1);
  const wrong = {
    dollars: cost === undefined ? "An amount like 5 or 0.50, or none" : null,
    tokens: count === undefined ? "A number like 200000 or 2M, or none" : null,
  };
  const limits = cost === undefined || count === undefined ? null : { costMicros: cost, tokens: count };
  return { limits, wrong };
}

/** Of a launch: only what was typed, the rest is as the manifest or the settings say. Null when something cannot be read. */
export function limitsForLaunch(text: LimitText): Partial<UsageLimits> | null {
  const { limits } = limitsFrom(text);
  if (limits === null) return null;
  return {
    ...(text.dollars.trim() === "" ? {} : { costMicros: limits.costMicros }),
    ...(text.tokens.trim() === "" ? {} : { tokens: limits.tokens }),
  };
}

/** Undefined when it cannot be read; null for none. */
function read(text: string, unit: number): number | null | undefined {
  const plain = text.replace(/[\s,_'\u202f\u00a0]/g, "");
  if (plain === "" || /^(none|0)$/i.test(plain)) return null;
  const [, number, suffix = ""] = /^(\d+(?:\.\d+)?|\.\d+)([kmg]?)$/i.exec(plain) ?? [];
  if (number === undefined) return undefined;
  const factor = { "": 1, k: 1e3, m: 1e6, g: 1e9 }[suffix.toLowerCase()] ?? 1;
  const value = Math.round(Number(number) * factor * unit);
  return value >= 1 && value <= 1e12 ? value : undefined;
}
