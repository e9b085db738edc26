/**
 * The gateway: the only way out of a bottle for everything that is not brokered. What is on no rule is refused; what was decided can be watched.
 * Decisions name hosts, methods and paths, and never a query, a header's value or a body.
 */
import { z } from "zod";
import { bottleId, done, liveList, procedure, timestamp, workspaceId } from "./base.ts";

export const gatewayRuleId = z.string().regex(/^rule-[0-9a-f]{12}$/, "a rule id is rule- and 12 hex digits");
export const gatewayDecisionId = z.string().regex(/^dec-[0-9a-f]{12}$/, "a decision id is dec- and 12 hex digits");

/** Whom a rule holds for: one bottle, every bottle of a workspace, or every bottle. */
export const gatewayScope = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("bottle"), bottleId }),
  z.strictObject({ type: z.literal("workspace"), workspaceId }),
  z.strictObject({ type: z.literal("always") }),
]);
export type GatewayScope = z.infer<typeof gatewayScope>;

/** What happens when a detector finds something. `ask`: what was found waits until a person has allowed or refused it. */
export const detectorAction = z.enum(["off", "redact", "ask", "block"]);
export type DetectorAction = z.infer<typeof detectorAction>;

/** Any but `off` makes the gateway look inside what goes to the host and comes from it. */
export const gatewayDetectors = z.strictObject({
  /** Well-known shapes of credentials (AWS, GitHub, Slack, private keys, JWT, …). */
  tokens: detectorAction.default("off"),
  /** Values of the vault, plain or encoded. */
  secrets: detectorAction.default("off"),
  /** Bodies larger than `uploadBytes`. They cannot be redacted: that is taken as block. */
  uploads: detectorAction.default("off"),
  uploadBytes: z.int().min(1024).max(1_000_000_000_000).default(10_000_000),
  /** On what comes in: credentials by shape and values of the vault. */
  incoming: detectorAction.default("off"),
  /** On what comes in: phrases by which text tries to give an agent orders. Known tricks, not a proof that a text is harmless. */
  instructions: detectorAction.default("off"),
});
export type GatewayDetectors = z.infer<typeof gatewayDetectors>;

/** Of the connection, of the body's framing, or said otherwise in a rule: no rule can be about them. */
const headersOfConnection = [
  "host",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "content-length",
  "upgrade",
  "expect",
];

/** A header that a request has exactly once, with this value. `*` in it stands for any characters, also for none. */
export const gatewayHeader = z.strictObject({
  name: z
    .string()
    .max(100)
    .regex(/^[a-z0-9][a-z0-9-]*$/, "a header's name is written in lower case")
    .refine((name) => !headersOfConnection.includes(name), "no rule can be about this header"),
  value: z
    .string()
    .max(1000)
    .regex(
      /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/,
      "a header's value is printable ASCII, without spaces around it",
    ),
});
export type GatewayHeader = z.infer<typeof gatewayHeader>;

/** What is put into a rule's requests on their way out: the vault's secret `handle`, in their Authorization header. */
export const gatewayCredential = z.strictObject({ scheme: z.enum(["Bearer", "token"]), handle: z.string() });
export type GatewayCredential = z.infer<typeof gatewayCredential>;

export const gatewayRuleFields = z.strictObject({
  /** A name, `*.` and a name (everything below it, not itself), or an address. Kept in its one normal spelling. */
  host: z.string().min(1).max(300),
  /** Empty: 443 and 80. */
  ports: z.array(z.int().min(1).max(65535)).max(20).default([]),
  /** `deny` wins over every other rule, and its requests do not wait for an answer. */
  effect: z.enum(["allow", "deny"]).default("allow"),
  /** Empty: all. Otherwise the gateway looks inside what goes to the host. */
  methods: z
    .array(z.string().regex(/^[A-Z]{1,20}$/, "a method is upper-case letters"))
    .max(20)
    .default([]),
  /** Beginnings of paths, whole segments; empty: all. Otherwise the gateway looks inside. */
  paths: z
    .array(z.string().regex(/^\/[\x21-\x7e]*$/, "a path begins with a slash"))
    .max(50)
    .default([]),
  /** All of them; empty: whatever the headers say. Otherwise the gateway looks inside. */
  headers: z.array(gatewayHeader).max(20).default([]),
  /** Bytes pass whatever they are, without TLS or HTTP being asked for. */
  anyProtocol: z.boolean().default(false),
  /** The name may lead to private, loopback or link-local addresses. */
  privateAddresses: z.boolean().default(false),
  detectors: gatewayDetectors.prefault({}),
});
export type GatewayRuleFields = z.infer<typeof gatewayRuleFields>;
/** As it is written: what is not said has its default. */
export type GatewayRuleInput = z.input<typeof gatewayRuleFields>;

export const gatewayRule = gatewayRuleFields.extend({
  id: gatewayRuleId,
  scope: gatewayScope,
  /** `base`: it came with the bottle (its manifest, its agent program) and cannot be removed here. */
  source: z.enum(["person", "base"]),
  /** Only of a route of a manifest. Then its requests are TLS to one host, and the gateway looks inside. */
  credential: gatewayCredential.nullable().default(null),
  createdAt: timestamp,
});
export type GatewayRule = z.infer<typeof gatewayRule>;

export const gatewayReason = z.enum([
  /** On a rule. */
  "allowed",
  "allowed_by_person",
  "host_not_allowed",
  "port_not_allowed",
  "denied_by_rule",
  /** The broker serves this host, with the credential put in; only a rule of a person that names just this host lets it be reached past it. */
  "brokered",
  "address_not_allowed",
  "method_not_allowed",
  "path_not_allowed",
  "header_not_allowed",
  /** Allowed with a credential, which could not be had, or would have left without TLS. */
  "credential_missing",
  "credential_ambiguous",
  "credential_needs_tls",
  /** The name leads to an address that no bottle may reach. */
  "address_refused",
  "name_not_found",
  "malformed",
  /** Neither TLS nor HTTP. */
  "protocol_not_allowed",
  "server_name_missing",
  "server_name_differs",
  "host_differs",
  "record_type_refused",
  "looks_like_tunnel",
  "too_many",
  "detected",
  /** Allowed, and the host could not be reached. */
  "unreachable",
  "upstream_tls_failed",
  "timed_out",
  /** The gateway itself could not decide (its rules could not be read). */
  "not_ready",
]);
export type GatewayReason = z.infer<typeof gatewayReason>;

export const gatewayDecision = z.strictObject({
  id: gatewayDecisionId,
  bottleId,
  at: timestamp,
  /** `tunnel`: bytes pass unread. `request`: an HTTP request that the gateway reads, plain or intercepted. `name`: asked of the resolver. */
  kind: z.enum(["tunnel", "request", "name"]),
  /** `waiting`: held until somebody answers, or the time to do so is over. */
  outcome: z.enum(["waiting", "allowed", "denied"]),
  reason: gatewayReason,
  /** The reason in a sentence, with what was found. */
  detail: z.string(),
  host: z.string(),
  port: z.int().nullable(),
  method: z.string().nullable(),
  /** Without its query. */
  path: z.string().nullable(),
  /** The gateway looked inside its TLS. */
  intercepted: z.boolean(),
  ruleId: gatewayRuleId.nullable(),
  /** How often just this happened in a row: denials of one kind are counted together. */
  count: z.int(),
  bytesOut: z.int(),
  bytesIn: z.int(),
  /** Null while it goes on. */
  durationMs: z.int().nullable(),
  /** A click can allow it: `gateway.allow`. */
  canAllow: z.boolean(),
  /** Asked by the launch probe, whose requests have to be refused. They are not counted. */
  probe: z.boolean().default(false),
  /** Until when it waits. */
  waitsUntil: timestamp.nullable(),
});
export type GatewayDecision = z.infer<typeof gatewayDecision>;

/** One open gateway. `id` is its bottle's. */
export const gatewayCounters = z.strictObject({
  id: bottleId,
  workspaceId: workspaceId.nullable(),
  allowed: z.int(),
  denied: z.int(),
  waiting: z.int(),
  bytesOut: z.int(),
  bytesIn: z.int(),
  /** Connections that are open now. */
  open: z.int(),
  /** Hosts whose TLS is intercepted. */
  intercepted: z.array(z.string()),
});
export type GatewayCounters = z.infer<typeof gatewayCounters>;

export const gateway = {
  /** One item per bottle whose gateway is open. */
  watch: procedure.input(z.strictObject({})).output(liveList(gatewayCounters)),
  /** The latest decisions of one bottle or of all, oldest first, also of bottles that are closed. */
  watchDecisions: procedure.input(z.strictObject({ bottleId: bottleId.optional() })).output(liveList(gatewayDecision)),
  watchRules: procedure.input(z.strictObject({})).output(liveList(gatewayRule)),
  addRule: procedure.input(gatewayRuleFields.extend({ scope: gatewayScope })).output(gatewayRule),
  removeRule: procedure.input(z.strictObject({ id: gatewayRuleId })).output(done),
  /**
   * Allows what a decision was about, in as much of the bottle's world as `scope` says, and lets what waits for it pass. What a detector
   * found passes once and makes no rule.
   */
  allow: procedure
    .input(z.strictObject({ decisionId: gatewayDecisionId, scope: z.enum(["bottle", "workspace", "always"]) }))
    .output(z.strictObject({ rule: gatewayRule.nullable() })),
  /** Ends the waiting: it is refused now, and its host is not asked for again in this bottle. */
  refuse: procedure.input(z.strictObject({ decisionId: gatewayDecisionId })).output(done),
};
