/** Whether a push is allowed by its names, and by what it does to them. Pure; everything that is not allowed is refused. */
import type { GitPushRules } from "../bottles/index.ts";
import type { Command } from "./commands.ts";
import { kindOf, matches } from "./ref-name.ts";

/** What a command does, once it is allowed by its name. */
export type Update = { ref: string; action: "create" | "update" | "delete"; old: string | null; new: string | null };

export type Refusal = { said: string; reason: string };

export type Verdict = { refused: Refusal[]; updates: Update[] };

/** `current`: what upstream has now under each name. Before a byte of the content is looked at. */
export function decideByName(
  rules: GitPushRules,
  commands: readonly Command[],
  current: (ref: string) => string | null,
): Verdict {
  const refused: Refusal[] = [];
  const updates: Update[] = [];
  const seen = new Set<string>();
  for (const command of commands) {
    const { ref, said } = command;
    const reason = ref === null ? "no name of a branch" : (nameProblem(rules, ref, command) ?? again(ref));
    if (ref === null || reason !== null) {
      refused.push({ said, reason: reason ?? "" });
      continue;
    }
    const stale = staleProblem(command, current(ref));
    if (stale !== null) refused.push({ said, reason: stale });
    else updates.push({ ref, action: actionOf(command), old: command.old, new: command.new });
  }
  return { refused, updates };

  function again(ref: string): string | null {
    // On a file system that takes upper and lower case for one, these two names would be one file.
    const key = ref.toLowerCase();
    if (seen.has(key)) return "named twice in one push";
    seen.add(key);
    return null;
  }
}

function nameProblem(rules: GitPushRules, ref: string, command: Command): string | null {
  if (command.old === null && command.new === null) return "neither there before nor after";
  const { kind, short } = kindOf(ref);
  if (kind === "other") return "only branches and tags can be pushed";
  const patterns = kind === "branch" ? rules.branches : rules.tags;
  if (!patterns.some((pattern) => matches(pattern, short))) return notAllowed(kind, patterns);
  if (command.new === null && !rules.delete) return "deleting is not allowed";
  if (kind === "tag" && command.old !== null && command.new !== null && !rules.force)
    return "moving a tag is not allowed";
  return null;
}

function notAllowed(kind: "branch" | "tag", patterns: readonly string[]): string {
  if (patterns.length === 0) return kind === "branch" ? "nothing may be pushed here" : "tags may not be pushed";
  return `not a ${kind} that may be pushed (${patterns.slice(0, 3).join(", ")}${patterns.length > 3 ? ", …" : ""})`;
}

/** The client built on what it saw; upstream has to be there still. */
function staleProblem({ old, new: next }: Command, now: string | null): string | null {
  if (old === now) return null;
  if (next === null) return now === null ? "not there" : "changed meanwhile, fetch first";
  return now === null ? "deleted meanwhile, fetch first" : "fetch first";
}

function actionOf({ old, new: next }: Command): Update["action"] {
  if (next === null) return "delete";
  return old === null ? "create" : "update";
}

/** For an update whose old content is not part of the new one. */
export function decideRewrite(rules: GitPushRules): string | null {
  return rules.force ? null : "non-fast-forward: rewriting is not allowed";
}

/** `agent/**, cellar/** · rewriting · waits for you`, for the launch summary. */
export function ruleWords(rules: GitPushRules): string {
  const names = [...rules.branches, ...rules.tags.map((tag) => `tag ${tag}`)];
  if (names.length === 0) return "fetch only";
  return [
    `push ${names.join(", ")}`,
    rules.force ? "may rewrite" : "",
    rules.delete ? "may delete" : "",
    rules.approve ? "each push waits for you" : "",
  ]
    .filter(Boolean)
    .join("; ");
}
