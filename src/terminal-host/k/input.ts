/** What a script read from its standard input, as text that can be typed. */
import { isUtf8 } from "node:buffer";
import { Failure } from "#shared/failure.ts";

/** Largest code or text from standard input, in bytes. The scripts send one more, which is how too much is known. */
export const inputLimit = 16 * 1024 * 1024;

/** Throws `too_large` and `invalid_input`. `what` is what it is called in the message. */
export function decodeInput(input: Buffer, what: "code" | "text"): string {
  if (input.length > inputLimit) throw new Failure("too_large", `${what} is larger than 16 MiB`);
  if (!isUtf8(input)) throw new Failure("invalid_input", `${what} is not UTF-8`);
  return input.toString("utf8");
}
