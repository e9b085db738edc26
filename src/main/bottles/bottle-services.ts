/**
 * What stands beside a bottle on the host: the gateway, the broker and what else listens for it. `services.ts` of main joins the real ones;
 * bottles know only this.
 */
import type { BottleServiceState } from "#shared/contract/bottles.ts";
import type { ProbeHeader, ServicePort } from "./backend.ts";
import type { EgressRoute } from "./manifests/schema.ts";

/** What a bottle may reach, as it was shown and approved. */
export type BottleReach = {
  workspaceId: string;
  programId: string;
  /** The provider of the program's model (`anthropic`, …); null when it has none. */
  provider: string | null;
  /** Hosts for the gateway: `host`, `*.domain`, or either with `:port`. */
  allowedHosts: readonly string[];
  /** Routes that need more than a host: a credential, methods, paths, detectors. */
  routes: readonly EgressRoute[];
  gitRepositories: readonly {
    name: string;
    upstream: string;
    identityFile: string | null;
    knownHostKey: string | null;
  }[];
  supervise: boolean;
  /** How the provider's credential is to be had: a reference into the vault, or the person's own sign-in. Neither value comes in here. */
  credential: { authToken: string | null; forwardHostCredentials: boolean };
};

/** A reach as its services will serve it. Finding that out changes nothing. */
export type PlannedServices = {
  services: readonly ServicePort["name"][];
  allowedHosts: string[];
  /** `host [auth:scheme]`. */
  routes: string[];
  /** Names of variables the services will set inside. */
  environment: string[];
  notEnforced: string[];
};

export type OpenServices = {
  ports: ServicePort[];
  /** Set inside: addresses of the services and sentinels. No secret of the person is among the values. */
  environment: Record<string, string>;
  /** Certificate of the bottle's own authority, in PEM, when anything is intercepted. */
  certificate: string | null;
  /** What the launch probe sends to the gateway; null where there is none, or where it asks nobody. */
  probe: ProbeHeader | null;
};

export interface BottleServices {
  /** Throws what makes a launch impossible (a credential the vault lacks, a locked vault): fail closed, with the reason. */
  plan(reach: BottleReach): Promise<PlannedServices>;
  /** Opens the listeners in `directory`. Throws when any service of the plan cannot serve; nothing is left open then. */
  open(bottle: { id: string; label: string; directory: string }, reach: BottleReach): Promise<OpenServices>;
  /** The same for a bottle that ran through a restart of main: same sockets (the old ones may still lie there), same sentinels, same certificate. */
  restore(bottle: { id: string; label: string; directory: string }, reach: BottleReach): Promise<OpenServices>;
  /** Sorted by name; empty for a bottle it does not know. */
  states(bottleId: string): BottleServiceState[];
  /** Calls back with the id of a bottle whose services have changed; returns what ends that. */
  onChange(changed: (bottleId: string) => void): () => void;
  /** Idempotent; also forgets the sentinels. */
  close(bottleId: string): Promise<void>;
}
