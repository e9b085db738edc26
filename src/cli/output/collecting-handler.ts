/** The output contract without a person: keeps what was said, and answers from a list. For tests of commands, and for faces that show it later. */
import { type OutputHandler, type Progress, UserAbort } from "./handler.ts";
import { chosen, confirmed, progressEnd, progressLine } from "./wording.ts";

export type Said = {
  kind: "info" | "detail" | "warn" | "summary" | "confirm" | "choose" | "pause" | "prompt" | "secret" | "progress";
  message: string;
};

export class CollectingHandler implements OutputHandler {
  readonly said: Said[] = [];
  readonly #answers: string[];

  /** `answers`: what is typed at each question in turn; when there are no more, the input has ended. */
  constructor(answers: readonly string[] = []) {
    this.#answers = [...answers];
  }

  info(message: string): void {
    this.#say("info", message);
  }

  detail(message: string, indent = 1): void {
    this.#say("detail", "  ".repeat(indent) + message);
  }

  warn(message: string): void {
    this.#say("warn", message);
  }

  summary(lines: readonly string[]): void {
    this.#say("summary", lines.join("\n"));
  }

  async confirm(message: string, byDefault = false): Promise<boolean> {
    return confirmed(this.#answer("confirm", message), byDefault);
  }

  async choose(message: string, options: readonly string[]): Promise<number> {
    for (;;) {
      const index = chosen(this.#answer("choose", [message, ...options].join("\n")), options.length);
      if (index !== null) return index;
    }
  }

  async pause(message: string): Promise<void> {
    this.#answer("pause", message);
  }

  async prompt(label: string, byDefault?: string): Promise<string> {
    return this.#answer("prompt", label).trim() || (byDefault ?? "");
  }

  async promptSecret(label: string): Promise<string> {
    for (;;) {
      const secret = this.#answer("secret", label);
      if (secret.trim() !== "") return secret;
    }
  }

  progress(label: string, total?: number): Progress {
    const started = performance.now();
    this.#say("progress", `${label}...`);
    return {
      update: (current, message = "") => this.#say("progress", progressLine(label, total, current, message)),
      done: (message = "") => this.#say("progress", progressEnd(label, performance.now() - started, message)),
    };
  }

  #say(kind: Said["kind"], message: string): void {
    this.said.push({ kind, message });
  }

  #answer(kind: Said["kind"], message: string): string {
    this.#say(kind, message);
    const answer = this.#answers.shift();
    if (answer === undefined) throw new UserAbort();
    return answer;
  }
}
