/** Loads better-sqlite3, which ends the whole process without a word under a Node that is too old for it: so that is asked first. */
import { createRequire } from "node:module";
import type Database from "better-sqlite3";
import { Failure } from "#shared/failure.ts";

const oldestNode = 22;

/** Throws `unavailable` under a Node that the driver does not support. */
export function sqliteDriver(version: string = process.versions.node): typeof Database {
  if (Number.parseInt(version, 10) < oldestNode) {
    throw new Failure(
      "unavailable",
      `Cellar's database needs Node ${oldestNode} or newer, and this is Node ${version}`,
      {
        hint: "Start Cellar with `npm start`, which brings its own Node.",
      },
    );
  }
  return createRequire(import.meta.url)("better-sqlite3") as typeof Database;
}
