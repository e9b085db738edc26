/**
 * Takes the echo of submitted code out of what a program without marks has put out: line by line, behind whatever prompt it stands. What is
 * not recognised stays, so that output is never lost to a wrong guess.
 */

/** How a program asks for the next line of a block: `... `, `> `, `| `, `   ...> `, `postgres-# `, `(dbg) `; or nothing. */
const promptLike = /^(?:\S.{0,60})?[>.#$%|:\])?*-]$/;

export class EchoFilter {
  readonly #expected: string[];
  readonly #prompt: string;
  readonly #several: boolean;
  #next = 0;
  #stripped = 0;
  #sawOutput = false;

  /** `prompt` (trimmed) is what stood in front of the cursor when the code was sent. */
  constructor(code: string, prompt: string) {
    this.#expected = code.split("\n").map((line) => squeeze(shown(line)));
    while (this.#expected.length > 1 && this.#expected.at(-1) === "") this.#expected.pop();
    this.#several = this.#expected.length > 1;
    this.#prompt = prompt;
  }

  /** All lines of the code have been seen. */
  get complete(): boolean {
    return this.#next >= this.#expected.length;
  }

  /** Nothing more can be taken out of any line. */
  get over(): boolean {
    return this.complete && this.#sawOutput && !this.#several;
  }

  /** The line without its echo, or null when it was nothing but echo. */
  keep(line: string): string | null {
    const seen = squeeze(line);
    if (!this.complete && this.#isEcho(seen)) {
      this.#next++;
      return null;
    }
    // The Enter that closes a block stands behind a continuation prompt.
    if (!this.#sawOutput && this.#next > 0 && isContinuation(seen)) return null;
    const kept = this.#withoutPrompt(line);
    if (kept.trim() !== "") this.#sawOutput = true;
    return kept;
  }

  #isEcho(seen: string): boolean {
    const expected = this.#expected[this.#next]!;
    if (expected === "") return seen === "" || this.#isPrompt(seen) || isContinuation(seen);
    if (!seen.endsWith(expected)) return false;
    const before = seen.slice(0, seen.length - expected.length).trim();
    return before === "" || this.#isPrompt(before) || promptLike.test(before);
  }

  /** The prompt, once or several times. */
  #isPrompt(text: string): boolean {
    return this.#prompt !== "" && text.split(this.#prompt).every((between) => between.trim() === "");
  }

  /** Where input was typed ahead, a program shows its prompt in front of the next output. */
  #withoutPrompt(line: string): string {
    if (!this.#several || this.#prompt === "") return line;
    let kept = line;
    while (this.#stripped < this.#expected.length) {
      const before = [this.#prompt, ...(this.#sawOutput ? [] : [">"])].find((prompt) => kept.startsWith(`${prompt} `));
      if (before === undefined) break;
      const rest = kept.slice(before.length + 1);
      if (rest.trim() === "") break;
      kept = rest;
      this.#stripped++;
    }
    return kept;
  }
}

/** AT-6: a continuation line is exactly `...` or starts with `... `. */
export function isContinuation(line: string): boolean {
  return line === "..." || line.startsWith("... ");
}

/** Control characters are echoed as `^A`. */
function shown(line: string): string {
  return line.replace(
    /[\x01-\x08\x0b-\x1f\x7f]/g,
    (character) => `^${String.fromCharCode(character.charCodeAt(0) ^ 64)}`,
  );
}

function squeeze(line: string): string {
  return line.replace(/\s+/g, " ").trim();
}
