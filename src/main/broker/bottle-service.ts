/** The broker of a bottle: the route to its program's provider, and what leads the program there. */
import type { Secret } from "#node/secret.ts";
import { servicePorts } from "#shared/bottles/names.ts";
import { Failure } from "#shared/failure.ts";
import type {
  BottlePlace,
  BottleReach,
  BottleService,
  BrokeredProvider,
  OpenService,
  PlannedService,
} from "../bottles/index.ts";
import { runEnvironment } from "./environment.ts";
import {
  checkSignIn,
  fileOf,
  hostsOfLent,
  insideOf,
  type LentSignIn,
  lentSignIn,
  variablesOf,
} from "./lent-sign-in.ts";
import { llmRoute, type Providers } from "./providers.ts";
import type { Route } from "./route.ts";
import type { Broker } from "./service.ts";
import { limitsOf, noLimits } from "./usage/money.ts";

export type BottleBrokerParts = {
  broker: Broker;
  providers: () => Providers;
  /** Throws `not_found` for a handle that is nowhere, and a Failure that says so while the vault is locked. */
  resolve: (handle: string, usedBy: string) => Promise<Secret>;
  /** False while there is no vault at all: then a handle that is not in the environment is not there. */
  vaultExists: () => boolean;
  /** Of the person. */
  loginEnvironment: () => Promise<Record<string, string>>;
};

/** Beginning of the shell's name for a provider's key: `anthropic` → `anthropic_api_key`, which the environment may hold as ANTHROPIC_API_KEY. */
const keyOf = (provider: string) => `${provider.replaceAll("-", "_")}_api_key`;

const urlOf = (key: string) => `http://127.0.0.1:${servicePorts.broker}/${key}`;

const ownerOf = (bottleId: string) => ({ kind: "bottle", id: bottleId }) as const;

export class BottleBroker implements BottleService {
  readonly name = "broker";
  readonly #parts: BottleBrokerParts;

  constructor(parts: BottleBrokerParts) {
    this.#parts = parts;
  }

  async plan(reach: BottleReach): Promise<(PlannedService & { serves: boolean }) | null> {
    const lent = this.#lentTo(reach);
    if (lent !== null) {
      await checkSignIn(lent, await this.#parts.loginEnvironment());
      return {
        serves: true,
        routes: [lent.words],
        environment: Object.keys(variablesOf(lent)),
        files: [fileOf(lent)],
        brokered: lent.program.subscription,
        onlyBrokered: hostsOfLent(reach),
      };
    }
    const route = await this.#route(reach);
    if (route !== null) {
      return {
        serves: true,
        routes: [`${route.upstream.host} [auth:${schemeOf(route)}]`],
        environment: Object.keys(this.#environment(reach, "")),
        brokered: reach.provider!,
        onlyBrokered: [
          route.upstream.port === 443 ? route.upstream.host : `${route.upstream.host}:${route.upstream.port}`,
        ],
        brokeredHosts: [{ host: route.upstream.host, port: route.upstream.port }],
      };
    }
    const limited = reach.usageLimits?.tokens != null || reach.usageLimits?.costMicros != null;
    const unlimited = "Its limit of tokens and cost: what it uses does not pass through Cellar's broker.";
    if (reach.provider === null) return limited ? { serves: false, notEnforced: [unlimited] } : null;
    const missing = `The vault has no ${keyOf(reach.provider)}, so no credential is put in on the way out: the program has to sign in inside, and what it is given there it can read.`;
    return { serves: false, notEnforced: limited ? [missing, unlimited] : [missing] };
  }

  async open(place: BottlePlace, reach: BottleReach, socketPath: string): Promise<OpenService | null> {
    const lent = this.#lentTo(reach);
    const route = lent?.route ?? (await this.#route(reach));
    if (route === null) return null;
    const { sentinel } = await this.#parts.broker.open({
      owner: ownerOf(place.id),
      listen: { socketPath },
      hosts: [`127.0.0.1:${servicePorts.broker}`, `localhost:${servicePorts.broker}`],
      routes: [route],
      limits: limitsOf(reach.usageLimits ?? noLimits),
    });
    if (lent !== null) {
      const inside = await insideOf(lent, await this.#parts.loginEnvironment(), sentinel);
      return { ...inside, brokered: this.#brokeredAs(lent, sentinel) };
    }
    return this.#opened(reach, sentinel);
  }

  /** The broker restores its own listeners before; one that could not be is down. */
  async restore({ id }: BottlePlace, reach: BottleReach): Promise<OpenService | null> {
    const opened = this.#parts.broker.of(ownerOf(id));
    if (opened === undefined) return this.#parts.broker.whyLost(ownerOf(id)) === null ? null : {};
    const lent = this.#lentTo(reach);
    if (lent !== null) {
      return { environment: variablesOf(lent), brokered: this.#brokeredAs(lent, opened.sentinel) };
    }
    return this.#opened(reach, opened.sentinel);
  }

  state(bottleId: string) {
    const up = this.#parts.broker.of(ownerOf(bottleId)) !== undefined;
    return { state: up ? "up" : "down", detail: this.#parts.broker.whyLost(ownerOf(bottleId)) } as const;
  }

  async close(bottleId: string): Promise<void> {
    await this.#parts.broker.of(ownerOf(bottleId))?.close();
    this.#parts.broker.forget(ownerOf(bottleId));
  }

  async forget(bottleId: string): Promise<void> {
    this.#parts.broker.ledger.forget(bottleId);
  }

  #opened(reach: BottleReach, sentinel: string): OpenService {
    const id = reach.provider!;
    // A client's base address has a path (`/v1`), which the route leaves to it.
    const { pathname } = new URL(this.#parts.providers().get(id)?.["base-url"] ?? "http://none");
    const url = `${urlOf(`llm/${id}`)}${pathname.replace(/\/$/, "")}`;
    return { environment: this.#environment(reach, sentinel), brokered: { id, url, sentinel } };
  }

  #brokeredAs({ program, url }: LentSignIn, sentinel: string): BrokeredProvider {
    return { id: program.subscription, url, sentinel };
  }

  #lentTo(reach: BottleReach): LentSignIn | null {
    return lentSignIn(reach, this.#parts.providers(), urlOf);
  }

  /** AV-9: where the provider is found, and what the program shows there in place of a key. */
  #environment({ provider }: BottleReach, sentinel: string): Record<string, string> {
    const { env } = runEnvironment({
      host: {},
      providers: this.#parts.providers(),
      provider: provider === null ? null : { id: provider },
      broker: { routed: true, urlOf, sentinel },
      manifest: {},
    });
    return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("AVP_")));
  }

  /** The provider's route, or null when it has no credential of ours. Throws when the manifest names one that is not to be had. */
  async #route({ provider, credential }: BottleReach): Promise<Route | null> {
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

function schemeOf({ credential }: Route): string {
  const [first] = credential;
  if (first === undefined || !("prefix" in first.to)) return "basic";
  return first.to.prefix.trim() || first.to.header;
}
