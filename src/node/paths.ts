/** Where a Cellar keeps its things. Two homes never see each other, so that tests and people may run many. */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { protocolVersion } from "./host-protocol.ts";
import { ownDirectory } from "./own-directory.ts";
import { runtimeDirectory } from "./runtime-directory.ts";

export type CellarPaths = {
  /** The state directory, mode 0700. */
  home: string;
  database: string;
  terminalsDatabase: string;
  /** The vault's own file. */
  vault: string;
  /** `<id>.log` per terminal. */
  terminals: string;
  workspaces: string;
  logs: string;
  settings: string;
  /** Short 0700 directory for sockets: their paths are limited to about 100 bytes. */
  runtime: string;
  /** Of the terminal host that speaks our protocol. */
  hostSocket: string;
  /** Where launched programs send their hook events; nothing else is served there. */
  agentsSocket: string;
  /** The contract's socket, served by main. */
  mainSocket: string;
};

/** `CELLAR_HOME`, else the platform's folder for application data; it may not be there yet. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env["CELLAR_HOME"] || join(dataFolder(env), "Cellar"));
}

/** The places in the {@link homeFolder}. Directories are made when missing. */
export function cellarPaths(env: NodeJS.ProcessEnv = process.env): CellarPaths {
  const wanted = homeFolder(env);
  ownDirectory(wanted);
  const home = realpathSync(wanted);
  const runtime = process.platform === "win32" ? home : runtimeDirectory(home, homeHash(home), env);
  const paths: CellarPaths = {
    home,
    database: join(home, "cellar.db"),
    terminalsDatabase: join(home, "terminals.db"),
    vault: join(home, "vault.db"),
    terminals: join(home, "terminals"),
    workspaces: join(home, "workspaces"),
    logs: join(home, "logs"),
    settings: join(home, "settings.json"),
    runtime,
    hostSocket: hostSocketOf({ home, runtime }, protocolVersion),
    agentsSocket: socketPath(runtime, home, `agents-${protocolVersion}`),
    mainSocket: socketPath(runtime, home, "main"),
  };
  for (const directory of [paths.terminals, paths.workspaces, paths.logs]) ownDirectory(directory);
  return paths;
}

/** Where a terminal host of this protocol listens, if there is one. */
export function hostSocketOf({ home, runtime }: Pick<CellarPaths, "home" | "runtime">, protocol: number): string {
  return socketPath(runtime, home, `host-${protocol}`);
}

/** What a terminal host of this protocol holds for as long as it lives. */
export function hostLockOf({ home }: Pick<CellarPaths, "home">, protocol: number): string {
  return join(home, `terminal-host-${protocol}.lock`);
}

function dataFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === "win32") return env["APPDATA"] ?? join(homedir(), "AppData", "Roaming");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support");
  return env["XDG_DATA_HOME"] || join(homedir(), ".local", "share");
}

function homeHash(home: string): string {
  return createHash("sha256").update(home).digest("hex").slice(0, 12);
}

function socketPath(runtime: string, home: string, name: string): string {
  return process.platform === "win32" ? `\\\\.\\pipe\\cellar-${homeHash(home)}-${name}` : join(runtime, `${name}.sock`);
}
