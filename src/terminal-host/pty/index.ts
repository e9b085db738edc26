/** Pseudo-terminals of this operating system. */
import type { SpawnPty } from "./pty.ts";
import { spawnUnixPty } from "./unix.ts";
import { spawnWindowsPty } from "./windows.ts";

export const spawnPty: SpawnPty = process.platform === "win32" ? spawnWindowsPty : spawnUnixPty;
