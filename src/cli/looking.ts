/** Looking at terminals: through main when it runs, else straight at the terminal host, which goes on without it. Starts neither. */
import { Failure } from "#shared/failure.ts";
import type { HostMethods } from "#terminal-host/protocol.ts";
import type { Input, Output } from "./contract.ts";
import type { Session } from "./session.ts";

/** Procedures that the contract and the host's protocol have in common. */
type LookPath = Extract<
  keyof HostMethods,
  | "terminals.list"
  | "terminals.get"
  | "terminals.screen"
  | "terminals.capture"
  | "terminals.search"
  | "cells.list"
  | "cells.get"
  | "cells.output"
  | "cells.notify"
>;

export type Looking = {
  /** Defaults are not filled in by the host: everything is given. */
  call<P extends LookPath>(path: P, input: Input<P> & HostMethods[P][0]): Promise<Output<P>>;
};

/** Null when nothing runs. */
export async function looking(session: Session): Promise<Looking | null> {
  const main = await session.running();
  if (main !== null) return main;
  const host = await session.host();
  if (host === null) return null;
  return { call: async (path, input) => (await host.call(path, input)) as never };
}

/** As {@link looking}; throws `unavailable` when nothing runs. */
export async function needLooking(session: Session): Promise<Looking> {
  const look = await looking(session);
  if (look !== null) return look;
  throw new Failure("unavailable", "Cellar does not run, and no terminal either", {
    hint: "cellar open starts it.",
  });
}
