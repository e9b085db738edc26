/**
 * What a program's entry says it needs in a bottle ({@link file://../../../docs/agent-programs.md}), with the facts of this bottle put in. Data and
 * no code, so that a program that nobody here knows can be helped in the same way.
 */
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { InsideBottle, ProgramEntry } from "../programs/index.ts";
import { guestHome, type HomeFile } from "./backend.ts";
import type { BrokeredProvider } from "./bottle-services.ts";

export type ProgramInside = {
  /** Put behind the program's fixed arguments. */
  arguments: string[];
  /** A manifest's own win over these … */
  environment: Record<string, string>;
  /** … and not over these. */
  routing: Record<string, string>;
  files: InsideBottle["files"];
};

/** `provider`: the one whose credential the broker puts in. A file that both parts have is the provider's; if it is to be merged, both are. */
export function programInside(
  entry: ProgramEntry,
  workspace: string,
  provider: BrokeredProvider | null,
): ProgramInside {
  const facts: Record<string, string> = { home: guestHome, workspace };
  if (provider !== null) {
    facts["provider-url"] = provider.url;
    facts["sentinel"] = provider.sentinel;
    // Claude Code remembers by these which key it may use.
    facts["sentinel-end"] = provider.sentinel.slice(-20);
  }
  const { brokered, ...always } = entry.bottle;
  const added = provider === null ? undefined : brokered[provider.id];
  const parts = added === undefined ? [always] : [always, added];
  const variables = (part: InsideBottle | undefined) =>
    Object.fromEntries(Object.entries(part?.environment ?? {}).map(([name, text]) => [name, fill(text, facts)]));
  const files = new Map<string, ProgramInside["files"][number]>();
  for (const file of parts.flatMap((part) => part.files)) {
    const content = fill(file.content, facts, inString);
    const before = files.get(file.path);
    const both = before?.existing === "merge" && file.existing === "merge";
    files.set(file.path, { ...file, content: both ? mergedText(JSON.parse(before.content), content) : content });
  }
  return {
    arguments: parts.flatMap((part) => part.arguments.map((text) => fill(text, facts))),
    environment: variables(always),
    routing: variables(added),
    files: [...files.values()],
  };
}

/** Names of the variables it sets, for the summary: they do not depend on the bottle. */
export function variablesInside(entry: ProgramEntry, providerId: string | null): string[] {
  const added = providerId === null ? undefined : entry.bottle.brokered[providerId];
  return [...Object.keys(entry.bottle.environment), ...Object.keys(added?.environment ?? {})];
}

/** The same as files to place; `keptHome` on the host, for what is to be merged. */
export async function filesInside(files: ProgramInside["files"], keptHome: string | null): Promise<HomeFile[]> {
  return Promise.all(
    files.map(async ({ path, content, existing }) => {
      const there = existing === "merge" && keptHome !== null ? await objectIn(keptHome, path) : null;
      if (there === null) return { path, content, replace: existing !== "keep" };
      return { path, content: mergedText(there, content), replace: true };
    }),
  );
}

type JsonObject = { [key: string]: unknown };

/** Larger is no settings file. */
const mostBytes = 4 * 1024 * 1024;

/** An object of JSON in a file of a home in which an agent has worked: only a file, and only through folders, so that a link leads nowhere. */
async function objectIn(home: string, path: string): Promise<JsonObject | null> {
  let file: FileHandle | undefined;
  try {
    const folder = join(await realpath(home), dirname(path));
    if ((await realpath(folder)) !== folder) return null;
    file = await open(join(folder, basename(path)), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > mostBytes) return null;
    const value: unknown = JSON.parse(await file.readFile("utf8"));
    return isObject(value) ? value : null;
  } catch {
    // Not there, or no JSON: then it is made anew.
    return null;
  } finally {
    await file?.close();
  }
}

function mergedText(there: JsonObject, ours: string): string {
  return `${JSON.stringify(mergeInto(there, JSON.parse(ours) as JsonObject), null, 2)}\n`;
}

/** Objects are joined key by key; anything else is replaced. */
function mergeInto(there: JsonObject, ours: JsonObject): JsonObject {
  const merged: JsonObject = Object.assign(Object.create(null), there);
  for (const [key, value] of Object.entries(ours)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? mergeInto(before, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Replaces each placeholder in one pass; what is put in is not looked at again. */
function fill(text: string, facts: Readonly<Record<string, string>>, spelt = (value: string) => value): string {
  return text.replace(/\{([a-z-]+)\}/g, (whole, name: string) =>
    facts[name] === undefined ? whole : spelt(facts[name]),
  );
}

/** As within quotation marks, which JSON, TOML and YAML read alike. */
function inString(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
