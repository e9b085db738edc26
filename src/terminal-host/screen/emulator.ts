/** One terminal's screen: @xterm/headless, and its state as VT sequences. */

import serialize from "@xterm/addon-serialize";
import unicode from "@xterm/addon-unicode11";
import headless from "@xterm/headless";
import type { TerminalSize } from "#shared/contract/base.ts";
import { hiddenState, withSavedColours } from "./hidden-state.ts";
import type { ScreenView } from "./messages.ts";

export class Emulator {
  readonly #terminal: headless.Terminal;
  readonly #serializer = new serialize.SerializeAddon();

  constructor({ cols, rows }: TerminalSize, scrollback: number, reply: (text: string) => void) {
    this.#terminal = new headless.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: "off" });
    this.#terminal.loadAddon(this.#serializer);
    // As the windows do: widths that differ would put everything after a wide character elsewhere.
    this.#terminal.loadAddon(new unicode.Unicode11Addon());
    this.#terminal.unicode.activeVersion = "11";
    this.#terminal.onData(reply);
  }

  /** `parsed` is called when these bytes are on the screen; later calls act after that. */
  write(bytes: Uint8Array, parsed: () => void): void {
    this.#terminal.write(bytes, parsed);
  }

  /** After everything written before the call. */
  settled(then: () => void): void {
    this.#terminal.write("", then);
  }

  resize({ cols, rows }: TerminalSize): void {
    this.#terminal.resize(cols, rows);
  }

  /** What another emulator of the same size has to be written to look and behave like this one. */
  serialized(): string {
    return this.#serializedBuffers() + hiddenState(this.#terminal);
  }

  #serializedBuffers(): string {
    const all = this.#serializer.serialize();
    if (this.#terminal.buffer.active.type === "normal") return all;
    // The addon ends each buffer with the present colours, and begins the alternate one as if there were none. The colours that the
    // normal buffer will have again are those that were saved when the program left it.
    const normal = { excludeAltBuffer: true, excludeModes: true };
    const left = withSavedColours(this.#terminal, () => this.#serializer.serialize(normal));
    return `${left}\x1b[?1049h\x1b[0m${all.slice(this.#serializer.serialize(normal).length)}`;
  }

  view(): ScreenView {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < this.#terminal.rows; row++) {
      lines.push(active.getLine(active.baseY + row)?.translateToString(true) ?? "");
    }
    return {
      lines,
      cursor: { x: active.cursorX, y: active.cursorY, visible: !hiddenState(this.#terminal).includes("\x1b[?25l") },
      alternate: active.type === "alternate",
    };
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}
