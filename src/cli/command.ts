/**
 * What a command is: one module that says its name, arguments, options and examples, and runs it. Help, parsing, completion and
 * docs/cellar.md are derived from it, so none of them can say something else. Definitions import nothing heavy: what a command needs to
 * run is loaded when it runs.
 */
import type { Session } from "./session.ts";

/** What a value is the name of, for completion. */
export type Completes =
  | "terminal"
  | "ended-terminal"
  | "workspace"
  | "program"
  | "launch"
  | "bottle"
  | "cell"
  | "procedure"
  | "folder";

export type Option = {
  summary: string;
  /** One letter. */
  short?: string;
  /** What stands for the value in the help; without it the option is a switch. */
  value?: string;
  /** May be given several times. */
  multiple?: boolean;
  choices?: readonly string[];
  completes?: Completes;
};

export type Argument = {
  summary: string;
  required?: boolean;
  /** Takes everything that is left. `dashes`: also what follows `--`, unread. */
  rest?: "words" | "dashes";
  choices?: readonly string[];
  completes?: Completes;
};

type Options = Readonly<Record<string, Option>>;
type Arguments = Readonly<Record<string, Argument>>;

type OptionValue<O extends Option> = O extends { value: string }
  ? O extends { multiple: true }
    ? string[]
    : string | undefined
  : boolean;
type ArgumentValue<A extends Argument> = A extends { rest: string }
  ? string[]
  : A extends { required: true }
    ? string
    : string | undefined;

/** What was given, by the names of the definition. */
export type Given<O extends Options, A extends Arguments> = {
  options: { [Name in keyof O]: OptionValue<O[Name]> };
  arguments: { [Name in keyof A]: ArgumentValue<A[Name]> };
};

/** The same where no particular definition is known. */
export type AnyGiven = { options: Record<string, unknown>; arguments: Record<string, unknown> };

export type Command = {
  kind: "command";
  /** One line, a sentence without its full stop. */
  summary: string;
  /** More for the help of this command, as paragraphs. */
  details?: readonly string[];
  arguments: Arguments;
  options: Options;
  /** What is typed after `cellar`, with what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  /** What `--json` prints, in the contract's names. */
  json?: string;
  /** Exit code. Failures are thrown. */
  run(session: Session, given: AnyGiven): Promise<number>;
};

export type Loader = () => Promise<{ command: Command | Group }>;

export type Group = {
  kind: "group";
  summary: string;
  details?: readonly string[];
  /** In the order of the help. */
  commands: Readonly<Record<string, Loader>>;
  /** What runs when the first word is none of the commands. */
  otherwise?: Command;
};

type Definition<O extends Options, A extends Arguments> = Omit<
  Command,
  "kind" | "arguments" | "options" | "examples" | "run"
> & {
  arguments?: A;
  options?: O;
  examples?: Command["examples"];
  run(session: Session, given: Given<O, A>): Promise<number>;
};

/** Checks a definition and types what `run` is given. */
export function defineCommand<
  const O extends Options = Record<never, never>,
  const A extends Arguments = Record<never, never>,
>(definition: Definition<O, A>): Command {
  const { run, ...rest } = definition;
  return { arguments: {}, options: {}, examples: [], ...rest, kind: "command", run: run as Command["run"] };
}

/** Every command takes these. */
export const commonOptions = {
  json: { summary: "Print JSON: results on standard output, failures on standard error" },
  "non-interactive": { summary: "Ask nothing: what is missing is a failure that names it" },
  help: { short: "h", summary: "Say what the command does" },
} as const satisfies Options;
