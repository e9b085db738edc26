/** The provider table (features 3.8): what comes with Cellar, and the person's own file over it. A mistake in it is said, never guessed around. */
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { z } from "zod";
import { Failure } from "#shared/failure.ts";
import { type NewRoute, type Route, routeSchema, upstreamOf } from "./route.ts";

const perMillion = z.number().min(0);
const ratesSchema = z.strictObject({
  input: perMillion,
  output: perMillion,
  /** Without a rate of its own, tokens of this kind make the cost of an answer unknown. */
  "cache-read": perMillion.optional(),
  "cache-write": perMillion.optional(),
  "cache-write-1h": perMillion.optional(),
});
export type Rates = z.infer<typeof ratesSchema>;

const priceSchema = ratesSchema.extend({ above: ratesSchema.extend({ tokens: z.int().positive() }).optional() });
export type Price = z.infer<typeof priceSchema>;

const providerSchema = z
  .strictObject({
    name: z.string().min(1).max(60),
    host: z.string(),
    /** AV-10: what an agent without a credential of the vault is given; some have none. */
    "base-url": z.string().optional(),
    credential: routeSchema.shape.credential.default([
      { from: { header: "authorization", prefix: "Bearer " }, to: { header: "authorization", prefix: "Bearer " } },
    ]),
    /** Prefixes of the environment variables that belong to it. */
    environment: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*_$/)).default([]),
    "web-socket": z.boolean().default(false),
    /** Kinds of addresses it may have that are not public: a model on this computer, or in the company's network. */
    addresses: z.array(z.enum(["loopback", "private", "shared", "link-local"])).default([]),
    prices: z.record(z.string(), priceSchema).default({}),
    "prices-as-of": z.iso.date().optional(),
  })
  .refine((entry) => Object.keys(entry.prices).length === 0 || entry["prices-as-of"] !== undefined, {
    path: ["prices-as-of"],
    message: "says when the prices were listed, and is missing",
  })
  .refine((entry) => !entry["base-url"]?.startsWith("http:") || entry.addresses.length > 0, {
    path: ["base-url"],
    message: "is not encrypted, which only an upstream of your own may be: say where it is with addresses",
  });

export type Provider = z.infer<typeof providerSchema> & { id: string };
export type Providers = ReadonlyMap<string, Provider>;

/** As in a commission (features 3.4). */
const idSchema = z.string().regex(/^[a-z0-9_-]+$/);

/** Throws `invalid_input` naming file, table and key when one of the files has a mistake. A missing own file is no mistake. */
export function readProviders(builtinFile: string, ownFile: string | null = null): Providers {
  const tables = tablesOf(builtinFile, readFileSync(builtinFile, "utf8"));
  const own = ownFile === null ? null : readIfThere(ownFile);
  if (ownFile !== null && own !== null) {
    for (const [id, table] of Object.entries(tablesOf(ownFile, own))) tables[id] = { ...tables[id], ...table };
  }
  const providers = new Map<string, Provider>();
  for (const [id, { like, ...table }] of Object.entries(tables)) {
    const file = ownFile !== null && own?.includes(id) ? ownFile : builtinFile;
    if (!idSchema.safeParse(id).success) throw mistake(file, `"${id}" cannot be the id of a provider`);
    if (like !== undefined && tables[String(like)] === undefined) throw mistake(file, `${id}.like names no provider`);
    const parsed = providerSchema.safeParse(like === undefined ? table : { ...tables[String(like)], ...table });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw mistake(file, `${[id, ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "is not valid"}`);
    }
    providers.set(id, { id, ...parsed.data });
  }
  return providers;
}

type Tables = Record<string, Record<string, unknown>>;

function tablesOf(file: string, source: string): Tables {
  let tables: Record<string, unknown>;
  try {
    tables = parse(source);
  } catch (error) {
    throw mistake(file, (error as Error).message.split("\n")[0]!);
  }
  for (const [id, table] of Object.entries(tables)) {
    if (typeof table !== "object" || table === null || Array.isArray(table))
      throw mistake(file, `"${id}" has to be a table`);
  }
  return tables as Tables;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Failure("failed", `${file} could not be read: ${(error as Error).message}`);
  }
}

function mistake(file: string, what: string): Failure {
  return new Failure("invalid_input", `${file}: ${what}`);
}

/** AV-14. Throws `invalid_input` when neither the commission nor the table says where the provider is. */
export function llmRoute(
  providers: Providers,
  { provider, baseUrl, secret }: { provider: string; baseUrl?: string | undefined; secret: Route["secret"] },
  more: Partial<NewRoute> = {},
): Route {
  const known = providers.get(provider);
  const address = baseUrl ?? known?.["base-url"] ?? (known === undefined ? undefined : `https://${known.host}`);
  if (address === undefined) {
    throw new Failure("invalid_input", `It is not known where the provider "${provider}" is`, {
      hint: "Give its base address, or add it to providers.toml.",
    });
  }
  const { scheme, host, port } = upstreamOf(address);
  return routeSchema.parse({
    key: `llm/${provider}`,
    upstream: { scheme, host, port },
    secret,
    credential: known?.credential ?? [
      { from: { header: "authorization", prefix: "Bearer " }, to: { header: "authorization", prefix: "Bearer " } },
    ],
    webSocket: known?.["web-socket"] ?? false,
    addresses: known?.addresses ?? [],
    provider,
    ...more,
  });
}
