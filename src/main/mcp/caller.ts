/** Who calls through MCP, and which terminals that caller reaches. Pure decisions, tested by table. */
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";

/** What a token stands for. It is resolved to a {@link Caller} anew for every call, because what it may do changes meanwhile. */
export type Identity =
  | { kind: "person" }
  /** `bottleId`: its program runs in this bottle, and calls from inside. */
  | { kind: "launch"; launchId: string; bottleId: string | null };

export type Caller =
  | { kind: "person" }
  | {
      kind: "launch";
      launchId: string;
      programName: string;
      workspaceId: string;
      /** The terminal in which the program itself runs. */
      terminalId: string;
      reach: Launch["reach"];
      /** It reaches nothing but this bottle. */
      bottleId: string | null;
    };

/** How the caller is connected. */
export type Via = "stdio" | "http";

/**
 * Of a launch: the terminals of its workspace and those that it made itself, unless the person has allowed all. Of one in a bottle: those in the
 * same bottle, whatever else was allowed, because every other terminal is a way out of it.
 */
export function reaches(caller: Caller, { owner }: Pick<Terminal, "owner">): boolean {
  if (caller.kind === "person") return true;
  if (caller.bottleId !== null) return owner.bottleId === caller.bottleId;
  if (caller.reach === "all") return true;
  return owner.workspaceId === caller.workspaceId || owner.parentId === caller.terminalId;
}

/** Owner of a terminal that the caller makes. */
export function ownerOf(caller: Caller): Terminal["owner"] {
  return caller.kind === "person" ? {} : { workspaceId: caller.workspaceId, parentId: caller.terminalId };
}

/**
 * The caller that a launch is now; null when its token says nothing any more. `state` is that of its terminal, null while the terminal host
 * cannot say. One that was started in a bottle is a caller only from inside of it: its token is worth nothing anywhere else.
 */
export function callerOf(launch: Launch, isFinal: boolean | null, bottleId: string | null): Caller | null {
  if (isFinal === true || (launch.isolation === "none") !== (bottleId === null)) return null;
  const { id: launchId, programName, workspaceId, terminalId, reach } = launch;
  return { kind: "launch", launchId, programName, workspaceId, terminalId, reach, bottleId };
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return keyOf(a) === keyOf(b);
}

export function keyOf(identity: Identity): string {
  return identity.kind === "person" ? "person" : identity.launchId;
}
