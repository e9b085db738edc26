/**
 * Whether a bottle may reach something: one pure decision over its rules. Rules are a list of what is allowed; the union counts, a rule that
 * denies wins over all, and what is on none is denied.
 */
import type { GatewayCredential, GatewayDetectors, GatewayReason, GatewayRule } from "#shared/contract/gateway.ts";
import type { BrokeredHost } from "../bottles/index.ts";
import { headersMatch } from "./header-match.ts";
import type { RawHeaders } from "./headers.ts";
import { type ReadHost, readHost } from "./hosts.ts";
import { ambiguousPath, startsWithPath } from "./paths.ts";

/** What is asked for, as it came. */
export type Question =
  | { kind: "tunnel"; host: string; port: number }
  | { kind: "request"; host: string; port: number; tls: boolean; method: string; path: string; headers: RawHeaders }
  | { kind: "name"; host: string };

export type Rules = {
  /** Null: they could not be read, and nothing is allowed. */
  list: readonly GatewayRule[] | null;
  /** What the broker serves: past it a program would come with a key of its own, of which nobody knows. */
  brokered?: readonly BrokeredHost[];
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
  /** Put into the request on its way out. Only of a request. */
  credential: GatewayCredential | null;
};
export type Verdict = Denial | Permission;

const webPorts = [443, 80];
const noDetectors: GatewayDetectors = {
  tokens: "off",
  secrets: "off",
  uploads: "off",
  uploadBytes: 10_000_000,
  incoming: "off",
  instructions: "off",
};

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
  const served = (rules.brokered ?? []).some((each) => serves(each, host.text, port));
  const allowing = ofPort.filter((rule) => rule.effect === "allow" && (!served || rule.host === host.text));
  if (served && allowing.length === 0) {
    return denied("brokered", `The broker serves ${host.text}: it is reached by its address in the environment only`);
  }
  if (allowing.length === 0) return notOnAnyRule(host, port, ofHost);
  if (question.kind !== "request") {
    const inspect = port !== null && mustLookInside(ofPort);
    return permission(inspect ? "intercept" : "allow", host, allowing);
  }
  if (ambiguousPath(question.path) && allowing.every((rule) => rule.paths.length > 0)) {
    return denied(
      "path_not_allowed",
      "The path can be read in more than one way, and the rules of this host are about paths",
    );
  }
  const matching = allowing.filter((rule) => matchesRequest(rule, question));
  if (matching.length > 0) return withCredential(permission("allow", host, matching), matching, question);
  const ofMethod = allowing.filter((rule) => methodMatches(rule, question.method));
  if (ofMethod.length === 0) return denied("method_not_allowed", `No rule of ${host.text} allows ${question.method}`);
  return ofMethod.some((rule) => pathMatches(rule, question.path))
    ? denied("header_not_allowed", `No rule of ${host.text} allows ${question.method} to this path with these headers`)
    : denied("path_not_allowed", `No rule of ${host.text} allows ${question.method} to this path`);
}

/** With a credential only what APIs are asked with (AV-20); TRACE would say the request again. */
const credentialMethods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/** At most one credential may be meant, and it leaves only where nobody on the way can read it. */
function withCredential(
  given: Permission,
  matching: readonly GatewayRule[],
  { tls, method }: { tls: boolean; method: string },
): Verdict {
  const meant = matching.flatMap(({ credential }) => (credential === null ? [] : [credential]));
  const [credential] = meant;
  if (credential === undefined) return given;
  const same = ({ scheme, handle }: GatewayCredential) => scheme === credential.scheme && handle === credential.handle;
  if (!meant.every(same)) {
    return denied("credential_ambiguous", `More than one credential belongs to this request to ${given.host}`);
  }
  if (!credentialMethods.includes(method)) {
    return denied("method_not_allowed", `No credential is put into a ${printable(method)} request`);
  }
  if (!tls) return denied("credential_needs_tls", `A credential is put in for ${given.host}, and only over TLS`);
  return { ...given, credential };
}

/** Hosts (names, patterns, addresses) whose TLS the gateway opens, for the constraints of its authority. */
export function interceptedHosts(rules: readonly GatewayRule[]): string[] {
  return [...new Set(rules.filter(looksInside).map((rule) => rule.host))].sort();
}

function hostMatches(pattern: string, host: ReadHost): boolean {
  // A pattern is about names: `*.0.0.1` is no such thing as a network.
  if (pattern.startsWith("*.")) return host.kind === "name" && host.text.endsWith(pattern.slice(1));
  return pattern === host.text;
}

/** One on a port of its own may have other things beside it. */
function serves(brokered: BrokeredHost, host: string, port: number | null): boolean {
  return brokered.host === host && (brokered.port === 443 || port === null || brokered.port === port);
}

function portMatches(rule: GatewayRule, port: number): boolean {
  return (rule.ports.length === 0 ? webPorts : rule.ports).includes(port);
}

function methodMatches(rule: GatewayRule, method: string): boolean {
  return rule.methods.length === 0 || rule.methods.includes(method);
}

/** Of a tunnel only a rule about everything in it can be said to match. */
function matchesRequest(rule: GatewayRule, question: Question): boolean {
  if (question.kind !== "request") {
    return rule.methods.length === 0 && rule.paths.length === 0 && rule.headers.length === 0;
  }
  return (
    methodMatches(rule, question.method) && pathMatches(rule, question.path) && headersMatch(rule, question.headers)
  );
}

function pathMatches(rule: GatewayRule, path: string): boolean {
  if (rule.paths.length === 0) return true;
  // What denies a path also denies what might be it.
  if (ambiguousPath(path)) return rule.effect === "deny";
  return rule.paths.some((prefix) => startsWithPath(path, prefix));
}

function looksInside(rule: GatewayRule): boolean {
  const narrow = rule.methods.length > 0 || rule.paths.length > 0 || rule.headers.length > 0;
  return narrow || rule.credential !== null || detects(rule.detectors);
}

function detects(detectors: GatewayDetectors): boolean {
  return detectorKeys.some((key) => detectors[key] !== "off");
}

function mustLookInside(ofPort: readonly GatewayRule[]): boolean {
  if (ofPort.some((rule) => rule.credential !== null || detects(rule.detectors))) return true;
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
    credential: null,
  };
}

/** Named in the log: an exact host before a pattern, then one with paths, headers or methods before one without. */
function mostSpecific(rules: readonly GatewayRule[]): GatewayRule {
  const weight = (rule: GatewayRule) =>
    [!rule.host.startsWith("*."), rule.paths.length > 0, rule.headers.length > 0, rule.methods.length > 0].reduce(
      (sum, narrower) => sum * 2 + (narrower ? 1 : 0),
      0,
    );
  return rules.reduce((best, rule) => (weight(rule) > weight(best) ? rule : best));
}

const strictness = ["off", "redact", "ask", "block"] as const;
const detectorKeys = ["tokens", "secrets", "uploads", "incoming", "instructions"] as const;

function strictest(a: GatewayDetectors, b: GatewayDetectors): GatewayDetectors {
  const harder = (key: (typeof detectorKeys)[number]) =>
    strictness.indexOf(a[key]) >= strictness.indexOf(b[key]) ? a[key] : b[key];
  return {
    tokens: harder("tokens"),
    secrets: harder("secrets"),
    uploads: harder("uploads"),
    incoming: harder("incoming"),
    instructions: harder("instructions"),
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
