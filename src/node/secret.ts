/** A secret on its way from the vault to where it is put in. It cannot be printed, logged, serialised or compared by accident. */
import { inspect } from "node:util";

const hidden = "[secret]";

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Every call of this is a place where a secret can leak: keep them few, and the result short-lived. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  /** Template strings, `+` and comparisons take this. */
  [Symbol.toPrimitive](): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
