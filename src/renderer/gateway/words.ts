/** Decisions and rules of the gateway in words. Pure. */
import type { GatewayDecision, GatewayReason, GatewayRule, GatewayScope } from "#shared/contract/gateway.ts";
import type { State, Status } from "#shared/states.ts";

const reasons: Record<GatewayReason, string> = {
  allowed: "Allowed",
  allowed_by_person: "Allowed by you",
  host_not_allowed: "On no rule",
  port_not_allowed: "Port on no rule",
  denied_by_rule: "Denied by a rule",
  brokered: "Served by the broker",
  address_not_allowed: "An address, on no rule",
  method_not_allowed: "Method not allowed",
  path_not_allowed: "Path not allowed",
  header_not_allowed: "Headers not allowed",
  credential_missing: "No credential to put in",
  credential_ambiguous: "More than one credential",
  credential_needs_tls: "Credential without TLS",
  address_refused: "Leads to a forbidden address",
  name_not_found: "No such name",
  malformed: "Not understood",
  protocol_not_allowed: "Neither TLS nor HTTP",
  server_name_missing: "TLS names no server",
  server_name_differs: "TLS names another server",
  host_differs: "Names two hosts",
  record_type_refused: "Record type refused",
  looks_like_tunnel: "Looks like a tunnel",
  too_many: "Too many questions",
  detected: "Stopped by a detector",
  unreachable: "Could not be reached",
  upstream_tls_failed: "Certificate not valid",
  timed_out: "Nothing came",
  not_ready: "Rules cannot be read",
};

/** Reasons of what was allowed and came to nothing. */
const failures: readonly GatewayReason[] = [
  "unreachable",
  "upstream_tls_failed",
  "name_not_found",
  "address_refused",
  "timed_out",
  "detected",
];

export function decisionStatus({ outcome, reason, detail, at, durationMs }: GatewayDecision): Status {
  const evidence = detail === "" ? {} : { evidence: detail };
  const time = { kind: "at" as const, at };
  if (outcome === "waiting")
    return { state: "permission", words: "Waiting for you", time: { kind: "since", at }, ...evidence };
  if (outcome === "denied") return { state: "failed", words: reasons[reason], time, ...evidence };
  if (failures.includes(reason)) return { state: "failed", words: reasons[reason], time, ...evidence };
  const state: State = durationMs === null ? "running" : "done";
  return { state, words: reasons[reason], time, ...evidence };
}

/** What the launch probe was refused, once and not as rows of their own; null when nothing was. */
export function probeWords(decisions: readonly Pick<GatewayDecision, "probe" | "count">[]): string | null {
  const refused = decisions.filter(({ probe }) => probe).reduce((sum, { count }) => sum + count, 0);
  return refused === 0 ? null : `Launch probe: ${refused} refused, as they must be`;
}

/** `pypi.org`, `pypi.org:8443`: the usual port goes without saying. */
export function hostWords({ host, port }: Pick<GatewayDecision, "host" | "port">): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === null || port === 443 ? name : `${name}:${port}`;
}

/** What was asked of the host, where the gateway could see it. */
export function requestWords({ kind, outcome, method, path, intercepted }: GatewayDecision): string {
  if (kind === "name") return "name looked up";
  // What is waiting or was refused has not passed, read or unread.
  if (kind === "tunnel") return outcome === "allowed" ? "passes unread" : "";
  return `${method ?? ""} ${path ?? ""}${intercepted ? " (opened)" : ""}`.trim();
}

export function scopeWords(scope: GatewayScope, workspaceName: (id: string) => string | undefined): string {
  switch (scope.type) {
    case "always":
      return "Every bottle";
    case "workspace":
      return `Workspace ${workspaceName(scope.workspaceId) ?? "(gone)"}`;
    default:
      return "One bottle";
  }
}

const watched = [
  ["tokens", "tokens"],
  ["secrets", "secrets"],
  ["uploads", "uploads"],
  ["incoming", "credentials coming in"],
  ["instructions", "orders coming in"],
] as const;

/** What a rule says beside its host, shortest first. */
export function ruleWords(rule: GatewayRule): string {
  const { ports, methods, paths, headers, anyProtocol, privateAddresses, detectors, credential } = rule;
  const watching = watched.filter(([key]) => detectors[key] !== "off");
  return [
    ports.length === 0 ? "" : `${ports.length === 1 ? "port" : "ports"} ${ports.join(", ")}`,
    methods.join(" "),
    paths.join(" "),
    headers.map(({ name, value }) => `${name}: ${value}`).join(", "),
    credential === null ? "" : `with ${credential.handle} of the vault as ${credential.scheme}`,
    anyProtocol ? "any protocol" : "",
    privateAddresses ? "private addresses too" : "",
    watching.map(([key, words]) => `${detectors[key]} ${words}`).join(", "),
  ]
    .filter(Boolean)
    .join(" · ");
}
