/** The theme on the document: the person's choice, or the system's. Everything else follows from the colour roles. */
import { useEffect, useSyncExternalStore } from "react";
import type { Settings } from "#shared/contract/settings.ts";

const systemDark = () => window.matchMedia("(prefers-color-scheme: dark)");

export function useDarkNow(theme: Settings["theme"]): boolean {
  const system = useSyncExternalStore(
    (changed) => {
      const media = systemDark();
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => systemDark().matches,
  );
  return theme === "system" ? system : theme === "dark";
}

export function useTheme(theme: Settings["theme"]): void {
  useEffect(() => {
    if (theme === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", theme);
  }, [theme]);
}
