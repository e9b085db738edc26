/** The gateway of a bottle: what was approved for it, as rules, and what leads its programs to the gateway and to the certificates. */
import { join } from "node:path";
import type { Secret } from "#node/secret.ts";
import {
  type DetectorAction,
  type GatewayHeader,
  type GatewayRuleInput,
  gatewayRuleFields,
} from "#shared/contract/gateway.ts";
import { Failure } from "#shared/failure.ts";
import {
  type BottlePlace,
  type BottleReach,
  type BottleService,
  type EgressRoute,
  guestTrust,
  type OpenService,
  type PlannedService,
} from "../bottles/index.ts";
import { hostsOfLent } from "../broker/index.ts";
import type { NewRule } from "./rule-store.ts";
import type { Gateways } from "./service.ts";
import { trustEnvironment } from "./trust-files.ts";

export type BottleGatewaysParts = {
  gateways: Gateways;
  knownSecrets: () => readonly Secret[];
  /** Of the vault. Throws `not_found` for a handle that is nowhere, and a Failure that says so while the vault is locked. */
  resolve: (handle: string, usedBy: string) => Promise<Secret>;
};

export class BottleGateways implements BottleService {
  readonly name = "gateway";
  readonly #parts: BottleGatewaysParts;

  constructor(parts: BottleGatewaysParts) {
    this.#parts = parts;
  }

  /** Throws `unavailable` for what a manifest asks for and nobody serves: an agent must not run with less protection than was asked for. */
  async plan(reach: BottleReach): Promise<PlannedService & { serves: boolean }> {
    const rules = rulesOf(reach);
    await this.#checkCredentials(rules, "the launch of a bottle");
    this.#parts.gateways.warmUp();
    return {
      serves: true,
      allowedHosts: rules
        .filter(({ host, credential }) => credential === undefined && !hostsOfLent(reach).includes(host))
        .map(ruleWords),
      routes: rules.flatMap((rule) => (rule.credential ? [routeWords(rule, rule.credential.scheme)] : [])),
      notEnforced: withoutEffect(reach),
      environment: Object.keys(trustEnvironment(guestTrust)),
    };
  }

  async open(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService> {
    await this.#checkCredentials(rulesOf(reach), `bottle ${place.id}`);
    return this.#listen(place, reach, socket);
  }

  /** Without asking the vault: it may be locked, and is asked for each request. */
  async restore(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService> {
    const opened = await this.#listen(place, reach, socket);
    await opened.trusted;
    return opened;
  }

  async #listen({ id, directory }: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService> {
    const trust = join(directory, "trust");
    const usedBy = `bottle ${id}`;
    const { probe } = await this.#parts.gateways.open({
      bottleId: id,
      workspaceId: reach.workspaceId,
      folder: join(directory, "gateway"),
      trustFolder: trust,
      listen: { type: "unix", path: socket, dnsPath: join(directory, "names.sock") },
      brokered: reach.brokeredHosts ?? [],
      base: [...rulesOf(reach), ...hostsOfLent(reach).map((host) => ruleOf(host, { effect: "deny" }))],
      secretOf: (handle) => this.#parts.resolve(handle, usedBy),
      knownSecrets: this.#parts.knownSecrets,
    });
    const { header, value } = probe.refused;
    return {
      environment: trustEnvironment(guestTrust),
      trust,
      trusted: this.#parts.gateways.trusted(id),
      probe: { name: header, value },
    };
  }

  state() {
    return { state: "up", detail: null } as const;
  }

  async close(bottleId: string): Promise<void> {
    await this.#parts.gateways.close(bottleId);
  }

  async forget(bottleId: string): Promise<void> {
    await this.#parts.gateways.forget(bottleId);
  }

  /** AV-19: each is there before anything is. */
  async #checkCredentials(rules: readonly NewRule[], usedBy: string): Promise<void> {
    for (const handle of new Set(rules.flatMap(({ credential }) => (credential ? [credential.handle] : [])))) {
      await this.#parts.resolve(handle, usedBy);
    }
  }
}

/** The approved reach as rules of the gateway. Throws `unavailable` for what no service here can hold. */
function rulesOf({ allowedHosts, routes, brokeredHosts = [] }: BottleReach): NewRule[] {
  // What its program's entry asks for is the same for all bottles; a manifest's own route is a person's word.
  const served = new Set(brokeredHosts.flatMap(({ host, port }) => (port === 443 ? [host] : [`${host}:${port}`])));
  return [
    ...allowedHosts.filter((host) => !served.has(host)).map((host) => ruleOf(host, {})),
    ...routes.flatMap(rulesOfRoute),
  ];
}

function rulesOfRoute({ host, auth, matches = [{}], dlp = {} }: EgressRoute): NewRule[] {
  const [outbound, inbound] = [actionOf(dlp.outbound), actionOf(dlp.inbound)];
  const detectors = { tokens: outbound, secrets: outbound, incoming: inbound, instructions: inbound };
  return matches.map(({ methods = [], paths = [], headers = {} }) => {
    const rule = ruleOf(host, { methods, paths, headers: headersOf(headers), detectors });
    if (auth === undefined) return rule;
    const credential = { scheme: auth.scheme, handle: auth.token_ref };
    // Only where it goes over TLS.
    return { ...rule, credential, ports: rule.ports.length === 0 ? [443] : rule.ports };
  });
}

function actionOf(said: "supervise" | "redact" | "block" | undefined): DetectorAction {
  return said === "supervise" ? "ask" : (said ?? "off");
}

function headersOf(headers: Readonly<Record<string, string>>): GatewayHeader[] {
  return Object.entries(headers).map(([name, value]) => ({ name: name.toLowerCase(), value }));
}

/** `host`, `*.domain`, or either with `:port`. */
function ruleOf(pattern: string, more: Omit<GatewayRuleInput, "host" | "ports">): NewRule {
  const [, host = pattern, port] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  const rule = gatewayRuleFields.safeParse({ ...more, host, ports: port === undefined ? [] : [Number(port)] });
  if (rule.success) return rule.data;
  const [issue] = rule.error.issues;
  throw new Failure("invalid_input", `the route to ${pattern} cannot be: ${issue?.message ?? "it is not valid"}`);
}

/** Limits of a route that its program's own entry in the catalogue makes void: what the program needs goes before (features 4.6). */
function withoutEffect({ allowedHosts, routes }: BottleReach): string[] {
  const narrowed = routes.filter(
    ({ host, matches }) => matches !== undefined && allowedHosts.some((all) => covers(all, host)),
  );
  return [...new Set(narrowed.map(({ host }) => host))].map(
    (host) => `The manifest allows only some requests to ${host}; the program's own entry allows them all.`,
  );
}

function covers(pattern: string, host: string): boolean {
  return pattern === host || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));
}

function ruleWords(rule: NewRule): string {
  const { host, ports } = rule;
  const where = ports.length === 0 ? host : `${host}:${ports.join(",")}`;
  return [where, ...narrowing(rule)].join(" ");
}

function routeWords(rule: NewRule, scheme: string): string {
  const { host, ports } = rule;
  const where = ports.every((port) => port === 443) ? host : `${host}:${ports.join(",")}`;
  return [`${where} [auth:${scheme}]`, ...narrowing(rule)].join(" ");
}

function narrowing({ methods, paths, headers, detectors }: NewRule): string[] {
  const watched = [
    detectors.tokens === "off" ? "" : `what goes out: ${detectors.tokens}`,
    detectors.incoming === "off" ? "" : `what comes in: ${detectors.incoming}`,
  ].filter(Boolean);
  return [
    methods.join(" "),
    paths.join(" "),
    headers.map(({ name, value }) => `${name}: ${value}`).join(" "),
    watched.length === 0 ? "" : `(${watched.join(", ")})`,
  ].filter(Boolean);
}
