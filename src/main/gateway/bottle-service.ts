/** The gateway of a bottle: what was approved for it, as rules, and what leads its programs to the gateway and to the certificates. */
import { join } from "node:path";
import type { Secret } from "#node/secret.ts";
import { type GatewayRuleFields, gatewayRuleFields } from "#shared/contract/gateway.ts";
import { Failure } from "#shared/failure.ts";
import {
  type BottlePlace,
  type BottleReach,
  type BottleService,
  guestTrust,
  type OpenService,
  type PlannedService,
} from "../bottles/index.ts";
import type { Gateways } from "./service.ts";
import { trustEnvironment } from "./trust-files.ts";

export type BottleGatewaysParts = { gateways: Gateways; knownSecrets: () => readonly Secret[] };

export class BottleGateways implements BottleService {
  readonly name = "gateway";
  readonly #parts: BottleGatewaysParts;

  constructor(parts: BottleGatewaysParts) {
    this.#parts = parts;
  }

  /** Throws `unavailable` for what a manifest asks for and nobody serves: an agent must not run with less protection than was asked for. */
  async plan(reach: BottleReach): Promise<PlannedService & { serves: boolean }> {
    return {
      serves: true,
      allowedHosts: rulesOf(reach).map(ruleWords),
      environment: Object.keys(trustEnvironment(guestTrust)),
    };
  }

  async open({ id, directory }: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService> {
    const trust = join(directory, "trust");
    const { probe } = await this.#parts.gateways.open({
      bottleId: id,
      workspaceId: reach.workspaceId,
      folder: join(directory, "gateway"),
      trustFolder: trust,
      listen: { type: "unix", path: socket, dnsPath: join(directory, "names.sock") },
      base: rulesOf(reach),
      knownSecrets: this.#parts.knownSecrets,
    });
    const { header, value } = probe.refused;
    return { listening: true, environment: trustEnvironment(guestTrust), trust, probe: { name: header, value } };
  }

  restore(place: BottlePlace, reach: BottleReach, socket: string): Promise<OpenService> {
    return this.open(place, reach, socket);
  }

  state() {
    return { state: "up", detail: null } as const;
  }

  async close(bottleId: string): Promise<void> {
    await this.#parts.gateways.close(bottleId);
  }
}

/** The approved reach as rules of the gateway. Throws `unavailable` for what no service here can hold. */
function rulesOf({ allowedHosts, routes, supervise }: BottleReach): GatewayRuleFields[] {
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
