/**
 * Manifests: Markdown files with YAML front matter. Bottles are read from the person's home folder of Cellar only, so that no repository can
 * widen its own box; agents also from the workspace, whose agents can only name a bottle the person has.
 */
import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { z } from "zod";
import type { Manifest } from "#shared/contract/bottles.ts";
import { Failure } from "#shared/failure.ts";
import { type AgentManifest, agentManifest, type BottleManifest, bottleManifest } from "./schema.ts";

/** A manifest is read whole; one larger than this is something else. */
const mostBytes = 256 * 1024;
const manifestName = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** `.bot-bottle` is where manifests of bot-bottle lie; its keys are the same. */
const workspaceFolders = [".cellar/agents", ".bot-bottle/agents"] as const;
/** A chain longer than this is a mistake. */
const mostExtends = 16;

export type Agent = { name: string; manifest: AgentManifest; systemPrompt: string };

export class Manifests {
  /** `<home>/manifests`, with `bottles/` and `agents/` in it. */
  readonly folder: string;
  readonly #readsOwn: boolean;

  /** `readsOwn` false: what is in the folder is left alone, as if it were empty. */
  constructor(folder: string, readsOwn = true) {
    this.folder = folder;
    this.#readsOwn = readsOwn;
  }

  /** Everything there is, with what is wrong with it. */
  async list(workspace: string | null): Promise<Manifest[]> {
    const bottles = this.#readsOwn ? await this.#names(join(this.folder, "bottles")) : [];
    const found: Manifest[] = [];
    for (const name of bottles) {
      const problem = await problemOf(() => this.bottle(name));
      found.push({
        name,
        kind: "bottle",
        path: join(this.folder, "bottles", `${name}.md`),
        source: "own",
        bottle: null,
        problem,
      });
    }
    for (const { folder, source } of this.#agentFolders(workspace)) {
      for (const name of await this.#names(folder)) {
        if (found.some((each) => each.kind === "agent" && each.name === name)) continue;
        let bottle: string | null = null;
        const problem = await problemOf(async () => {
          bottle = (await this.agent(name, workspace)).manifest.bottle;
          await this.bottle(bottle);
        });
        found.push({ name, kind: "agent", path: join(folder, `${name}.md`), source, bottle, problem });
      }
    }
    return found;
  }

  /** The person's own wins over the workspace's. Throws `not_found` or `invalid_input`. */
  async agent(name: string, workspace: string | null): Promise<Agent> {
    for (const { folder } of this.#agentFolders(workspace)) {
      const text = await readManifest(join(folder, `${name}.md`));
      if (text === null) continue;
      const { front, body } = await split(text, `agent '${name}'`);
      return { name, manifest: checked(agentManifest, front, `agent '${name}'`), systemPrompt: body.trim() };
    }
    this.#checkReadsOwn(`agent '${name}'`);
    throw new Failure("not_found", `There is no agent '${name}'`, {
      hint: `Write one to ${join(this.folder, "agents", `${name}.md`)}.`,
    });
  }

  /** A bottle with everything it extends. Throws `not_found` or `invalid_input`. */
  async bottle(name: string): Promise<BottleManifest> {
    this.#checkReadsOwn(`bottle manifest '${name}'`);
    const chain: BottleManifest[] = [];
    const seen: string[] = [];
    for (let next: string | undefined = name; next !== undefined; next = chain.at(-1)?.extends) {
      if (seen.includes(next) || seen.length >= mostExtends) {
        throw new Failure("invalid_input", `bottle '${name}' extends itself: ${[...seen, next].join(" → ")}`);
      }
      seen.push(next);
      const text = await readManifest(join(this.folder, "bottles", `${next}.md`));
      if (text === null) {
        throw new Failure("not_found", `There is no bottle manifest '${next}'`, {
          hint: `Write it to ${join(this.folder, "bottles", `${next}.md`)}.`,
        });
      }
      const { front } = await split(text, `bottle '${next}'`);
      chain.push(checked(bottleManifest, front, `bottle '${next}'`));
    }
    return chain.reverse().reduce(merged);
  }

  #checkReadsOwn(wanted: string): void {
    if (this.#readsOwn) return;
    throw new Failure("unavailable", `The ${wanted} is not read: Cellar was started without your own manifests`, {
      hint: "Quit Cellar and start it again to use them.",
    });
  }

  #agentFolders(workspace: string | null): { folder: string; source: "own" | "workspace" }[] {
    const own = this.#readsOwn ? [{ folder: join(this.folder, "agents"), source: "own" as const }] : [];
    if (workspace === null) return own;
    return [
      ...own,
      ...workspaceFolders.map((name) => ({ folder: join(workspace, name), source: "workspace" as const })),
    ];
  }

  async #names(folder: string): Promise<string[]> {
    const names = await readdir(folder).catch(() => []);
    return names
      .filter((name) => name.endsWith(".md"))
      .map((name) => basename(name, ".md"))
      .filter((name) => manifestName.test(name))
      .sort();
  }
}

/** What extends wins; variables are joined by name, lists of routes and repositories one after the other. */
function merged(base: BottleManifest, over: BottleManifest): BottleManifest {
  const { extends: _, ...rest } = over;
  return {
    ...base,
    ...rest,
    env: { ...base.env, ...over.env },
    ...(base.egress || over.egress
      ? { egress: { routes: [...(base.egress?.routes ?? []), ...(over.egress?.routes ?? [])] } }
      : {}),
    ...(base.git || over.git
      ? {
          git: {
            ...base.git,
            ...over.git,
            repos: [...(base.git?.repos ?? []), ...(over.git?.repos ?? [])],
          },
        }
      : {}),
  };
}

/**
 * Null when there is none. A link is not followed: in a workspace it could lead anywhere. Nor is a pipe waited for, or more read than was asked
 * about: what is there may be exchanged by an agent at any time.
 */
async function readManifest(path: string): Promise<string | null> {
  if (!manifestName.test(basename(path, ".md"))) return null;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    if (!(await file.stat()).isFile()) return null;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, 0);
    if (bytesRead > mostBytes) throw new Failure("invalid_input", `${path} is larger than ${mostBytes / 1024} KiB`);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The parser is loaded with the first manifest: most people have none. */
async function split(text: string, what: string): Promise<{ front: unknown; body: string }> {
  const [, front, body] = /^---\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text) ?? [];
  if (front === undefined) {
    throw new Failure("invalid_input", `${what} has no front matter`, { hint: "Begin the file with a line of ---." });
  }
  const { parse, YAMLParseError } = await import("yaml");
  try {
    // Aliases could be nested into something that grows without end.
    return { front: parse(front, { maxAliasCount: 0 }) ?? {}, body: body ?? "" };
  } catch (error) {
    if (!(error instanceof YAMLParseError) && !(error instanceof ReferenceError)) throw error;
    throw new Failure("invalid_input", `${what} is not YAML: ${error.message.split("\n")[0]}`);
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => {
    const at = issue.path.join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => `${[at, key].filter(Boolean).join(".")} is not a key of it`).join("; ");
    }
    return `${at || "it"}: ${issue.message}`;
  });
  throw new Failure("invalid_input", `${what}: ${mistakes.join("; ")}`);
}

async function problemOf(read: () => Promise<unknown>): Promise<string | null> {
  try {
    await read();
    return null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.message;
  }
}
