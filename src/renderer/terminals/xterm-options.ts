/** Settings and palettes in xterm's words. */
import type { ITerminalOptions, ITheme } from "@xterm/xterm";
import type { Palette } from "#shared/settings/palettes.ts";

/** What a person can set about every terminal, with the zoom of this one already in `fontSize`. */
export type TerminalLook = {
  palette: Palette;
  /** CSS list; empty: the interface's code font. */
  fontFamily: string;
  fontSize: number;
  scrollback: number;
  screenReader: boolean;
};

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;
const brightNames = [
  "brightBlack",
  "brightRed",
  "brightGreen",
  "brightYellow",
  "brightBlue",
  "brightMagenta",
  "brightCyan",
  "brightWhite",
] as const;

function themeOf(palette: Palette): ITheme {
  const { background, foreground, cursor, selection, colours } = palette;
  const ansi = Object.fromEntries([...names, ...brightNames].map((name, index) => [name, colours[index]]));
  return {
    ...ansi,
    background,
    foreground,
    cursor,
    cursorAccent: background,
    selectionBackground: selection,
    selectionInactiveBackground: `${selection}b0`,
    overviewRulerBorder: background,
    scrollbarSliderBackground: `${foreground}30`,
    scrollbarSliderHoverBackground: `${foreground}50`,
    scrollbarSliderActiveBackground: `${foreground}70`,
  };
}

export function optionsOf(look: TerminalLook): ITerminalOptions {
  return {
    theme: themeOf(look.palette),
    fontFamily: look.fontFamily,
    fontSize: look.fontSize,
    scrollback: look.scrollback,
    screenReaderMode: look.screenReader,
  };
}

/** What is the same for every terminal. */
export const fixedOptions: ITerminalOptions = {
  allowProposedApi: true,
  lineHeight: 1.2,
  cursorBlink: false,
  cursorInactiveStyle: "outline",
  // Faint greys of programs that were tried on black only stay readable on white too.
  minimumContrastRatio: 4.5,
  drawBoldTextInBrightColors: false,
  macOptionClickForcesSelection: true,
  rescaleOverlappingGlyphs: true,
  // Also the width of the scrollbar, which carries the marks of find.
  overviewRuler: { width: 10 },
  logLevel: "off",
};
