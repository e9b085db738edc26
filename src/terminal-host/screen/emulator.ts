/** One terminal's screen: @xterm/headless, and its state as VT sequences. */

import serialize from "@xterm/addon-serialize";
import unicode from "@xterm/addon-unicode11";
import headless from "@xterm/headless";
import type { TerminalSize } from "#shared/contract/base.ts";
import { hiddenState, normalScrollRegion, withSavedColours } from "./hidden-state.ts";
import type { ScreenView } from "./messages.ts";
import { writeScrollback } from "./scrollback.ts";
import { Utf8Writer } from "./utf8-writer.ts";

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
  serialized(): Uint8Array<ArrayBuffer> {
    const out = new Utf8Writer();
    const normalBuffer = { excludeAltBuffer: true, excludeModes: true };
    const end = writeScrollback(this.#terminal, out, (from, to) =>
      this.#serializer.serialize({ range: { start: from, end: to - 1 }, ...normalBuffer }),
    );
    out.text(this.#screens({ scrollback: this.#terminal.buffer.normal.baseY - end }));
    out.text(hiddenState(this.#terminal));
    return out.written();
  }

  /** Both buffers from the given rows of scrollback on. */
  #screens(rest: { scrollback: number }): string {
    const all = this.#serializer.serialize(rest);
    if (this.#terminal.buffer.active.type === "normal") return all;
    // The addon ends each buffer with the present colours, and begins the alternate one as if there were none. The colours that the
    // normal buffer will have again are those that were saved when the program left it.
    const normal = { ...rest, excludeAltBuffer: true, excludeModes: true };
    const left = withSavedColours(this.#terminal, () => this.#serializer.serialize(normal));
    return `${left}${normalScrollRegion(this.#terminal)}\x1b[?1049h\x1b[0m${all.slice(this.#serializer.serialize(normal).length)}`;
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
