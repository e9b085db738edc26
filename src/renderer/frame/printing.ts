/** Cellar prints nothing: a page of a terminal's colours is of use to nobody, and Ctrl-P is the shells' "previous line". Elsewhere its keys lead to the palette. */
import { matches } from "../app/commands.ts";
import { openPalette } from "../app/open.ts";

/** Behind everything else: a terminal that takes the keys for itself has them. */
export function refusePrinting(): () => void {
  // Electron would open the system's dialog for it.
  window.print = () => {};
  const pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || !matches("mod+p", event)) return;
    event.preventDefault();
    openPalette();
  };
  window.addEventListener("keydown", pressed);
  return () => window.removeEventListener("keydown", pressed);
}
