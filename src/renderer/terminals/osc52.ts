/** OSC 52: a program reads or writes the clipboard. Registered only while the person's setting allows it; without it xterm ignores the sequence. */
import type { IDisposable, Terminal } from "@xterm/xterm";
import type { Connection } from "../connection/index.ts";
import { clipboardText, copyText } from "./clipboard.ts";

/** As long as xterm's own limit would be pointless: a program has no business with more. */
const mostBytes = 1024 * 1024;

export function allowClipboard(terminal: Terminal, connection: Pick<Connection, "face" | "client">): IDisposable {
  return terminal.parser.registerOscHandler(52, async (data) => {
    const separator = data.indexOf(";");
    const payload = data.slice(separator + 1);
    if (separator < 0) return true;
    try {
      if (payload === "?") terminal.input(`\x1b]52;c;${encoded(await clipboardText(connection))}\x1b\\`, false);
      else if (payload.length <= mostBytes) await copyText(decoded(payload));
    } catch {
      // Not base64, or the browser refused: a program gets no answer, as from a terminal without a clipboard.
    }
    return true;
  });
}

function encoded(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0)));
}
