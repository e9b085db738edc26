/** How a terminal looks: settings, theme, and the zoom of this one. */
import { useMemo } from "react";
import { create } from "zustand";
import { paletteFor } from "#shared/settings/palettes.ts";
import { useDarkNow } from "../app/theme.ts";
import { useDesktopState, useSettings } from "../live/index.ts";
import type { Behaviour } from "./session.ts";
import type { TerminalLook } from "./xterm-options.ts";

const least = 8;
const most = 32;

/** Steps of font size away from the setting, per terminal. */
const useZooms = create<{ steps: Readonly<Record<string, number>> }>(() => ({ steps: {} }));

/** `reset`: back to the size of the settings. */
export function zoom(terminalId: string, change: "in" | "out" | "reset"): void {
  useZooms.setState(({ steps }) => {
    const { [terminalId]: now = 0, ...rest } = steps;
    if (change === "reset") return { steps: rest };
    return { steps: { ...steps, [terminalId]: now + (change === "in" ? 1 : -1) } };
  });
}

export function useLook(terminalId: string): TerminalLook {
  const settings = useSettings();
  const theme = useDarkNow(settings.theme) ? "dark" : "light";
  const steps = useZooms((state) => state.steps[terminalId] ?? 0);
  const codeFont = useCodeFont();
  const palette = paletteFor(settings.terminalPalette, theme);
  const fontFamily = [settings.terminalFont, codeFont].filter(Boolean).join(", ");
  const fontSize = Math.min(Math.max(settings.terminalFontSize + steps, least), most);
  const { scrollback, terminalScreenReader } = settings;
  // The desktop knows of one; a browser does not tell.
  const screenReader = useDesktopState()?.screenReader || terminalScreenReader;
  return useMemo(
    () => ({ palette, fontFamily, fontSize, scrollback, screenReader }),
    [palette, fontFamily, fontSize, scrollback, screenReader],
  );
}

/** The clipboard is the person's, and no setting lends it to what is in a bottle. */
export function useBehaviour(inBottle: boolean): Behaviour {
  const { copyOnSelect, confirmMultilinePaste, osc52: wanted } = useSettings();
  const osc52 = wanted && !inBottle;
  return useMemo(() => ({ copyOnSelect, confirmMultilinePaste, osc52 }), [copyOnSelect, confirmMultilinePaste, osc52]);
}

/** xterm draws on a canvas, where a CSS variable means nothing. */
function useCodeFont(): string {
  return useMemo(() => getComputedStyle(document.documentElement).getPropertyValue("--font-code").trim(), []);
}
