/** The person's own token for MCP: in a file of the state directory that only they can read, because it has to outlive main. */
import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { newToken, sameToken } from "#node/token.ts";

export class PersonToken {
  readonly #path: string;
  #token: string;

  /** Makes the file when there is none, or none that can be used. */
  constructor(path: string) {
    this.#path = path;
    this.#token = read(path) ?? this.rotate();
    if (process.platform !== "win32") chmodSync(path, 0o600);
  }

  get value(): string {
    return this.#token;
  }

  matches(given: string): boolean {
    return sameToken(given, this.#token);
  }

  /** A new one, in the file before it counts. */
  rotate(): string {
    const token = newToken();
    writeFileSync(`${this.#path}.new`, `${token}\n`, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#token = token;
    return token;
  }
}

function read(path: string): string | null {
  try {
    return /^([\w-]{43})\s*$/.exec(readFileSync(path, "utf8"))?.[1] ?? null;
  } catch {
    return null;
  }
}
