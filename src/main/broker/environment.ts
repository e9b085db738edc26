/**
 * The environment of a run (AV-8 to AV-12, AV-22). Routing is put in last and nothing may replace it; with a broker only what belongs to
 * the selected provider is taken from the host, and nothing of it that looks like a credential or leads elsewhere. Pure.
 */
import type { Providers } from "./providers.ts";

export type RunEnvironmentParts = {
  /** The host's environment. */
  host: Readonly<Record<string, string | undefined>>;
  providers: Providers;
  /** What the commission selects. */
  provider: { id: string; baseUrl?: string | undefined } | null;
  /** Null when no secret is referenced. `routed` says that the provider itself has a credential in the vault. */
  broker: { routed: boolean; urlOf: (key: string) => string; sentinel: string } | null;
  manifest: Readonly<Record<string, string>>;
};

export type RunEnvironment = {
  env: Record<string, string>;
  /** Names of the manifest that were not taken, because they would replace the routing or bring a credential past the broker. */
  ignored: string[];
};

/** AV-8. */
const forwarded = ["ANTHROPIC_", "CLAUDE_", "OPENAI_", "GOOGLE_", "GEMINI_", "MISTRAL_", "OPENROUTER_", "GOOSE_"];
/** Settings of an agent, whatever its provider. */
const ofNoProvider = ["GOOSE_"];

export function runEnvironment(parts: RunEnvironmentParts): RunEnvironment {
  const { host, provider, broker, manifest } = parts;
  const own = provider === null ? [] : prefixesOf(provider.id, parts.providers);
  const sensitive = (name: string) => broker !== null && (isCredential(name) || leadsElsewhere(name));
  const wanted = provider === null && broker === null ? forwarded : [...own, ...ofNoProvider];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && startsWithAny(name, wanted) && !sensitive(name)) env[name] = value;
  }
  const routing = routingOf(parts);
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(manifest)) {
    const replaces = name in routing || (provider !== null && routingNames(provider.id).includes(name));
    if (replaces || (startsWithAny(name, [...own, ...forwarded]) && sensitive(name))) ignored.push(name);
    else env[name] = value;
  }
  return { env: { ...env, AVP_WORKSPACE: "/avp/workspace", AVP_ENV_ROOT: "/avp", ...routing }, ignored };
}

/** AV-9, AV-10. */
function routingOf({ provider, providers, broker }: RunEnvironmentParts): Record<string, string> {
  if (provider === null) return {};
  const [address, key] = routingNames(provider.id) as [string, string];
  const routing: Record<string, string> = provider.id === "anthropic" ? {} : { GOOSE_PROVIDER: provider.id };
  if (broker?.routed) return { ...routing, [address]: broker.urlOf(`llm/${provider.id}`), [key]: broker.sentinel };
  const real = provider.baseUrl ?? providers.get(provider.id)?.["base-url"];
  return real === undefined ? routing : { ...routing, [address]: real };
}

function routingNames(id: string): string[] {
  if (id === "anthropic") return ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"];
  const upper = id.toUpperCase().replaceAll("-", "_");
  return [`${upper}_HOST`, `${upper}_API_KEY`, "GOOSE_PROVIDER"];
}

function prefixesOf(id: string, providers: Providers): string[] {
  return [...(providers.get(id)?.environment ?? []), `${id.toUpperCase().replaceAll("-", "_")}_`];
}

/** By the words of the name. A count of tokens is none: it is in the plural. */
function isCredential(name: string): boolean {
  const words = name.split("_");
  const secret = [
    "KEY",
    "KEYS",
    "APIKEY",
    "TOKEN",
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSPHRASE",
    "CREDENTIAL",
    "CREDENTIALS",
    "AUTH",
    "OAUTH",
    "COOKIE",
    "COOKIES",
    "HEADERS",
  ];
  return words.some((word) => secret.includes(word));
}

/** Another address, a proxy, or another service behind which the provider would be reached. */
function leadsElsewhere(name: string): boolean {
  return (
    /_(URL|URI|HOST|ENDPOINT|PROXY|BASE)$/.test(name) ||
    /_USE_(BEDROCK|VERTEX|FOUNDRY|VERTEXAI|MANTLE)$/.test(name) ||
    /_API_BASE/.test(name)
  );
}

function startsWithAny(name: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}
