/**
 * What a bottle reaches, joined: its gateway, and where its program's provider has a credential in the vault, its broker. Bottles know only
 * the interface; this is the one place that knows all three.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Secret } from "#node/secret.ts";
import { servicePorts } from "#shared/bottles/names.ts";
import type { BottleServiceState } from "#shared/contract/bottles.ts";
import { type GatewayRuleFields, gatewayRuleFields } from "#shared/contract/gateway.ts";
import { Failure } from "#shared/failure.ts";
import type { BottleReach, BottleServices, OpenServices, PlannedServices } from "./bottles/index.ts";
import { type Broker, llmRoute, type Providers, type Route, runEnvironment } from "./broker/index.ts";
import type { Gateways, OpenedGateway } from "./gateway/index.ts";

export type BottleEgressParts = {
  gateways: Gateways;
  broker: Broker;
  providers: () => Providers;
  /** Throws `not_found` for a handle that is nowhere, and a Failure that says so while the vault is locked. */
  resolve: (handle: string, usedBy: string) => Promise<Secret>;
  /** False while there is no vault at all: then a handle that is not in the environment is not there. */
  vaultExists: () => boolean;
  knownSecrets: () => readonly Secret[];
};

type BottlePlace = { id: string; label: string; directory: string };

/** Beginning of the shell's name for a provider's key: `anthropic` → `anthropic_api_key`, which the environment may hold as ANTHROPIC_API_KEY. */
const keyOf = (provider: string) => `${provider.replaceAll("-", "_")}_api_key`;

export class BottleEgress implements BottleServices {
  readonly #parts: BottleEgressParts;
  readonly #open = new Map<string, { brokered: boolean }>();
  readonly #listeners = new Set<(bottleId: string) => void>();

  constructor(parts: BottleEgressParts) {
    this.#parts = parts;
  }

  /** Throws `unavailable` for what a manifest asks for and nobody serves: an agent must not run with less protection than was asked for. */
  async plan(reach: BottleReach): Promise<PlannedServices> {
    const rules = rulesOf(reach);
    const route = await this.#route(reach);
    const notEnforced =
      reach.provider !== null && route === null
        ? [
            `The vault has no ${keyOf(reach.provider)}, so no credential is put in on the way out: the program has to sign in inside, and what it is given there it can read.`,
          ]
        : [];
    return {
      services: route === null ? ["gateway"] : ["broker", "gateway"],
      allowedHosts: rules.map(ruleWords),
      routes: route === null ? [] : [`${route.upstream.host} [auth:${schemeOf(route)}]`],
      environment: route === null ? [] : Object.keys(this.#environment(reach, "")),
      notEnforced,
    };
  }

  async open(bottle: BottlePlace, reach: BottleReach): Promise<OpenServices> {
    const route = await this.#route(reach);
    const gateway = await this.#openGateway(bottle, reach);
    try {
      const broker =
        route === null
          ? null
          : await this.#parts.broker.open({
              owner: { kind: "bottle", id: bottle.id },
              listen: { socketPath: join(bottle.directory, "broker.sock") },
              routes: [route],
            });
      return this.#opened(bottle, reach, gateway, broker?.sentinel ?? null);
    } catch (error) {
      await this.#parts.gateways.close(bottle.id);
      throw error;
    }
  }

  /** The broker restores its own listeners before; one that could not be is down, and says so. */
  async restore(bottle: BottlePlace, reach: BottleReach): Promise<OpenServices> {
    const gateway = await this.#openGateway(bottle, reach);
    const broker = this.#parts.broker.of({ kind: "bottle", id: bottle.id });
    return this.#opened(bottle, reach, gateway, broker?.sentinel ?? null);
  }

  states(bottleId: string): BottleServiceState[] {
    const open = this.#open.get(bottleId);
    if (open === undefined) return [];
    const broker = this.#parts.broker.of({ kind: "bottle", id: bottleId });
    const state = (name: "broker" | "gateway", up: boolean): BottleServiceState => ({
      name,
      state: up ? "up" : "down",
      port: servicePorts[name],
      detail: null,
    });
    return [...(open.brokered ? [state("broker", broker !== undefined)] : []), state("gateway", true)];
  }

  onChange(changed: (bottleId: string) => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  async close(bottleId: string): Promise<void> {
    this.#open.delete(bottleId);
    const owner = { kind: "bottle", id: bottleId } as const;
    await this.#parts.broker.of(owner)?.close();
    this.#parts.broker.forget(owner);
    await this.#parts.gateways.close(bottleId);
  }

  #openGateway({ id, directory }: BottlePlace, reach: BottleReach): Promise<OpenedGateway> {
    return this.#parts.gateways.open({
      bottleId: id,
      workspaceId: reach.workspaceId,
      folder: join(directory, "gateway"),
      trustFolder: trustFolder(directory),
      listen: { type: "unix", path: join(directory, "gateway.sock"), dnsPath: join(directory, "names.sock") },
      base: rulesOf(reach),
      knownSecrets: this.#parts.knownSecrets,
    });
  }

  #opened(
    { id, directory }: BottlePlace,
    reach: BottleReach,
    gateway: OpenedGateway,
    sentinel: string | null,
  ): OpenServices {
    this.#open.set(id, { brokered: sentinel !== null });
    for (const changed of this.#listeners) changed(id);
    const port = (name: "broker" | "gateway") => ({
      name,
      port: servicePorts[name],
      socket: join(directory, `${name}.sock`),
    });
    const certificate = join(trustFolder(directory), "cellar-ca.pem");
    const { header, value } = gateway.probe.refused;
    return {
      ports: [...(sentinel === null ? [] : [port("broker")]), port("gateway")],
      environment: sentinel === null ? {} : this.#environment(reach, sentinel),
      certificate: existsSync(certificate) ? readFileSync(certificate, "utf8") : null,
      probe: { name: header, value },
    };
  }

  /** AV-9: where the provider is found, and what the program shows there in place of a key. */
  #environment({ provider }: BottleReach, sentinel: string): Record<string, string> {
    const { env } = runEnvironment({
      host: {},
      providers: this.#parts.providers(),
      provider: provider === null ? null : { id: provider },
      broker: { routed: true, urlOf: (key) => `http://127.0.0.1:${servicePorts.broker}/${key}`, sentinel },
      manifest: {},
    });
    return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("AVP_")));
  }

  /** The provider's route, or null when it has no credential of ours. Throws when the manifest names one that is not to be had. */
  async #route({ provider, credential }: BottleReach): Promise<Route | null> {
    if (credential.forwardHostCredentials) {
      throw new Failure("unavailable", "A sign-in of this computer cannot be lent to a bottle yet", {
        hint: "Leave out forward_host_credentials and store the provider's key in the vault.",
      });
    }
    if (provider === null) return null;
    const handle = credential.authToken ?? keyOf(provider);
    try {
      await this.#parts.resolve(handle, `the launch of a bottle (${provider})`);
    } catch (error) {
      const absent = error instanceof Failure && (error.code === "not_found" || !this.#parts.vaultExists());
      if (credential.authToken === null && absent) return null;
      throw error;
    }
    return llmRoute(this.#parts.providers(), { provider, secret: { handle } });
  }
}

const trustFolder = (directory: string) => join(directory, "trust");

function schemeOf({ credential }: Route): string {
  const [first] = credential;
  if (first === undefined || !("prefix" in first.to)) return "basic";
  return first.to.prefix.trim() || first.to.header;
}

/** The approved reach as rules of the gateway. Throws `unavailable` for what no service here can hold. */
function rulesOf({ allowedHosts, routes, gitRepositories, supervise }: BottleReach): GatewayRuleFields[] {
  if (gitRepositories.length > 0) throw unserved("git repositories behind a git gate", "Leave out git.repos");
  if (supervise) throw unserved("supervision", "Leave out supervise");
  return [
    ...allowedHosts.map((host) => ruleOf(host)),
    ...routes.flatMap((route) => {
      if (route.auth !== undefined) throw unserved("routes with a credential of their own", "Leave out auth");
      if (route.dlp?.inbound !== undefined) throw unserved("detectors on what comes in", "Leave out dlp.inbound");
      const outbound = route.dlp?.outbound === "supervise" ? "ask" : (route.dlp?.outbound ?? "off");
      const detectors = { tokens: outbound, secrets: outbound } as const;
      const matches = route.matches ?? [{}];
      return matches.map(({ methods = [], paths = [], headers }) => {
        if (headers !== undefined) throw unserved("routes by header", "Leave out matches.headers");
        return { ...ruleOf(route.host), methods, paths, detectors: gatewayRuleFields.shape.detectors.parse(detectors) };
      });
    }),
  ];
}

/** `host`, `*.domain`, or either with `:port`. */
function ruleOf(pattern: string): GatewayRuleFields {
  const [, host = pattern, port] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  return gatewayRuleFields.parse({ host, ports: port === undefined ? [] : [Number(port)] });
}

function ruleWords({ host, ports, methods, paths }: GatewayRuleFields): string {
  const where = ports.length === 0 ? host : `${host}:${ports.join(",")}`;
  return [where, methods.join(" "), paths.join(" ")].filter((part) => part !== "").join(" ");
}

function unserved(what: string, hint: string): Failure {
  return new Failure("unavailable", `This Cellar does not serve ${what} for bottles yet, so nothing is launched`, {
    hint: `${hint} in the manifest to launch without it.`,
  });
}
