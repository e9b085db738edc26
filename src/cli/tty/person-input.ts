/**
 * What a person types at a question. Lines are read with the terminal as it is (the kernel edits them), so that nothing is to be put right
 * whatever happens; only a secret is read key by key. A pipe works as well, line by line.
 */
import { StringDecoder } from "node:string_decoder";
import { ReadStream } from "node:tty";
import { UserAbort } from "../output/handler.ts";
import { RawMode, type TtyInput } from "./raw-mode.ts";

export class PersonInput {
  readonly #input: NodeJS.ReadStream;
  /** Read and not yet asked for. */
  #buffer = "";
  #ended = false;
  // Not the stream's own: attach wants its bytes.
  readonly #decoder = new StringDecoder("utf8");

  constructor(input: NodeJS.ReadStream) {
    this.#input = input;
  }

  /** Asks, and gives the next line without its end; what is left when the input ends without one. */
  async line(question: string, output: NodeJS.WritableStream): Promise<string> {
    return this.#reading(
      () => output.write(question),
      () => {
        const end = this.#buffer.indexOf("\n");
        if (end < 0) return null;
        const line = this.#buffer.slice(0, end).replace(/\r$/, "");
        this.#buffer = this.#buffer.slice(end + 1);
        return line;
      },
      // After ^C or ^D the cursor is still behind the question.
      () => output.write("\n"),
    );
  }

  /** As {@link line}, shown as one `*` for each character when a person types it. */
  async secret(question: string, output: NodeJS.WritableStream): Promise<string> {
    if (!(this.#input instanceof ReadStream)) return this.line(question, output);
    const raw = await RawMode.enter(this.#input as TtyInput, { output: null, onLeave: "" });
    const typed = new TypedSecret(output);
    try {
      return await this.#reading(
        () => output.write(question),
        () => {
          const { secret, rest } = typed.type(this.#buffer);
          // Typed ahead in raw mode, where Enter is a carriage return.
          this.#buffer = rest.replaceAll("\r", "\n");
          return secret;
        },
        () => {},
      );
    } finally {
      output.write("\n");
      raw.leave();
    }
  }

  /** Asks when Ctrl-C is seen to, and reads until `take` finds in the buffer what it wants. */
  async #reading(ask: () => void, take: () => string | null, aborted: () => void): Promise<string> {
    const input = this.#input;
    return new Promise<string>((resolve, reject) => {
      const settle = (act: () => void) => {
        input.off("data", onData).off("end", onEnd).off("error", onEnd);
        process.off("SIGINT", onInterrupt);
        input.pause();
        act();
      };
      const abort = () =>
        settle(() => {
          aborted();
          reject(new UserAbort());
        });
      const look = () => {
        try {
          const found = take();
          if (found !== null) settle(() => resolve(found));
          return found !== null;
        } catch (thrown) {
          settle(() => reject(thrown));
          return true;
        }
      };
      const onData = (bytes: Buffer) => {
        this.#buffer += this.#decoder.write(bytes);
        look();
      };
      const onEnd = () => {
        this.#ended = true;
        const left = this.#buffer;
        this.#buffer = "";
        if (left === "") abort();
        else settle(() => resolve(left));
      };
      const onInterrupt = () => abort();
      process.on("SIGINT", onInterrupt);
      ask();
      if (look()) return;
      if (this.#ended) return onEnd();
      input.on("data", onData).once("end", onEnd).once("error", onEnd);
      input.resume();
    });
  }
}

/** The keys of a secret, one after another. */
class TypedSecret {
  readonly #echo: NodeJS.WritableStream;
  #characters: string[] = [];

  constructor(echo: NodeJS.WritableStream) {
    this.#echo = echo;
  }

  /** `secret` is null until Enter; throws {@link UserAbort} at Ctrl-C, and at Ctrl-D where nothing was typed. */
  type(keys: string): { secret: string | null; rest: string } {
    // A key like an arrow is a sequence that means nothing here.
    const characters = [...keys.replace(/\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/g, "")];
    for (const [index, character] of characters.entries()) {
      if (character === "\r" || character === "\n") {
        return { secret: this.#characters.join(""), rest: characters.slice(index + 1).join("") };
      }
      if (character === "\x03" || (character === "\x04" && this.#characters.length === 0)) throw new UserAbort();
      if (character === "\x7f" || character === "\b") this.#erase(1);
      else if (character === "\x15") this.#erase(this.#characters.length);
      else if (character >= " ") {
        this.#characters.push(character);
        this.#echo.write("*");
      }
    }
    return { secret: null, rest: "" };
  }

  #erase(wanted: number): void {
    const count = Math.min(wanted, this.#characters.length);
    this.#characters.length -= count;
    this.#echo.write("\b \b".repeat(count));
  }
}
