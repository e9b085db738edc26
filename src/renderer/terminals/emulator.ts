/**
 * One xterm with its addons, as the place where a terminal's stream ends. It takes effect of frames in their order (sizes and resets wait
 * for the bytes before them), proposes a size for the room it has, and draws with WebGL while the pool lets it.
 */
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import { activate, type LinkEvents, linkHandler } from "./links.ts";
import type { StreamSink } from "./stream-client.ts";
import { type ContextHolder, WebglPool } from "./webgl-pool.ts";
import { fixedOptions, optionsOf, type TerminalLook } from "./xterm-options.ts";

const webgl = new WebglPool();
/** RIS: everything as at power-on, scrollback included. As bytes it takes its turn behind what was written before. */
const reset = "\x1bc";
/** DECTCEM off: nobody waits for keys here. */
const hideCursor = "\x1b[?25l";

export class Emulator implements Omit<StreamSink, "state"> {
  readonly terminal: Terminal;
  readonly search = new SearchAddon({ highlightLimit: 2_000 });
  readonly #fit = new FitAddon();
  readonly #context: ContextHolder;
  #look: TerminalLook;

  constructor(element: HTMLElement, look: TerminalLook, links: LinkEvents) {
    this.#look = look;
    this.terminal = new Terminal({ ...fixedOptions, ...optionsOf(look), linkHandler: linkHandler(links) });
    const { terminal } = this;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.search);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(
      new WebLinksAddon((event, uri) => activate(event, uri, links.open), {
        hover: (_event, uri) => links.hover(uri),
        leave: () => links.hover(null),
      }),
    );
    terminal.open(element);
    this.#context = contextOf(terminal);
  }

  snapshot({ cols, rows, screen }: { cols: number; rows: number; screen: Uint8Array }, parsed: () => void): void {
    this.terminal.write(reset);
    this.size(cols, rows);
    this.terminal.write(screen, parsed);
  }

  data(bytes: Uint8Array, parsed: () => void): void {
    this.terminal.write(bytes, parsed);
  }

  size(cols: number, rows: number): void {
    this.terminal.write("", () => {
      if (cols !== this.terminal.cols || rows !== this.terminal.rows) this.terminal.resize(cols, rows);
    });
  }

  /** No more bytes and no more keys: what is shown is a record. */
  end(): void {
    this.terminal.options.disableStdin = true;
    this.terminal.write(hideCursor);
  }

  /** Columns and rows that would fill the room; null while it cannot be measured. */
  room(): { cols: number; rows: number } | null {
    const proposed = this.#fit.proposeDimensions();
    if (proposed === undefined || !Number.isFinite(proposed.cols) || !Number.isFinite(proposed.rows)) return null;
    return { cols: proposed.cols, rows: proposed.rows };
  }

  setLook(look: TerminalLook): void {
    if (look === this.#look) return;
    this.#look = look;
    Object.assign(this.terminal.options, optionsOf(look));
  }

  shown(): void {
    webgl.shown(this.#context);
  }

  dispose(): void {
    webgl.lost(this.#context);
    this.terminal.dispose();
  }
}

function contextOf(terminal: Terminal): ContextHolder {
  let addon: WebglAddon | null = null;
  const holder: ContextHolder = {
    acquire() {
      try {
        addon = new WebglAddon();
        addon.onContextLoss(() => webgl.lost(holder));
        terminal.loadAddon(addon);
        return true;
      } catch {
        // No WebGL here: the DOM draws.
        addon?.dispose();
        addon = null;
        return false;
      }
    },
    release() {
      addon?.dispose();
      addon = null;
    },
  };
  return holder;
}
