/** How what belongs to a bottle is called in an engine, and where things are inside. Found again from the bottle's id alone. */

/** The container the program runs in. */
export function containerName(bottleId: string): string {
  return `cellar-${bottleId}`;
}

/** The container that leads its ports to the services. */
export function portsName(bottleId: string): string {
  return `cellar-${bottleId}-ports`;
}

export const labels = {
  bottle: "cellar.bottle",
  /** Which Cellar it belongs to: several homes may use one engine, and never see each other's. */
  home: "cellar.home",
  /** `program`, `ports` or `freight`. */
  role: "cellar.role",
  /** On images that Cellar has built. */
  image: "cellar.image",
} as const;

/**
 * Who owns what the program must not change. Not root, which the program itself may be: it has none of root's rights then, but would own root's
 * files.
 */
export const keeper = 65532;

/** Inside: a small file system in memory that only the keeper writes. */
export const guestState = "/run/cellar";
/** Inside: the same for the program's user; what the program puts there harms itself only. */
export const guestOwn = "/run/cellar-own";

export const guestFiles = {
  /** The variables, as a shell reads them. */
  environment: `${guestState}/environment`,
  /** What runs when the gate opens. */
  start: `${guestState}/start`,
  skills: `${guestState}/skills`,
  /** A named pipe; in a folder of the program's user, because that makes it. */
  gate: `${guestOwn}/gate`,
  /** From the image. */
  init: "/usr/lib/cellar/init",
  inside: "/usr/lib/cellar/inside",
  ports: "/usr/lib/cellar/ports",
  /** In the container of the ports: the bottle's directory on the host. */
  sockets: "/run/cellar-sockets",
} as const;
