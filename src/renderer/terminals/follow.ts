/** Whether a terminal shows its newest line, and how many came since somebody scrolled up to read. */
import type { IDisposable, Terminal } from "@xterm/xterm";

export type Following = { following: boolean; newLines: number };

/** `changed` is called at most once per frame of the screen. */
export function watchFollowing(terminal: Terminal, changed: (state: Following) => void): IDisposable {
  let told: Following = { following: true, newLines: 0 };
  let newLines = 0;
  let frame: number | null = null;

  const look = () => {
    frame = null;
    const { baseY, viewportY } = terminal.buffer.active;
    const following = viewportY >= baseY;
    if (following) newLines = 0;
    if (following === told.following && newLines === told.newLines) return;
    told = { following, newLines };
    changed(told);
  };
  const lookSoon = () => {
    frame ??= requestAnimationFrame(look);
  };
  const listening = [
    terminal.onLineFeed(() => {
      if (told.following) return;
      newLines++;
      lookSoon();
    }),
    terminal.onScroll(lookSoon),
    terminal.onResize(lookSoon),
    terminal.buffer.onBufferChange(lookSoon),
    // A person's own scrolling moves the viewport without a scroll event of the buffer.
    terminal.onRender(lookSoon),
  ];
  return {
    dispose() {
      if (frame !== null) cancelAnimationFrame(frame);
      for (const one of listening) one.dispose();
    },
  };
}
