/**
 * The boundary between what commands do and how it looks: a command talks to an {@link OutputHandler} only, and signals errors by throwing.
 * The texts and behaviours are a contract of their own (features 1.1); a terminal, a collector for tests and later other faces implement it.
 */
import { Failure } from "#shared/failure.ts";

/** Ctrl-C or the end of input at a question, or a confirmation that was not given. */
export class UserAbort extends Failure {
  constructor(message = "interrupted") {
    super("cancelled", message);
    this.name = "UserAbort";
  }
}

/** Something long that is being told about; elapsed time counts from its creation. */
export type Progress = {
  /** Percentage and counter need `current` and a total greater than 0. */
  update(current?: number, message?: string): void;
  done(message?: string): void;
};

/** Every operation that asks rejects with {@link UserAbort} on Ctrl-C and at the end of input. */
export type OutputHandler = {
  info(message: string): void;
  /** A sub-step, 2 blanks per level. */
  detail(message: string, indent?: number): void;
  /** Something that does not stop anything. */
  warn(message: string): void;
  /** What is about to be done, a line each, before it is agreed to: never a part of a result. */
  summary(lines: readonly string[]): void;
  /** Empty is the default; only `y` and `yes`, in any case, are true. */
  confirm(message: string, byDefault?: boolean): Promise<boolean>;
  /** Index of the chosen option, from 0. */
  choose(message: string, options: readonly string[]): Promise<number>;
  /** Waits for Enter. */
  pause(message: string): Promise<void>;
  /** Trimmed; empty is the default, or an empty string. */
  prompt(label: string, byDefault?: string): Promise<string>;
  /** Never blank, and not trimmed. */
  promptSecret(label: string, hint?: string): Promise<string>;
  /** Without a total only elapsed time is told. */
  progress(label: string, total?: number): Progress;
};
