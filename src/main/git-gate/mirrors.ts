/** The mirrors of this home: one per upstream and way to reach it, shared between bottles, and removed when nobody has used one for two weeks. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { Git } from "#node/git/index.ts";
import { ownDirectory } from "#node/own-directory.ts";
import { endOwnedBy } from "#node/subprocess.ts";
import type { GateRepository } from "./access.ts";
import { Mirror } from "./mirror.ts";
import { incomingFolder } from "./quarantine.ts";

const unusedMs = 14 * 24 * 3600 * 1000;

export class Mirrors {
  readonly #git: Git;
  readonly #folder: string;
  readonly #open = new Map<string, { mirror: Mirror; users: number }>();

  constructor(git: Git, folder: string) {
    this.#git = git;
    this.#folder = folder;
  }

  /** Another identity is another mirror: upstream may show it other things. */
  use({ upstream, identityFile, knownHostKey }: GateRepository): Mirror {
    const key = createHash("sha256")
      .update(JSON.stringify([upstream, identityFile, knownHostKey]))
      .digest("hex")
      .slice(0, 24);
    const open = this.#open.get(key) ?? {
      mirror: new Mirror(this.#git, join(this.#folder, key), this.#owner),
      users: 0,
    };
    open.users += 1;
    this.#open.set(key, open);
    ownDirectory(this.#folder);
    mkdirSync(open.mirror.folder, { recursive: true, mode: 0o700 });
    touch(open.mirror.folder);
    return open.mirror;
  }

  /** Once for each {@link use}. The last one leaves it tidy, which may take a while. */
  async leave(mirror: Mirror): Promise<void> {
    const [key, open] = [...this.#open].find(([, each]) => each.mirror === mirror) ?? [];
    if (key === undefined || open === undefined) return;
    if (open.users === 1) await mirror.tidy();
    open.users -= 1;
    if (open.users > 0) return;
    this.#open.delete(key);
    if (existsSync(mirror.folder)) touch(mirror.folder);
  }

  /** What a Cellar that was killed has left: its processes, what was being looked at, and mirrors that nobody wants. Before the first {@link use}. */
  async sweep(now = Date.now()): Promise<void> {
    if (!existsSync(this.#folder)) return;
    await endOwnedBy(this.#owner);
    for (const name of readdirSync(this.#folder)) {
      const folder = join(this.#folder, name);
      if (this.#open.has(name)) continue;
      if (now - statSync(folder).mtimeMs > unusedMs) rmSync(folder, { recursive: true, force: true });
      else rmSync(incomingFolder({ folder }), { recursive: true, force: true });
    }
  }

  /** Of this home only. */
  get #owner(): string {
    return `git-gate-${createHash("sha256").update(this.#folder).digest("hex").slice(0, 16)}`;
  }
}

function touch(folder: string): void {
  const now = new Date();
  utimesSync(folder, now, now);
}
