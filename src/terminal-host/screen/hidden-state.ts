/**
 * State that a terminal emulator has and the serialize addon leaves out: whether the cursor is shown and how, the encoding of mouse
 * reports, the scroll region, line-drawing characters. Without it a program that draws a full screen looks wrong after an attach.
 *
 * xterm.js offers none of it, so it is read from its internals; what a later version has renamed is left out.
 */
import type { Terminal } from "@xterm/headless";

type Internals = {
  coreService?: {
    isCursorHidden?: boolean;
    decPrivateModes?: { origin?: boolean; cursorStyle?: string; cursorBlink?: boolean };
  };
  coreMouseService?: { activeEncoding?: string };
  _charsetService?: { glevel?: number; _charsets?: (Record<string, string> | undefined)[] };
  _inputHandler?: { _curAttrData?: object };
  _bufferService?: { buffers?: { normal?: { savedCurAttrData?: object } } };
  buffer?: { scrollTop?: number; scrollBottom?: number; x?: number; y?: number };
};

const mouseEncodings: Record<string, string> = { SGR: "\x1b[?1006h", SGR_PIXELS: "\x1b[?1016h" };
/** DECSCUSR of a steady cursor; the blinking one is one less. */
const cursorStyles: Record<string, number> = { block: 2, underline: 4, bar: 6 };
const charsetDesignators = ["(", ")", "*", "+"];

export function hiddenState(terminal: Terminal): string {
  const { coreService, coreMouseService, _charsetService, buffer } = internalsOf(terminal);
  const modes = coreService?.decPrivateModes;
  let out = mouseEncodings[coreMouseService?.activeEncoding ?? ""] ?? "";
  const style = cursorStyles[modes?.cursorStyle ?? ""];
  if (style !== undefined) out += `\x1b[${modes?.cursorBlink ? style - 1 : style} q`;
  out += charsets(_charsetService);
  out += scrollRegion(terminal.rows, modes?.origin === true, buffer);
  if (coreService?.isCursorHidden) out += "\x1b[?25l";
  return out;
}

/** Looks at the terminal as if the colours of the normal buffer, saved while the alternate one is shown, were the present ones. */
export function withSavedColours<T>(terminal: Terminal, look: () => T): T {
  const { _inputHandler: handler, _bufferService } = internalsOf(terminal);
  const saved = _bufferService?.buffers?.normal?.savedCurAttrData;
  const present = handler?._curAttrData;
  if (!handler || !saved || !present) return look();
  handler._curAttrData = saved;
  try {
    return look();
  } finally {
    handler._curAttrData = present;
  }
}

function internalsOf(terminal: Terminal): Internals {
  return (terminal as unknown as { _core?: Internals })._core ?? {};
}

function charsets(service: Internals["_charsetService"]): string {
  let out = "";
  service?._charsets?.forEach((charset, index) => {
    // Of all character sets, line drawing is the one that programs still use.
    if (charset?.["q"] === "─" && index < charsetDesignators.length) out += `\x1b${charsetDesignators[index]}0`;
  });
  return service?.glevel === 1 ? `${out}\x0e` : out;
}

/** Setting a region, or the origin mode before it, moves the cursor: so its place is said again. */
function scrollRegion(rows: number, origin: boolean, buffer: Internals["buffer"]): string {
  const { scrollTop: top = 0, scrollBottom: bottom = rows - 1, x = 0, y = 0 } = buffer ?? {};
  const whole = top === 0 && bottom === rows - 1;
  if (whole && !origin) return "";
  const region = whole ? "" : `\x1b[${top + 1};${bottom + 1}r`;
  return `${region}\x1b[${(origin ? y - top : y) + 1};${x + 1}H`;
}
