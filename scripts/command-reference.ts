/** `docs/cellar.md` as text, from the definitions of the commands. */
import { type Argument, type Command, commonOptions, type Option } from "#cli/command.ts";
import { command as root } from "#cli/commands/index.ts";
import { allCommands } from "#cli/definitions.ts";
import { exitCodeWords } from "#cli/exit-codes.ts";
import { argumentUsage, optionUsage, usage, withChoices } from "#cli/help.ts";

export async function commandReference(): Promise<string> {
  const commands = await allCommands([], root);
  return [
    "# The command line",
    "",
    "`cellar` does from a terminal, a script or an agent what the window does. Written by `npm run docs` from `src/cli/commands/`.",
    "",
    "Results are tables for people: aligned, as wide as the terminal, in colour only on one (`NO_COLOR` is obeyed). With `--json` a result is one line of JSON in the contract's own records, whose shapes are in [contract.md](contract.md); what is for a person then goes to standard error.",
    "",
    "A failure is printed on standard error: as a sentence on a terminal, else, and always with `--json`, as one line `{code, message, hint?, logPath?}`.",
    "",
    "| exit code | means |",
    "|---|---|",
    ...exitCodeWords.map(([code, words]) => `| ${code} | ${words} |`),
    "",
    "Where a name is left out, the only candidate is taken (`Using workspace 'api'`), or you are asked. With `--non-interactive` nothing is asked: what is missing is a failure that names it. Ctrl-C or the end of input at a question ends with `Aborted.` and 7.",
    "",
    "Commands that only look (`ls`, `doctor`, completion, and those below that say so) start nothing. The others start Cellar in the background when it does not run. `CELLAR_HOME` chooses the state directory; every home has a Cellar of its own.",
    "",
    "Every command takes:",
    "",
    ...optionRows(commonOptions),
    "",
    ...commands.flatMap(({ path, command }) => section(path, command)),
  ].join("\n");
}

function section(path: readonly string[], command: Command): string[] {
  return [
    `## cellar ${path.join(" ")}`,
    "",
    `${command.summary}.`,
    ...(command.details ?? []).flatMap((text) => ["", text]),
    "",
    "```",
    usage(path, command),
    "```",
    "",
    ...argumentRows(command.arguments),
    ...optionRows(command.options),
    ...(Object.keys(command.arguments).length + Object.keys(command.options).length > 0 ? [""] : []),
    ...(command.json === undefined ? [] : [`With \`--json\`: \`${command.json}\`.`, ""]),
    ...(command.examples.length === 0
      ? []
      : ["```", ...command.examples.map(([line, what]) => `cellar ${line}    # ${what}`), "```", ""]),
  ];
}

function argumentRows(known: Readonly<Record<string, Argument>>): string[] {
  return Object.entries(known).map(
    ([name, each]) => `- \`${argumentUsage(name, each)}\` ${withChoices(each.summary, each.choices)}`,
  );
}

function optionRows(known: Readonly<Record<string, Option>>): string[] {
  return Object.entries(known).map(
    ([name, each]) => `- \`${optionUsage(name, each)}\` ${withChoices(each.summary, each.choices)}`,
  );
}
