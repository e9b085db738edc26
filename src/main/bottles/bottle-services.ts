/**
 * What stands beside a bottle on the host: the gateway, the broker and what else listens for it. Each is a {@link BottleService} of a domain of
 * its own; `services.ts` of main says which there are, and here they are joined. Bottles know only this.
 */
import { join } from "node:path";
import { onSocketLost, problemOfSocket } from "#node/listen-on-socket.ts";
import { type ServiceName, servicePorts } from "#shared/bottles/names.ts";
import type { BottleServiceState } from "#shared/contract/bottles.ts";
import type { UsageLimits } from "#shared/contract/broker.ts";
import type { HomeFile, ProbeHeader, ServicePort } from "./backend.ts";
import type { EgressRoute, GitRepository } from "./manifests/schema.ts";

/** A host that the broker serves. */
export type BrokeredHost = { host: string; port: number };

/** What a bottle may reach, as it was shown and approved. */
export type BottleReach = {
  workspaceId: string;
  programId: string;
  /** The provider of the program's model (`anthropic`, …); null when it has none. */
  provider: string | null;
  /** Hosts for the gateway: `host`, `*.domain`, or either with `:port`. */
  allowedHosts: readonly string[];
  /** Not by the gateway, unless a person says so. Found when it was planned; bottles of earlier versions have none. */
  brokeredHosts?: readonly BrokeredHost[];
  /** Routes that need more than a host: a credential, methods, paths, detectors. */
  routes: readonly EgressRoute[];
  gitRepositories: readonly GitRepository[];
  /** The program may ask the person for things. */
  supervise: boolean;
  /** The program may drive the terminals of its bottle through MCP. */
  drivesTerminals: boolean;
  /** The program says what it is doing. */
  tellsActivity: boolean;
  /** What it may use at its provider. */
  usageLimits?: UsageLimits;
  /** How the provider's credential is to be had: a reference into the vault, or the person's own sign-in. Neither value comes in here. */
  credential: { authToken: string | null; forwardHostCredentials: boolean };
};

/** The bottle a service is opened for. `directory` is on the host, 0700, and goes with the bottle. `launchId`: whose program runs in it. */
export type BottlePlace = { id: string; label: string; launchId: string; directory: string };

/** A service's part of the launch summary. */
export type PlannedService = {
  allowedHosts?: readonly string[];
  /** `host [auth:scheme]`. */
  routes?: readonly string[];
  /** Names of variables it will set inside. */
  environment?: readonly string[];
  /** Files it will put into the home inside. */
  files?: readonly string[];
  /** Hosts of the provider that nothing but its route leads to, unless a person's own rule does. */
  onlyBrokered?: readonly string[];
  /** Per repository behind the git gate, in the order of the reach: `name → host:port` and what may be pushed. */
  gitGate?: readonly string[];
  notEnforced?: readonly string[];
  /** Id of the provider whose credential will be put in, … */
  brokered?: string;
  /** … and where it is. Services after it in the order of their names are planned with it. */
  brokeredHosts?: readonly BrokeredHost[];
};

/** A provider whose credential is put in outside. */
export type BrokeredProvider = {
  id: string;
  /** What stands inside for the provider's base address, its path included. */
  url: string;
  /** What stands inside for the credential. */
  sentinel: string;
};

/** A service that serves, or is down after a restart of main and says so: what inside leads programs to it. No secret of the person is in any of it. */
export type OpenService = {
  /** Set inside. */
  environment?: Readonly<Record<string, string>>;
  homeFiles?: readonly HomeFile[];
  /** See {@link OpenServices.trust}. */
  trust?: string;
  trusted?: Promise<unknown>;
  probe?: ProbeHeader;
  brokered?: BrokeredProvider;
};

/** One kind of service, for all bottles. */
export interface BottleService {
  readonly name: ServiceName;
  /**
   * Changes nothing. Null when this reach needs none of it, unless there is something to say: then `serves` is false. Throws what makes a launch
   * impossible (a credential the vault lacks, a locked vault): fail closed, with the reason.
   */
  plan(reach: BottleReach): Promise<(PlannedService & { serves: boolean }) | null>;
  /** Listens on the Unix socket `socket`, or resolves to null when this reach needs none of it. After a throw nothing is left open. */
  open(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService | null>;
  /** The same for a bottle that ran through a restart of main: what its programs were given (sentinels, certificates) still holds. The old socket may still lie there. */
  restore(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService | null>;
  /** Asked for a bottle it has open. */
  state(bottleId: string): Pick<BottleServiceState, "state" | "detail">;
  /** Idempotent; also forgets what the bottle's programs were given. */
  close(bottleId: string): Promise<void>;
  /** The bottle, closed before, is gone for good: so is what was kept of it to be looked at. */
  forget?(bottleId: string): Promise<void>;
}

/** A reach as its services will serve it. Finding that out changes nothing. */
export type PlannedServices = {
  services: readonly ServiceName[];
  allowedHosts: string[];
  routes: string[];
  environment: string[];
  files: string[];
  onlyBrokered: string[];
  gitGate: string[];
  notEnforced: string[];
  brokered: string | null;
  brokeredHosts: readonly BrokeredHost[];
};

export type OpenServices = {
  ports: ServicePort[];
  environment: Record<string, string>;
  homeFiles: HomeFile[];
  /** Folder on the host with the certificates that programs inside are to trust; null when nothing is intercepted. Its files may be replaced while the bottle runs. */
  trust: string | null;
  /** Its files are there. Making them takes its time, and meanwhile the bottle can be made as well. Rejects when they cannot be had. */
  trusted: Promise<unknown>;
  /** What the launch probe sends to the gateway; null where there is none, or where it asks nobody. */
  probe: ProbeHeader | null;
  brokered: BrokeredProvider | null;
};

/** The services of a bottle are others than before. `lost`: the one whose socket was taken away, and made again where its state is not `down`. */
export type ServicesChanged = (bottleId: string, lost?: ServiceName) => void;

/** All services of bottles, as one. */
export interface BottleServices {
  plan(reach: BottleReach): Promise<PlannedServices>;
  /** Throws when any service of the plan cannot serve; nothing is left open then. */
  open(bottle: BottlePlace, reach: BottleReach): Promise<OpenServices>;
  restore(bottle: BottlePlace, reach: BottleReach): Promise<OpenServices>;
  /** Sorted by name; empty for a bottle it does not know. */
  states(bottleId: string): BottleServiceState[];
  /** Returns what ends that. */
  onChange(changed: ServicesChanged): () => void;
  close(bottleId: string): Promise<void>;
  /** See {@link BottleService.forget}. */
  forget?(bottleId: string): Promise<void>;
}

export class JoinedServices implements BottleServices {
  readonly #services: readonly BottleService[];
  readonly #open = new Map<string, { service: BottleService; socket: string }[]>();
  readonly #listeners = new Set<ServicesChanged>();

  constructor(services: readonly BottleService[]) {
    this.#services = [...services].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async plan(reach: BottleReach): Promise<PlannedServices> {
    const planned: { name: ServiceName; part: Awaited<ReturnType<BottleService["plan"]>> }[] = [];
    let brokeredHosts: readonly BrokeredHost[] = [];
    for (const service of this.#services) {
      const part = await service.plan({ ...reach, brokeredHosts });
      brokeredHosts = [...brokeredHosts, ...(part?.brokeredHosts ?? [])];
      planned.push({ name: service.name, part });
    }
    type Sentences = Exclude<keyof PlannedService, "brokered" | "brokeredHosts">;
    const all = (key: Sentences) => planned.flatMap(({ part }) => part?.[key] ?? []);
    return {
      services: planned.filter(({ part }) => part?.serves).map(({ name }) => name),
      allowedHosts: all("allowedHosts"),
      routes: all("routes"),
      environment: all("environment"),
      files: all("files"),
      onlyBrokered: all("onlyBrokered"),
      gitGate: all("gitGate"),
      notEnforced: all("notEnforced"),
      brokered: planned.find(({ part }) => part?.brokered !== undefined)?.part?.brokered ?? null,
      brokeredHosts,
    };
  }

  open(bottle: BottlePlace, reach: BottleReach): Promise<OpenServices> {
    return this.#openAll(bottle, (service, socket) => service.open(bottle, reach, socket));
  }

  restore(bottle: BottlePlace, reach: BottleReach): Promise<OpenServices> {
    return this.#openAll(bottle, (service, socket) => service.restore(bottle, reach, socket));
  }

  states(bottleId: string): BottleServiceState[] {
    return (this.#open.get(bottleId) ?? []).map(({ service, socket }) => {
      const lost = problemOfSocket(socket);
      const state = lost === null ? service.state(bottleId) : { state: "down" as const, detail: lost };
      return { name: service.name, port: servicePorts[service.name], ...state };
    });
  }

  onChange(changed: ServicesChanged): () => void {
    this.#listeners.add(changed);
    const end = onSocketLost((path) => {
      for (const [id, open] of this.#open) {
        const lost = open.find(({ socket }) => socket === path);
        if (lost !== undefined) changed(id, lost.service.name);
      }
    });
    return () => {
      this.#listeners.delete(changed);
      end();
    };
  }

  async close(bottleId: string): Promise<void> {
    this.#open.delete(bottleId);
    // One that cannot be closed is no reason to leave the others open.
    const ends = await Promise.allSettled(this.#services.map((service) => service.close(bottleId)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async forget(bottleId: string): Promise<void> {
    for (const service of this.#services) await service.forget?.(bottleId);
  }

  async #openAll(
    { id, directory }: BottlePlace,
    openOne: (service: BottleService, socket: string) => Promise<OpenService | null>,
  ): Promise<OpenServices> {
    const opened: { service: BottleService; part: OpenService; socket: string }[] = [];
    try {
      for (const service of this.#services) {
        const socket = join(directory, `${service.name}.sock`);
        const part = await openOne(service, socket);
        if (part !== null) opened.push({ service, part, socket });
      }
    } catch (error) {
      await this.close(id);
      throw error;
    }
    this.#open.set(id, opened);
    for (const changed of this.#listeners) changed(id);
    const parts = opened.map(({ part }) => part);
    const trusted = Promise.all(parts.map(({ trusted }) => trusted));
    // Said to whoever waits, which may be later.
    trusted.catch(() => {});
    return {
      ports: opened.map(({ service: { name }, socket }) => ({ name, port: servicePorts[name], socket })),
      environment: joinEnvironments(...parts.map(({ environment = {} }) => environment)),
      homeFiles: parts.flatMap(({ homeFiles = [] }) => homeFiles),
      trust: parts.find(({ trust }) => trust !== undefined)?.trust ?? null,
      trusted,
      probe: parts.find(({ probe }) => probe !== undefined)?.probe ?? null,
      brokered: parts.find(({ brokered }) => brokered !== undefined)?.brokered ?? null,
    };
  }
}

/** Later ones win, except for options that every part may add to. */
export function joinEnvironments(...parts: Readonly<Record<string, string>>[]): Record<string, string> {
  const options = parts.map((each) => each["JAVA_TOOL_OPTIONS"]).filter((each) => each !== undefined);
  const rest = parts.map((each) => Object.fromEntries(Object.entries(each).filter(([name]) => !gitSetting.test(name))));
  return Object.assign(
    {},
    ...rest,
    options.length === 0 ? {} : { JAVA_TOOL_OPTIONS: options.join(" ") },
    gitSettingsEnvironment(parts.flatMap(gitSettingsIn)),
  );
}

const gitSetting = /^GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+)$/;

/** Settings of git as variables: it reads as many as `GIT_CONFIG_COUNT` says, in order. */
export function gitSettingsEnvironment(settings: readonly (readonly [string, string])[]): Record<string, string> {
  if (settings.length === 0) return {};
  const pairs = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}

function gitSettingsIn(environment: Readonly<Record<string, string>>): [string, string][] {
  const count = Number(environment["GIT_CONFIG_COUNT"] ?? 0);
  const found: [string, string][] = [];
  for (let index = 0; index < count; index++) {
    const key = environment[`GIT_CONFIG_KEY_${index}`];
    const value = environment[`GIT_CONFIG_VALUE_${index}`];
    // git refuses to run at all with a pair that is not whole.
    if (key === undefined || value === undefined) break;
    found.push([key, value]);
  }
  return found;
}
