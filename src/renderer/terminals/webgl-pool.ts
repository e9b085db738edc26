/**
 * Browsers give a page about sixteen WebGL contexts and take the oldest away without asking. Twelve terminals draw with WebGL, the least
 * recently shown one loses it, and a terminal without one is drawn with the DOM: slower, but the same picture.
 */

/** Below the browsers' own limit, with room for other canvases of the page. */
const mostContexts = 12;

export type ContextHolder = {
  /** Starts drawing with WebGL. False where there is none. */
  acquire: () => boolean;
  /** Goes back to drawing with the DOM. */
  release: () => void;
};

export class WebglPool {
  /** In the order they were last shown, the least recent first. */
  readonly #holders = new Set<ContextHolder>();
  readonly #most: number;

  constructor(most = mostContexts) {
    this.#most = most;
  }

  /** The holder is being shown now. */
  shown(holder: ContextHolder): void {
    if (this.#holders.delete(holder)) {
      this.#holders.add(holder);
      return;
    }
    if (this.#holders.size >= this.#most) {
      const [oldest] = this.#holders;
      if (oldest) this.#drop(oldest);
    }
    if (holder.acquire()) this.#holders.add(holder);
  }

  /** The browser took the context away, or the terminal is being closed. */
  lost(holder: ContextHolder): void {
    if (this.#holders.has(holder)) this.#drop(holder);
  }

  #drop(holder: ContextHolder): void {
    this.#holders.delete(holder);
    holder.release();
  }
}
