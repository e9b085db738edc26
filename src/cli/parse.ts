/** Words of a command line into what a command is given. */
import { parseArgs } from "node:util";
import { type AnyGiven, type Command, commonOptions, type Option } from "./command.ts";
import { closest, misunderstood } from "./usage.ts";

export type Parsed = AnyGiven & { common: Common };
export type Common = { json: boolean; nonInteractive: boolean; help: boolean };

/** Throws `invalid_input` with a sentence about what was not understood. `path` names the command. */
export function parse(command: Command, path: readonly string[], words: readonly string[]): Parsed {
  const known: Record<string, Option> = { ...command.options, ...commonOptions };
  const takesDashes = Object.values(command.arguments).some(({ rest }) => rest === "dashes");
  const dashes = takesDashes ? words.indexOf("--") : -1;
  const behind = dashes < 0 ? [] : words.slice(dashes + 1);
  const { values, positionals } = read(known, path, dashes < 0 ? words : words.slice(0, dashes));
  const common: Common = {
    json: values["json"] === true,
    nonInteractive: values["non-interactive"] === true,
    help: values["help"] === true,
  };
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const value = values[name];
    options[name] = value ?? (option.value === undefined ? false : option.multiple ? [] : undefined);
    for (const each of [value].flat()) checkChoice(`--${name}`, option.choices, each, path);
  }
  if (common.help) return { options, arguments: {}, common };
  return { options, arguments: place(command, path, positionals, behind), common };
}

function read(known: Record<string, Option>, path: readonly string[], words: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { short, value, multiple }]) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        ...(short === undefined ? {} : { short }),
        ...(multiple ? { multiple } : {}),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options }) as {
      values: Record<string, string | boolean | string[] | undefined>;
      positionals: string[];
    };
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
      const [, option = ""] = /'(--?[^']+)'/.exec(message) ?? [];
      const near = closest(option.replace(/^-+/, ""), Object.keys(known));
      throw misunderstood(`there is no option ${option}${near === null ? "" : `; did you mean --${near}?`}`, path);
    }
    if (code?.startsWith("ERR_PARSE_ARGS")) throw misunderstood(message.split("\n", 1)[0] ?? message, path);
    throw thrown;
  }
}

/** Positional words to the arguments by their order. */
function place(
  { arguments: known }: Command,
  path: readonly string[],
  words: readonly string[],
  behind: readonly string[],
) {
  const left = [...words];
  const placed: Record<string, string | string[] | undefined> = {};
  for (const [name, argument] of Object.entries(known)) {
    if (argument.rest !== undefined) {
      placed[name] = [...left.splice(0), ...(argument.rest === "dashes" ? behind : [])];
      if (argument.required && placed[name].length === 0) throw misunderstood(`<${name}> is missing`, path);
      continue;
    }
    const word = left.shift();
    if (word === undefined && argument.required) throw misunderstood(`<${name}> is missing`, path);
    checkChoice(`<${name}>`, argument.choices, word, path);
    placed[name] = word;
  }
  if (left.length > 0) throw misunderstood(`${JSON.stringify(left[0])} is one word too many`, path);
  return placed;
}

function checkChoice(
  what: string,
  choices: readonly string[] | undefined,
  value: unknown,
  path: readonly string[],
): void {
  if (choices === undefined || typeof value !== "string" || choices.includes(value)) return;
  throw misunderstood(`${what} is one of ${choices.join(", ")}, not ${JSON.stringify(value)}`, path);
}
