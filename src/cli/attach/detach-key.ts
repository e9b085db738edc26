/** The key that leaves an attached terminal, found among what is typed. */
import { Failure } from "#shared/failure.ts";
import { controlCharacter } from "../terminals/keys.ts";

export class DetachKey {
  /** `Ctrl-\`. */
  readonly name: string;
  readonly #spellings: readonly Buffer[];

  /** Throws `invalid_input` for what is no control key, or one that every line needs. */
  constructor(key = "ctrl-\\") {
    const character = controlCharacter(key);
    if (character === null || "\r\n\t\x1b".includes(character)) {
      throw new Failure("invalid_input", `${JSON.stringify(key)} cannot be the key that detaches`, {
        hint: "Take ctrl- and a letter or one of @ ] \\ ^ _; not ctrl-m, ctrl-j, ctrl-i or ctrl-[.",
      });
    }
    const plain = String.fromCharCode(character.charCodeAt(0) | 0x40);
    this.name = `Ctrl-${plain}`;
    const code = plain.toLowerCase().charCodeAt(0);
    // Programs can ask a terminal for other spellings: kitty's keyboard protocol, xterm's modifyOtherKeys.
    this.#spellings = [character, `\x1b[${code};5u`, `\x1b[27;5;${code}~`].map((text) => Buffer.from(text, "latin1"));
  }

  /** What was typed before the key; null when it was not pressed. */
  before(typed: Buffer): Buffer | null {
    const places = this.#spellings.map((spelling) => typed.indexOf(spelling)).filter((place) => place >= 0);
    return places.length === 0 ? null : typed.subarray(0, Math.min(...places));
  }
}
