/** One entry of the catalogue: its schema, and what a mistake in it is called. `docs/agent-programs.md` describes every key. */
import { z } from "zod";
import { dialects } from "#shared/activity/index.ts";
import { hostPattern } from "#shared/bottles/hosts.ts";

export const platforms = ["linux", "darwin", "win32"] as const;
export type Platform = (typeof platforms)[number];

const text = (most: number) => z.string().trim().min(1).max(most);
const argumentList = z.array(z.string().max(10_000)).max(50);

/** A regular expression of JavaScript, as text; `groups` is how many capturing groups it must have at least. */
const pattern = (groups: number) =>
  z
    .string()
    .max(500)
    .superRefine((source, context) => {
      try {
        const found = new RegExp(`${source}|`, "m").exec("");
        if ((found?.length ?? 1) - 1 < groups)
          context.addIssue("needs a group, in parentheses, around what is looked for");
      } catch (error) {
        context.addIssue(`is not a regular expression: ${(error as Error).message}`);
      }
    });

/** Looked for with the flag `u`, in which more is a mistake. */
const sign = z
  .string()
  .max(500)
  .superRefine((source, context) => {
    try {
      new RegExp(source, "u");
    } catch (error) {
      context.addIssue(`is not a regular expression: ${(error as Error).message}`);
    }
  });

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a variable");

/** Provider of a model, as the broker's table names it. */
const providerId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be lower case with hyphens");

/** Below the home of a bottle. */
const homePath = z
  .string()
  .max(200)
  .regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$))([\w.@+-]+\/)*[\w.@+-]+$/, "must be a path below the home, without . and ..");

/** What a program is given in a bottle so that it starts without asking what only a person at their own computer can answer. */
const inside = z.strictObject({
  arguments: argumentList.default([]),
  environment: z.record(variable, z.string().max(10_000)).default({}),
  files: z
    .array(
      z.strictObject({
        path: homePath,
        content: z.string().max(100_000),
        /** What becomes of one that a kept home has already. */
        existing: z.enum(["keep", "replace", "merge"]).default("keep"),
      }),
    )
    .max(20)
    .default([]),
});
export type InsideBottle = z.infer<typeof inside>;

const entryShape = z.strictObject({
  name: text(60),
  homepage: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  command: z.array(text(4096)).min(1).max(50),
  environment: z.array(variable).max(100).default([]),
  /** Whose model it talks to; the broker has a route for each it knows. */
  provider: providerId.optional(),
  /** What it has to reach from a bottle. */
  network: z.strictObject({ hosts: z.array(hostPattern).max(100).default([]) }).prefault({}),
  /** How an image with it is built, for backends that need one: on `base`, or on the base image of the settings. */
  image: z.strictObject({ base: text(300).optional(), run: z.array(text(4096)).max(50).default([]) }).optional(),
  version: z.strictObject({ arguments: argumentList, pattern: pattern(1), other: pattern(0).optional() }).optional(),
  install: z
    .array(
      z.strictObject({
        label: text(60),
        command: text(1000),
        platforms: z
          .array(z.enum(platforms))
          .min(1)
          .default([...platforms]),
      }),
    )
    .max(20)
    .default([]),
  start: z
    .strictObject({
      prompt: z.enum(["argument", "stdin", "paste", "none"]).default("none"),
      arguments: argumentList.default([]),
      "arguments-with-prompt": argumentList.optional(),
      /** Added for a system prompt that lies in a file. */
      "system-prompt": argumentList.optional(),
    })
    .prefault({}),
  mcp: z.strictObject({ arguments: argumentList.min(1) }).optional(),
  /** `brokered`: what is added where the broker puts the credential of that provider in. */
  bottle: inside.extend({ brokered: z.record(providerId, inside).default({}) }).prefault({}),
  conversation: z
    .strictObject({
      id: z.enum(["uuid", "name", "told"]),
      resume: argumentList.min(1),
      told: pattern(1).optional(),
    })
    .optional(),
  hooks: z
    .strictObject({
      speaks: z.enum(dialects),
      arguments: argumentList.default([]),
      environment: z.record(variable, z.string().max(10_000)).default({}),
      file: z.string().max(100_000).optional(),
    })
    .optional(),
  signs: z
    .strictObject({
      title: z.strictObject({ working: sign.optional(), waiting: sign.optional() }).optional(),
      notification: z.strictObject({ permission: sign.optional(), done: sign.optional() }).optional(),
      screen: z
        .array(z.strictObject({ state: z.enum(["working", "waiting", "permission"]), pattern: sign }))
        .max(20)
        .default([]),
    })
    .prefault({}),
});

export type ProgramEntry = z.infer<typeof entryShape>;

const placeholder = /\{([a-z-]+)\}/g;

function placeholdersOf(list: readonly string[]): string[] {
  return list.flatMap((argument) => [...argument.matchAll(placeholder)].map((match) => match[1]!));
}

const programEntry = entryShape.superRefine((entry, context) => {
  const complain = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  const chosen = entry.conversation !== undefined && entry.conversation.id !== "told";

  const check = (path: string[], list: readonly string[], allowed: readonly string[]) => {
    for (const name of placeholdersOf(list)) {
      if (!allowed.includes(name)) {
        const known = allowed.map((each) => `{${each}}`).join(", ") || "none";
        complain(path, `{${name}} cannot be used here (possible: ${known})`);
      }
    }
  };
  check(["command"], entry.command.slice(0, 1), ["shell"]);
  check(["command"], entry.command.slice(1), []);
  check(["start", "arguments"], entry.start.arguments, chosen ? ["conversation"] : []);
  const withPrompt = entry.start["arguments-with-prompt"];
  if (entry.start.prompt === "argument") {
    if (withPrompt === undefined || placeholdersOf(withPrompt).filter((name) => name === "prompt").length !== 1) {
      complain(["start", "arguments-with-prompt"], 'must contain {prompt} exactly once when prompt = "argument"');
    }
    check(["start", "arguments-with-prompt"], withPrompt ?? [], chosen ? ["prompt", "conversation"] : ["prompt"]);
  } else if (withPrompt !== undefined) {
    complain(["start", "arguments-with-prompt"], 'is only for prompt = "argument"');
  }
  check(["start", "system-prompt"], entry.start["system-prompt"] ?? [], ["file"]);
  if (entry.mcp) {
    check(["mcp", "arguments"], entry.mcp.arguments, ["mcp-url"]);
    if (!placeholdersOf(entry.mcp.arguments).includes("mcp-url")) {
      complain(["mcp", "arguments"], "must contain {mcp-url}");
    }
  }
  if (entry.hooks) {
    const { hooks } = entry;
    const own = hooks.file === undefined ? ["hook"] : ["hook", "file"];
    check(["hooks", "arguments"], hooks.arguments, own);
    check(["hooks", "environment"], Object.values(hooks.environment), own);
    if (hooks.file !== undefined && !hooks.file.includes("{hook}")) complain(["hooks", "file"], "must contain {hook}");
  }
  const checkInside = (path: string[], part: InsideBottle, more: string[]) => {
    const places = ["home", "workspace", ...more.filter((name) => !name.startsWith("sentinel"))];
    check([...path, "arguments"], part.arguments, places);
    check([...path, "environment"], Object.values(part.environment), ["home", "workspace", ...more]);
    for (const [index, { path: file, content, existing }] of part.files.entries()) {
      check([...path, "files", String(index), "content"], [content], ["home", "workspace", ...more]);
      if (existing === "merge" && !isJsonObject(content)) {
        complain([...path, "files", index, "content"], `must be an object of JSON, because ${file} is to be merged`);
      }
    }
  };
  checkInside(["bottle"], entry.bottle, []);
  for (const [provider, part] of Object.entries(entry.bottle.brokered)) {
    checkInside(["bottle", "brokered", provider], part, ["provider-url", "sentinel", "sentinel-end"]);
  }
  if (entry.conversation) {
    check(["conversation", "resume"], entry.conversation.resume, ["conversation"]);
    if (!placeholdersOf(entry.conversation.resume).includes("conversation")) {
      complain(["conversation", "resume"], "must contain {conversation}");
    }
    if (entry.conversation.id === "told" && entry.conversation.told === undefined) {
      complain(["conversation", "told"], 'is needed when id = "told"');
    }
    if (chosen && !placeholdersOf(entry.start.arguments).includes("conversation")) {
      complain(["start", "arguments"], `must contain {conversation} when conversation.id = "${entry.conversation.id}"`);
    }
  }
});

/** With placeholders in it, which are words inside of strings. */
function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A mistake: where in the entry, and what. */
export type Mistake = { path: (string | number)[]; message: string };

/** The entry, or all its mistakes in the order of the file's keys. */
export function parseEntry(value: unknown): { entry: ProgramEntry } | { mistakes: Mistake[] } {
  const parsed = programEntry.safeParse(value);
  if (parsed.success) return { entry: parsed.data };
  return {
    mistakes: parsed.error.issues.flatMap((issue): Mistake[] => {
      const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
      if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => ({ path: [...path, key], message: "is not a key of an agent program" }));
      }
      const message =
        issue.code === "invalid_type" && !("input" in issue && issue.input !== undefined) && lacks(value, path)
          ? "is missing"
          : lowerFirst(issue.message);
      return [{ path, message }];
    }),
  };
}

function lacks(value: unknown, path: readonly (string | number)[]): boolean {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !(key in at)) return true;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at === undefined;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
