/** What the command line says about itself, from the definitions of its commands. */
import { type Argument, type Command, commonOptions, type Group, type Option } from "./command.ts";
import type { NamedDefinition } from "./definitions.ts";
import { exitCodeWords } from "./exit-codes.ts";

/** Columns a help text uses at most. */
const width = 96;

/** `cellar --help` and the help of a group: one line per command. */
export function groupHelp(path: readonly string[], group: Group, commands: readonly NamedDefinition[]): string {
  const lines = commands.map(({ path: each, definition }): [string, string] => [
    ["cellar", ...each, ...(path.length > 0 && definition.kind === "command" ? argumentWords(definition) : [])].join(
      " ",
    ),
    definition.summary,
  ]);
  return [
    heading(path, group),
    ...paragraphs(group.details),
    "",
    ...rows(lines),
    "",
    ...(path.length === 0 ? generalHelp() : ["Each of them takes --help."]),
    "",
  ].join("\n");
}

function heading(path: readonly string[], { summary }: Group): string {
  return path.length === 0 ? `Cellar: ${summary}.` : `cellar ${path.join(" ")}: ${summary}.`;
}

export function commandHelp(path: readonly string[], command: Command): string {
  const argumentRows = Object.entries(command.arguments).map(([name, each]): [string, string] => [
    argumentUsage(name, each),
    withChoices(each.summary, each.choices),
  ]);
  const optionRows = Object.entries({ ...command.options, ...commonOptions } as Record<string, Option>).map(
    ([name, each]): [string, string] => [optionUsage(name, each), withChoices(each.summary, each.choices)],
  );
  return [
    usage(path, command),
    "",
    ...wrapped(`${command.summary}.`, ""),
    ...paragraphs(command.details),
    ...section("Arguments", argumentRows),
    ...section("Options", optionRows),
    ...(command.json === undefined ? [] : ["", ...wrapped(`With --json: ${command.json}.`, "")]),
    ...(command.examples.length === 0
      ? []
      : ["", "Examples:", ...rows(command.examples.map(([line, what]) => [`cellar ${line}`, what]))]),
    "",
  ].join("\n");
}

/** `cellar terminal send <terminal> [text…]`. */
export function usage(path: readonly string[], command: Command): string {
  const own = Object.keys(command.options).length > 0 ? ["[options]"] : [];
  return ["cellar", ...path, ...own, ...argumentWords(command)].join(" ");
}

function argumentWords(command: Command): string[] {
  return Object.entries(command.arguments).map(([name, each]) => argumentUsage(name, each));
}

export function argumentUsage(name: string, { required, rest }: Argument): string {
  const word = `${rest === "dashes" ? "-- " : ""}${name}${rest === undefined ? "" : "…"}`;
  return required ? `<${word}>` : `[${word}]`;
}

export function optionUsage(name: string, { short, value, multiple }: Option): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}${multiple ? "…" : ""}`;
}

export function withChoices(summary: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? summary : `${summary}: ${choices.join(", ")}`;
}

function generalHelp(): string[] {
  return [
    "Each of them takes --help, --json and --non-interactive.",
    "",
    "cellar k … and cellar km … are k and km, which start faster: k --help says more.",
    "",
    "CELLAR_HOME chooses the state directory; every home has a Cellar of its own.",
    "",
    ...wrapped(
      'A failure is printed on standard error: as a sentence on a terminal, else (and always with --json) as one line {"code","message","hint"?,"logPath"?}. Exit codes:',
      "",
    ),
    ...exitCodeWords.map(([code, words]) => `  ${code}  ${words}`),
  ];
}

function section(title: string, lines: readonly [string, string][]): string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...rows(lines)];
}

/** Two columns; a long first one stands alone above its explanation. */
function rows(lines: readonly (readonly [string, string])[]): string[] {
  const column = Math.min(34, Math.max(...lines.map(([first]) => first.length)));
  const indent = " ".repeat(column + 4);
  return lines.flatMap(([first, second]) => {
    const explained = wrapped(second, indent);
    if (first.length > column) return [`  ${first}`, ...explained];
    return [`  ${first.padEnd(column)}  ${explained[0]?.trimStart() ?? ""}`, ...explained.slice(1)];
  });
}

function paragraphs(texts: readonly string[] = []): string[] {
  return texts.flatMap((text) => ["", ...wrapped(text, "")]);
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
