/** The gateway of one bottle: its listeners, its policy, its authority and the files that lead the bottle to them. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ownDirectory } from "#node/own-directory.ts";
import type { Secret } from "#node/secret.ts";
import { newToken, sameToken } from "#node/token.ts";
import type { GatewayCounters, GatewayRule } from "#shared/contract/gateway.ts";
import type { BrokeredHost } from "../bottles/index.ts";
import { Redactors } from "../broker/index.ts";
import type { Dialer } from "../egress/index.ts";
import type { Authority } from "./authority.ts";
import { probeHeader } from "./headers.ts";
import { type Doors, type Listen, type Listening, listen } from "./listeners.ts";
import { OutwardAgent } from "./outward.ts";
import { Policy, type PolicyParts } from "./policy.ts";
import { createProxy, type ProxyServer } from "./proxy.ts";
import { proxyLimits } from "./proxy-parts.ts";
import { createDatagramResolver, createStreamResolver, Resolver } from "./resolver.ts";
import { decide, interceptedHosts, type Rules } from "./rules.ts";
import { systemRoots, trustEnvironment, writeTrustFiles } from "./trust-files.ts";

export type BottleGatewayParts = {
  policy: Omit<PolicyParts, "rules">;
  dialer: Dialer;
  /** The bottle's folder on the host, which the bottle does not see. */
  folder: string;
  /** A folder that the bottle sees, and cannot write. */
  trustFolder: string;
  listen: Listen;
  /** The value of a credential of a rule, asked for each request. Rejects with a Failure that says why there is none. */
  secretOf: (handle: string) => Promise<Secret>;
  knownSecrets: () => readonly Secret[];
  /** The rules that hold for it, or null when they cannot be read. */
  rules: readonly GatewayRule[] | null;
  brokered: readonly BrokeredHost[];
};

/** What the launch probe tries from inside. Each has to fail, the first with the gateway's own refusal. */
export type ProbeFacts = {
  /** Through the proxy: a host that is not allowed, asked for with a header that keeps it from waiting for an answer. */
  refused: { host: string; port: number; header: string; value: string; status: 403 };
  /** Past the proxy: a connection to any of them has to fail. */
  unreachable: readonly { address: string; port: number }[];
};

export type OpenedGateway = {
  listening: Listening;
  /** Where the proxy is asked for a password: the user is `cellar`. */
  password: string | null;
  /** Variables for the bottle's programs; `folder` is where it sees `trustFolder`. */
  trustEnvironment: (folder: string) => Record<string, string>;
  probe: ProbeFacts;
};

const probeHosts = ["example.com", "example.net", "example.org", "www.iana.org"];
const directAddresses = [
  { address: "1.1.1.1", port: 443 },
  { address: "2606:4700:4700::1111", port: 443 },
  { address: "169.254.169.254", port: 80 },
];

/** Loaded with the first bottle that is planned: Cellar's start does not wait for it, and no launch either. */
const authorities = () => import("./authority.ts");

/** Gets ready what every gateway needs and the first one would have to wait for. */
export async function warmUp(): Promise<void> {
  await authorities();
  await setImmediate();
  systemRoots();
}

export class BottleGateway {
  readonly #parts: BottleGatewayParts;
  readonly policy: Policy;
  readonly #probeToken = newToken();
  #rules: Rules;
  #proxy: ProxyServer | null = null;
  #doors: Doors | null = null;
  #authority: Promise<Authority>;
  #hosts: readonly string[];

  constructor(parts: BottleGatewayParts) {
    this.#parts = parts;
    this.#rules = { list: parts.rules, brokered: parts.brokered };
    this.#hosts = this.#intercepted();
    this.policy = new Policy({ ...parts.policy, rules: () => this.#rules });
    ownDirectory(parts.folder);
    // Mounted before anything is in it.
    mkdirSync(parts.trustFolder, { recursive: true, mode: 0o755 });
    this.#authority = this.#openAuthority();
    this.#authority.catch(() => {});
  }

  get counters(): GatewayCounters {
    return { ...this.policy.counters, intercepted: [...this.#hosts] };
  }

  /** Throws `unavailable` when it cannot listen; then nothing is left open. Its authority may still be made: see {@link trusted}. */
  async open(): Promise<OpenedGateway> {
    const { dialer, secretOf, knownSecrets } = this.#parts;
    const password = this.#parts.listen.type === "unix" ? null : this.#password();
    const resolver = new Resolver(this.policy, dialer);
    this.#proxy = createProxy(
      {
        policy: this.policy,
        dialer,
        agent: new OutwardAgent(dialer, true),
        freshAgent: new OutwardAgent(dialer, false),
        contextFor: async (host) => (await this.#authority).contextFor(host),
        secretOf,
        redactors: new Redactors(),
        knownSecrets,
        isProbe: (header) => typeof header === "string" && sameToken(header, this.#probeToken),
        limits: proxyLimits,
      },
      password,
    );
    const { listen: wanted } = this.#parts;
    const datagrams =
      wanted.type === "address" && wanted.dnsPort !== null ? createDatagramResolver(resolver, wanted.address) : null;
    this.#doors = { proxy: this.#proxy.server, names: createStreamResolver(resolver), datagrams };
    try {
      const listening = await listen(wanted, this.#doors);
      return { listening, password, trustEnvironment, probe: this.#probe() };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Other rules hold from now on: for what waits, for what goes on, and for what is opened to be looked into. */
  rulesChanged(rules: readonly GatewayRule[] | null): void {
    this.#rules = { list: rules, brokered: this.#parts.brokered };
    const hosts = this.#intercepted();
    if (hosts.join() !== this.#hosts.join()) {
      this.#hosts = hosts;
      // With the same key: what the bottle trusts already stays good for the hosts it was made for.
      this.#authority = this.#authority.then(() => this.#openAuthority());
      this.#authority.catch((error: unknown) => console.error("the bottle's authority could not be renewed:", error));
    }
    this.policy.rulesChanged();
  }

  /** The files in `trustFolder` are those of the rules of now. Throws `failed` when the authority cannot be had. */
  async trusted(): Promise<void> {
    await this.#authority;
  }

  close(): void {
    this.policy.close();
    this.#proxy?.close();
    this.#doors?.names.close();
    try {
      this.#doors?.datagrams?.close();
    } catch {
      // It was never bound.
    }
  }

  #intercepted(): string[] {
    return interceptedHosts(this.#rules.list ?? []);
  }

  async #openAuthority(): Promise<Authority> {
    const { Authority } = await authorities();
    const authority = await Authority.open(this.#parts.folder, this.#hosts);
    writeTrustFiles(this.#parts.trustFolder, authority.certificate);
    return authority;
  }

  /** The bottle keeps it in its environment, so that it has to stay the same over a restart. */
  #password(): string {
    const path = join(this.#parts.folder, "gateway-password");
    if (existsSync(path)) return readFileSync(path, "utf8").trim();
    const password = newToken();
    writeFileSync(path, password, { mode: 0o600 });
    chmodSync(path, 0o600);
    return password;
  }

  #probe(): ProbeFacts {
    const denied = (host: string) => {
      const verdict = decide({ kind: "tunnel", host, port: 443 }, this.#rules);
      return verdict.type === "deny";
    };
    // Somebody may have allowed every one of them; a name that is nobody's is on no list.
    const host = probeHosts.find(denied) ?? "cellar-launch-probe.invalid";
    return {
      refused: { host, port: 443, header: probeHeader, value: this.#probeToken, status: 403 },
      unreachable: directAddresses,
    };
  }
}
