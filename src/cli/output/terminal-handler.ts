/** The output contract on a terminal, or on pipes: lines on stdout, warnings on stderr, questions answered line by line. */
import type { PersonInput } from "../tty/person-input.ts";
import type { OutputHandler, Progress } from "./handler.ts";
import {
  choicePrompt,
  chosen,
  confirmation,
  confirmed,
  emptySecret,
  indented,
  invalidChoice,
  progressEnd,
  progressLine,
  promptLabel,
  warning,
} from "./wording.ts";

export type TerminalParts = {
  input: PersonInput;
  /** Where lines, progress and questions go: stdout, or stderr when stdout is for results alone. */
  lines: NodeJS.WritableStream;
  warnings: NodeJS.WritableStream;
};

export class TerminalHandler implements OutputHandler {
  readonly #parts: TerminalParts;

  constructor(parts: TerminalParts) {
    this.#parts = parts;
  }

  info(message: string): void {
    this.#parts.lines.write(`${message}\n`);
  }

  detail(message: string, indent = 1): void {
    this.info(indented(message, indent));
  }

  warn(message: string): void {
    this.#parts.warnings.write(`${warning(message)}\n`);
  }

  /** On stderr with a blank line before and after (features 4.4). */
  summary(lines: readonly string[]): void {
    this.#parts.warnings.write(`\n${lines.join("\n")}\n\n`);
  }

  async confirm(message: string, byDefault = false): Promise<boolean> {
    return confirmed(await this.#ask(confirmation(message, byDefault)), byDefault);
  }

  async choose(message: string, options: readonly string[]): Promise<number> {
    this.info(message);
    for (const [index, option] of options.entries()) this.detail(`${index + 1}) ${option}`);
    for (;;) {
      const index = chosen(await this.#ask(choicePrompt), options.length);
      if (index !== null) return index;
      this.info(invalidChoice(options.length));
    }
  }

  async pause(message: string): Promise<void> {
    await this.#ask(message);
  }

  async prompt(label: string, byDefault?: string): Promise<string> {
    return (await this.#ask(promptLabel(label, byDefault))).trim() || (byDefault ?? "");
  }

  async promptSecret(label: string, hint?: string): Promise<string> {
    const { input, lines, warnings } = this.#parts;
    if (hint) warnings.write(`${indented(hint, 1)}\n`);
    for (;;) {
      const secret = await input.secret(promptLabel(label, undefined), lines);
      if (secret.trim() !== "") return secret;
      warnings.write(`${emptySecret}\n`);
    }
  }

  progress(label: string, total?: number): Progress {
    const started = performance.now();
    const { lines } = this.#parts;
    const say = (line: string) => lines.write(`${indented(line, 1)}\n`);
    say(`${label}...`);
    return {
      update: (current, message = "") => say(progressLine(label, total, current, message)),
      done: (message = "") => say(progressEnd(label, performance.now() - started, message)),
    };
  }

  #ask(question: string): Promise<string> {
    return this.#parts.input.line(question, this.#parts.lines);
  }
}
