/** Links in terminals: underlined while pointed at, opened only with Ctrl or Cmd, and only where a browser or mail program would open them. */
import type { ILinkHandler } from "@xterm/xterm";
import { isMac } from "../app/commands.ts";

/** The same list that main checks again. */
const schemes = new Set(["http:", "https:", "mailto:"]);

/** The link in its normal form, or null when it must not be opened. */
export function openable(uri: string): string | null {
  const url = URL.parse(uri);
  return url !== null && schemes.has(url.protocol) ? url.href : null;
}

export type LinkEvents = {
  open: (url: string) => void;
  /** What the pointer is over, to be said before it is opened: the text on screen may promise something else. */
  hover: (url: string | null) => void;
};

export function linkHandler({ open, hover }: LinkEvents): ILinkHandler {
  return {
    allowNonHttpProtocols: true,
    activate: (event, uri) => activate(event, uri, open),
    hover: (_event, uri) => hover(openable(uri)),
    leave: () => hover(null),
  };
}

export function activate(event: MouseEvent, uri: string, open: (url: string) => void): void {
  if (!(isMac ? event.metaKey : event.ctrlKey)) return;
  const url = openable(uri);
  if (url !== null) open(url);
}
