/** What a bottle's directory remembers of its containers. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "#shared/failure.ts";
import type { EngineTraits } from "./arguments.ts";
import type { EngineAddress } from "./engine.ts";

/** What a bottle's directory remembers, so that main can be another one by then. */
export type Kept = {
  address: EngineAddress;
  uid: number;
  gid: number;
  cwd: string;
  /** Image of the container of the ports, and what it leads where: sockets by their name in the directory. */
  portsImage: string;
  ports: { port: number; socket: string }[];
  traits: EngineTraits;
};

const file = "docker.json";

/** The filter of system calls, for all containers of the bottle. */
export function seccompFile(directory: string): string {
  return join(directory, "seccomp.json");
}

export async function keep(directory: string, kept: Kept): Promise<void> {
  await writeFile(join(directory, file), JSON.stringify(kept), { mode: 0o600, flag: "wx" });
}

export async function keptOf(directory: string): Promise<Kept | null> {
  const text = await readFile(join(directory, file), "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Kept);
}

export async function keptOrThrow(directory: string): Promise<Kept> {
  const kept = await keptOf(directory);
  if (kept === null) throw new Failure("unavailable", "The bottle is not running");
  return kept;
}
