/** How a terminal looks: settings, theme, and the zoom of this one. */
import { useMemo, useSyncExternalStore } from "react";
import { create } from "zustand";
import { paletteFor } from "#shared/settings/palettes.ts";
import { useSettings } from "../live/index.ts";
import type { Behaviour } from "./session.ts";
import type { TerminalLook } from "./xterm-options.ts";

const least = 8;
const most = 32;
/** What the settings say before main has told them. */
const usualFontSize = 13;

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
  const theme = useTheme();
  const steps = useZooms((state) => state.steps[terminalId] ?? 0);
  const codeFont = useCodeFont();
  const palette = paletteFor(settings?.terminalPalette ?? "auto", theme);
  const fontFamily = [settings?.terminalFont, codeFont].filter(Boolean).join(", ");
  const fontSize = Math.min(Math.max((settings?.terminalFontSize ?? usualFontSize) + steps, least), most);
  const scrollback = settings?.scrollback ?? 10_000;
  const screenReader = settings?.terminalScreenReader ?? false;
  return useMemo(
    () => ({ palette, fontFamily, fontSize, scrollback, screenReader }),
    [palette, fontFamily, fontSize, scrollback, screenReader],
  );
}

export function useBehaviour(): Behaviour {
  const settings = useSettings();
  const { copyOnSelect = false, confirmMultilinePaste = true, osc52 = false } = settings ?? {};
  return useMemo(() => ({ copyOnSelect, confirmMultilinePaste, osc52 }), [copyOnSelect, confirmMultilinePaste, osc52]);
}

/** The theme that is shown: the person's choice on the root element, else the system's. */
export function useTheme(): "dark" | "light" {
  return useSyncExternalStore(onThemeChange, shownTheme);
}

const systemDark = "(prefers-color-scheme: dark)";

function shownTheme(): "dark" | "light" {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "dark" || chosen === "light") return chosen;
  return window.matchMedia(systemDark).matches ? "dark" : "light";
}

function onThemeChange(changed: () => void): () => void {
  const media = window.matchMedia(systemDark);
  media.addEventListener("change", changed);
  const root = new MutationObserver(changed);
  root.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    media.removeEventListener("change", changed);
    root.disconnect();
  };
}

/** xterm draws on a canvas, where a CSS variable means nothing. */
function useCodeFont(): string {
  return useMemo(() => getComputedStyle(document.documentElement).getPropertyValue("--font-code").trim(), []);
}
