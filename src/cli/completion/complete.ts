/** What the last word of a command line can become, from the definitions of the commands and the names of what lives. */
import { type Argument, type Command, type Completes, commonOptions, type Group, type Option } from "../command.ts";
import { definitionsOf } from "../definitions.ts";
import type { Session } from "../session.ts";
import { type Completion, names } from "./names.ts";

/** `words`: those behind `cellar`; the last one is being typed and may be empty. Never fails: what cannot be found out is left out. */
export async function complete(session: Session, root: Group, words: readonly string[]): Promise<Completion[]> {
  const before = words.slice(0, -1);
  const typed = (words.at(-1) ?? "").trim();
  try {
    const found = await candidates(session, root, before, typed);
    return found.filter(({ value }) => value.startsWith(typed));
  } catch {
    return [];
  }
}

async function candidates(
  session: Session,
  root: Group,
  before: readonly string[],
  typed: string,
): Promise<Completion[]> {
  let path: string[] = [];
  let group = root;
  for (const [index, word] of before.entries()) {
    if (word === "--json" || word === "--non-interactive") continue;
    const load = Object.hasOwn(group.commands, word) ? group.commands[word] : undefined;
    if (load === undefined) {
      return group.otherwise === undefined ? [] : ofCommand(session, group.otherwise, before.slice(index), typed);
    }
    path = [...path, word];
    const { command } = await load();
    if (command.kind === "command") return ofCommand(session, command, before.slice(index + 1), typed);
    group = command;
  }
  return ofGroup(session, path, group, typed);
}

async function ofGroup(session: Session, path: readonly string[], group: Group, typed: string): Promise<Completion[]> {
  const { otherwise } = group;
  if (typed.startsWith("-")) {
    if (otherwise !== undefined) return ofCommand(session, otherwise, [], typed);
    return [
      ...optionNames(commonOptions),
      ...(path.length === 0 ? [{ value: "--version", description: "Say the version" }] : []),
    ];
  }
  const below = (await definitionsOf(path, group))
    .filter(({ path: each }) => each.length > path.length)
    .map(({ path: each, definition }) => ({ value: each.at(-1) ?? "", description: definition.summary }));
  return otherwise === undefined ? below : [...below, ...(await ofCommand(session, otherwise, [], typed))];
}

/** `before`: the words between the command and the one being typed. */
async function ofCommand(
  session: Session,
  command: Command,
  before: readonly string[],
  typed: string,
): Promise<Completion[]> {
  const options: Record<string, Option> = { ...command.options, ...commonOptions };
  const places = Object.values(command.arguments);
  let place = 0;
  let awaited: Option | null = null;
  for (const [index, word] of before.entries()) {
    if (awaited !== null) {
      // bash takes `--option=value` apart.
      if (word !== "=") awaited = null;
      continue;
    }
    if (word === "--") {
      // What follows belongs to another program, or is no option any more.
      if (places.some(({ rest }) => rest === "dashes")) return [];
      place += before.length - index - 1;
      break;
    }
    const option = optionOf(options, word);
    if (option === undefined) place += 1;
    else if (option !== null && option.value !== undefined) awaited = option;
  }
  if (awaited !== null) return values(session, awaited, typed === "=" ? "" : typed);
  const [, name, part] = /^--([\w-]+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined && options[name] !== undefined) {
    const found = await values(session, options[name], part ?? "");
    return found.map((each) => ({ ...each, value: `--${name}=${each.value}` }));
  }
  if (typed.startsWith("-")) return optionNames(options);
  const argument = places[Math.min(place, places.length - 1)];
  if (argument === undefined || (place >= places.length && argument.rest === undefined)) return [];
  return values(session, argument, typed);
}

/** Undefined: no option. Null: one whose value is in the same word, or that is not known. */
function optionOf(options: Record<string, Option>, word: string): Option | null | undefined {
  if (!word.startsWith("-") || word === "-") return undefined;
  if (word.startsWith("--")) return word.includes("=") ? null : (options[word.slice(2)] ?? null);
  if (word.length > 2) return null;
  return Object.values(options).find(({ short }) => short === word[1]) ?? null;
}

function optionNames(options: Record<string, Option>): Completion[] {
  return Object.entries(options).map(([name, { summary }]) => ({ value: `--${name}`, description: summary }));
}

async function values(session: Session, of: Option | Argument, typed: string): Promise<Completion[]> {
  if (of.choices !== undefined) return of.choices.map((value) => ({ value, description: "" }));
  return of.completes === undefined ? [] : names(session, of.completes satisfies Completes, typed);
}
