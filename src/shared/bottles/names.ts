/** The names that bottles are spoken of by, wherever they appear: backends, services, colours, and what a label may be. */

/** Backends in the order in which one is preferred. `known` messages list them sorted. */
export const backendNames = ["bubblewrap", "docker", "smolmachines", "opensandbox"] as const;
export type BackendName = (typeof backendNames)[number];

/** `none`: on this computer, with the person's own rights. */
export const isolations = ["none", ...backendNames] as const;
export type Isolation = (typeof isolations)[number];

/** What a bottle may have beside it on the host, in the order of their names. */
export const serviceNames = ["broker", "gateway", "git", "hooks", "supervise"] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * Where each service is found inside a bottle: a port on the bottle's own loopback. A service listens on a Unix socket of the host, and the
 * backend makes the port lead there. They are the same in every bottle, because each bottle has a loopback of its own.
 */
export const servicePorts: Readonly<Record<ServiceName, number>> = {
  git: 9097,
  broker: 9098,
  gateway: 9099,
  supervise: 9100,
  hooks: 9101,
};

/** The sixteen colours of a terminal, by which a person tells bottles apart. */
export const bottleColours = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
  "bright-black",
  "bright-red",
  "bright-green",
  "bright-yellow",
  "bright-blue",
  "bright-magenta",
  "bright-cyan",
  "bright-white",
] as const;
export type BottleColour = (typeof bottleColours)[number];

/** Longest label, in bytes of UTF-8. */
export const longestLabel = 64;

/** The answer to a backend that nobody knows. */
export function unknownBackend(name: string): string {
  return `unknown backend '${name}'; known backends: ${[...backendNames].sort().join(", ")}`;
}
