/** What the host is for those who serve its clients: the control connections and `k`. */
import type { CellEngine } from "../cells/cell-terminal.ts";
import type { HostEvent, HostMethods, Refused, Welcome } from "../protocol.ts";
import type { Registry } from "../terminals/registry.ts";

export type HostServices = {
  readonly version: string;
  readonly terminals: Registry;
  readonly cells: CellEngine;
  /** Nothing can be started any more. */
  readonly ending: boolean;
  welcome(): Welcome;
  refusal(): Pick<Refused, "protocol" | "version" | "pid" | "liveTerminals">;
  info(): HostMethods["host.info"][1];
  /** The first event of a client that listens. */
  everything(): HostEvent;
  /** A client that takes events has everything now: it is told what has waited for one. */
  listened(tell: (event: HostEvent) => void): void;
  /**
   * Throws `not_found`. A terminal that was only just made is given a moment to come to its first prompt: what is typed before that is
   * echoed twice, and mistaken for output.
   */
  readyForCell(terminalId: string): Promise<void>;
  /** A client of another version was here. When it is newer and nothing would be lost, this host makes way for its own. */
  refusedVersion(protocol: unknown): void;
  /** Resolves when everything is on disk; the process ends after that. Throws `conflict` when terminals live, unless forced. */
  shutDown(force: boolean): Promise<void>;
};
