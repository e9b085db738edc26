/**
 * Whether a bottle may reach something: one pure decision over its rules. Rules are a list of what is allowed; the union counts, a rule that
 * denies wins over all, and what is on none is denied.
 */
import type { GatewayDetectors, GatewayReason, GatewayRule } from "#shared/contract/gateway.ts";
import { type ReadHost, readHost } from "./hosts.ts";
import { ambiguousPath, startsWithPath } from "./paths.ts";

/** What is asked for, as it came. */
export type Question =
  | { kind: "tunnel"; host: string; port: number }
  | { kind: "request"; host: string; port: number; method: string; path: string }
  | { kind: "name"; host: string };

export type Rules = {
  /** Null: they could not be read, and nothing is allowed. */
  list: readonly GatewayRule[] | null;
  /** Whether the broker puts a credential into requests to it. */
  hasCredential: (host: string, port: number) => boolean;
};

export type Denial = {
  type: "deny";
  reason: GatewayReason;
  detail: string;
  rule: GatewayRule | null;
  canAllow: boolean;
};
export type Permission = {
  /** `intercept`: allowed, and the gateway has to look inside its TLS. Only of a tunnel. */
  type: "allow" | "intercept";
  /** The one spelling that was decided on; only this may be dialled. */
  host: string;
  rule: GatewayRule;
  anyProtocol: boolean;
  privateAddresses: boolean;
  detectors: GatewayDetectors;
};
export type Verdict = Denial | Permission;

const webPorts = [443, 80];
export const noDetectors: GatewayDetectors = { tokens: "off", secrets: "off", uploads: "off", uploadBytes: 10_000_000 };

export function decide(question: Question, rules: Rules): Verdict {
  const host = readHost(question.host);
  if (host === null) return denied("malformed", `${printable(question.host)} is no host name`);
  if (rules.list === null) {
    return denied("not_ready", "The gateway's rules could not be read, so that nothing is allowed");
  }
  if (question.kind !== "name" && !(Number.isInteger(question.port) && question.port >= 1 && question.port <= 65_535)) {
    return denied("malformed", "There is no such port");
  }
  if (host.odd)
    return denied("address_not_allowed", `${printable(question.host)} is an address in a spelling of its own`);
  const port = question.kind === "name" ? null : question.port;
  const ofHost = rules.list.filter((rule) => hostMatches(rule.host, host));
  const ofPort = ofHost.filter((rule) => port === null || portMatches(rule, port));
  const forbidding = ofPort.find((rule) => rule.effect === "deny" && matchesRequest(rule, question));
  if (forbidding) return { ...denied("denied_by_rule", `A rule denies ${host.text}`), rule: forbidding };
  const allowing = ofPort.filter((rule) => rule.effect === "allow");
  if (allowing.length === 0) return notOnAnyRule(host, port, ofHost);
  if (question.kind !== "request") {
    const inspect = port !== null && mustLookInside(ofPort, rules.hasCredential(host.text, port));
    return permission(inspect ? "intercept" : "allow", host, allowing);
  }
  if (ambiguousPath(question.path) && allowing.every((rule) => rule.paths.length > 0)) {
    return denied(
      "path_not_allowed",
      "The path can be read in more than one way, and the rules of this host are about paths",
    );
  }
  const matching = allowing.filter((rule) => matchesRequest(rule, question));
  if (matching.length > 0) return permission("allow", host, matching);
  const methodKnown = allowing.some((rule) => methodMatches(rule, question.method));
  return methodKnown
    ? denied("path_not_allowed", `No rule of ${host.text} allows ${question.method} to this path`)
    : denied("method_not_allowed", `No rule of ${host.text} allows ${question.method}`);
}

/** Hosts (names, patterns, addresses) whose TLS the gateway opens, for the constraints of its authority. */
export function interceptedHosts(rules: readonly GatewayRule[], credentialHosts: readonly string[]): string[] {
  const looking = rules.filter(looksInside).map((rule) => rule.host);
  return [...new Set([...looking, ...credentialHosts])].sort();
}

export function hostMatches(pattern: string, host: ReadHost): boolean {
  // A pattern is about names: `*.0.0.1` is no such thing as a network.
  if (pattern.startsWith("*.")) return host.kind === "name" && host.text.endsWith(pattern.slice(1));
  return pattern === host.text;
}

function portMatches(rule: GatewayRule, port: number): boolean {
  return (rule.ports.length === 0 ? webPorts : rule.ports).includes(port);
}

function methodMatches(rule: GatewayRule, method: string): boolean {
  return rule.methods.length === 0 || rule.methods.includes(method);
}

/** Of a tunnel only a rule about everything in it can be said to match. */
function matchesRequest(rule: GatewayRule, question: Question): boolean {
  if (question.kind !== "request") return rule.methods.length === 0 && rule.paths.length === 0;
  if (!methodMatches(rule, question.method)) return false;
  if (rule.paths.length === 0) return true;
  // What denies a path also denies what might be it.
  if (ambiguousPath(question.path)) return rule.effect === "deny";
  return rule.paths.some((prefix) => startsWithPath(question.path, prefix));
}

function looksInside(rule: GatewayRule): boolean {
  return rule.methods.length > 0 || rule.paths.length > 0 || detects(rule.detectors);
}

export function detects({ tokens, secrets, uploads }: GatewayDetectors): boolean {
  return tokens !== "off" || secrets !== "off" || uploads !== "off";
}

function mustLookInside(ofPort: readonly GatewayRule[], credential: boolean): boolean {
  if (credential || ofPort.some((rule) => detects(rule.detectors))) return true;
  // A path that is denied has to be seen to be denied; of paths that are allowed one rule without any is enough.
  if (ofPort.some((rule) => rule.effect === "deny" && looksInside(rule))) return true;
  return ofPort.every(looksInside);
}

function permission(type: Permission["type"], host: ReadHost, rules: readonly GatewayRule[]): Permission {
  return {
    type,
    host: host.text,
    rule: mostSpecific(rules),
    anyProtocol: type === "allow" && rules.some((rule) => rule.anyProtocol),
    privateAddresses: rules.some((rule) => rule.privateAddresses),
    detectors: rules.map((rule) => rule.detectors).reduce(strictest, noDetectors),
  };
}

/** Named in the log: an exact host before a pattern, then one with paths or methods before one without. */
function mostSpecific(rules: readonly GatewayRule[]): GatewayRule {
  const weight = (rule: GatewayRule) =>
    (rule.host.startsWith("*.") ? 0 : 4) + (rule.paths.length > 0 ? 2 : 0) + (rule.methods.length > 0 ? 1 : 0);
  return rules.reduce((best, rule) => (weight(rule) > weight(best) ? rule : best));
}

const strictness = ["off", "redact", "ask", "block"] as const;

function strictest(a: GatewayDetectors, b: GatewayDetectors): GatewayDetectors {
  const harder = (key: "tokens" | "secrets" | "uploads") =>
    strictness.indexOf(a[key]) >= strictness.indexOf(b[key]) ? a[key] : b[key];
  return {
    tokens: harder("tokens"),
    secrets: harder("secrets"),
    uploads: harder("uploads"),
    // Only of a rule that looks at uploads its size means anything.
    uploadBytes: Math.min(
      ...[a, b].map((each) => (each.uploads === "off" ? Number.MAX_SAFE_INTEGER : each.uploadBytes)),
    ),
  };
}

function notOnAnyRule(host: ReadHost, port: number | null, ofHost: readonly GatewayRule[]): Denial {
  const known = ofHost.some((rule) => rule.effect === "allow");
  if (known && port !== null) {
    return { ...denied("port_not_allowed", `${host.text} is allowed, and its port ${port} is not`), canAllow: true };
  }
  // A name is what a person can judge; an address needs a rule made on purpose.
  if (host.kind === "address") {
    return denied("address_not_allowed", `${host.text} is an address, and no rule names exactly this one`);
  }
  return { ...denied("host_not_allowed", `${host.text} is on no rule of this bottle`), canAllow: true };
}

function denied(reason: GatewayReason, detail: string): Denial {
  return { type: "deny", reason, detail, rule: null, canAllow: false };
}

/** Something that is no host, for a log: short, and only with signs that do nothing there. */
export function printable(text: string): string {
  const shown = text.replace(/[^\x21-\x7e]/g, "?");
  return shown.length <= 80 ? shown : `${shown.slice(0, 79)}…`;
}
