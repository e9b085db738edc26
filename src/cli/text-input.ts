/** A text that is given as a word, or on standard input when the word is `-`, so that quoting never stands in the way. */
import { text } from "node:stream/consumers";

/** Of standard input one line end at the end is left out. */
export async function textOrInput(word: string): Promise<string> {
  return word === "-" ? (await text(process.stdin)).replace(/\r?\n$/, "") : word;
}
