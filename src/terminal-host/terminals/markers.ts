/** Environment variables by which processes are known again. */

/** Every process of a terminal has it from its shell, also those that left their session and parents behind. */
export function terminalMarker(id: string): string {
  return `CELLAR_TERMINAL_ID=${id}`;
}

/**
 * A terminal host has this one. When a Cellar is started inside a Cellar's terminal (as its makers do), killing that terminal ends the
 * inner app, but not the inner terminal host: terminals survive their app, whatever ended it.
 */
export const nestedHostMarker = "CELLAR_IS_TERMINAL_HOST=1";
