/**
 * A route: one upstream with its credential. It binds a secret to a scheme, host and port, to methods and to path prefixes, and says where
 * the agent shows its sentinel and where the real one is put instead.
 */
import { z } from "zod";
import { addressClasses, parseHost } from "../egress/index.ts";

/** AV-25. */
const handleSchema = z.string().regex(/^[a-z0-9_-]+$/);

/** Two segments of a path, as `llm/anthropic`, `mcp/search`, `git/github.com`. */
const routeKeySchema = z
  .string()
  .max(200)
  .regex(/^[a-z][a-z0-9-]*\/[a-z0-9_](?:[a-z0-9._:-]*[a-z0-9_])?$/);

const headerName = z.string().regex(/^[a-z0-9-]+$/);

/** `prefix` stands before the token (`Bearer `); with `user` the header is Basic authentication and the token is its password. */
const inHeader = z.union([
  z.strictObject({ header: headerName, prefix: z.string().regex(/^([\x21-\x7e]+ )?$/) }),
  z.strictObject({ header: headerName, user: z.string().regex(/^[^:\x00-\x1f\x7f]*$/) }),
]);
const inQuery = z.strictObject({ query: z.string().regex(/^[a-z_]+$/) });

export type HeaderPlace = z.infer<typeof inHeader>;
export type Place = HeaderPlace | z.infer<typeof inQuery>;

/** Where a sentinel is expected, and where the real credential is put when it stood there. A credential is never put into an address. */
const credentialSchema = z.strictObject({ from: z.union([...inHeader.options, inQuery]), to: inHeader });
export type Credential = z.infer<typeof credentialSchema>;

/** AV-20. */
const methods = ["GET", "POST", "PUT", "DELETE", "PATCH"] as const;

const upstreamSchema = z.strictObject({
  scheme: z.enum(["http", "https"]),
  host: z.string().refine((host) => {
    const parsed = parseHost(host);
    return parsed !== null && !(parsed.kind === "address" && parsed.odd);
  }, "must be a host name or a plainly written address"),
  port: z.int().min(1).max(65535),
  /** Stands before what the agent asks for; no `/` at its end. */
  path: z
    .string()
    .regex(/^(\/[\w.~!$&'()*+,;=:@-]+)*$/)
    .default(""),
});
export type Upstream = z.infer<typeof upstreamSchema>;

export const routeSchema = z.strictObject({
  key: routeKeySchema,
  upstream: upstreamSchema,
  /**
   * `signIn`: the vault holds a sign-in's file in this format, and its access token is what is put in. `lent`: not the vault, but the person's own
   * program on this computer holds it.
   */
  secret: z.strictObject({
    handle: handleSchema,
    signIn: z.enum(["claude", "codex"]).optional(),
    lent: z.literal(true).optional(),
  }),
  credential: z.array(credentialSchema).min(1),
  methods: z
    .array(z.enum([...methods, "HEAD", "OPTIONS"]))
    .min(1)
    .default([...methods]),
  /** Prefixes of the upstream's path, at the borders of segments: `/v1` allows `/v1` and `/v1/x`, not `/v10`. */
  paths: z.array(z.string().startsWith("/").max(1000)).min(1).default(["/"]),
  webSocket: z.boolean().default(false),
  /** Classes of addresses that the upstream may have besides public ones. */
  addresses: z.array(z.enum(addressClasses)).default([]),
  /** Whose answers tell the usage, and whose prices count; null when this route uses no tokens. */
  provider: z.string().nullable().default(null),
});
export type Route = z.infer<typeof routeSchema>;
export type NewRoute = z.input<typeof routeSchema>;

/** `https://host[:port][/path]`, without a user, a query or a fragment; throws for anything else. */
export function upstreamOf(address: string): Upstream {
  const parts = /^(https?):\/\/(\[[0-9a-f:.]+\]|[^/?#@:[\]\\]+)(?::(\d{1,5}))?(\/[^?#]*)?$/i.exec(address);
  const scheme = parts?.[1]?.toLowerCase();
  return upstreamSchema.parse({
    scheme,
    host: parts?.[2]?.toLowerCase() ?? "",
    port: parts?.[3] === undefined ? (scheme === "http" ? 80 : 443) : Number(parts[3]),
    path: (parts?.[4] ?? "").replace(/\/$/, ""),
  });
}

type Secret = Route["secret"];
const bearer: HeaderPlace = { header: "authorization", prefix: "Bearer " };

/** AV-14: the full address of the server is the upstream. */
export function mcpRoute(server: string, address: string, secret: Secret, more: Partial<NewRoute> = {}): Route {
  const upstream = upstreamOf(address);
  return routeSchema.parse({
    key: `mcp/${server}`,
    upstream,
    secret,
    credential: [{ from: bearer, to: bearer }],
    paths: [upstream.path || "/"],
    ...more,
  });
}

/**
 * Fetching and pushing over HTTP for one git host. `repositories` as `owner/name`; without them every one the credential reaches. Git
 * speaks Basic; the sentinel is its password, whatever user it names.
 */
export function gitRoute(
  host: string,
  secret: Secret,
  { repositories, user = "x-access-token" }: { repositories?: string[]; user?: string } = {},
): Route {
  const paths = repositories?.flatMap((name) => [`/${name}`, `/${name}.git`]);
  return routeSchema.parse({
    key: `git/${host}`,
    upstream: upstreamOf(`https://${host}`),
    secret,
    credential: [
      { from: { header: "authorization", user: "*" }, to: { header: "authorization", user } },
      { from: bearer, to: { header: "authorization", user } },
    ],
    methods: ["GET", "POST"],
    ...(paths === undefined ? {} : { paths }),
  });
}
