/**
 * Questions that wait for a person. The first request to an unknown host is held for a while instead of being refused, so that one click lets it
 * pass; everything else about the same host joins it. Bounded: a flood of hosts is refused at once.
 */

export type Answer = "allowed" | "refused" | "timed-out";

/** Questions a person can be asked at the same time; nobody reads more. */
const mostQuestions = 8;
/** Requests that may wait, each of which holds a connection. */
const mostWaiting = 64;
/** Questions in an hour; beyond that an agent only wears a person out. */
const mostPerHour = 60;
const hourMs = 3_600_000;
/** Questions that are remembered as refused. */
const mostRefused = 1_000;

type Hold = { waiting: number; answer: Promise<Answer>; resolve: (answer: Answer) => void; timer: NodeJS.Timeout };

export class Holds {
  readonly #holds = new Map<string, Hold>();
  /** What was asked and not allowed is not asked again: a client that tries again would wait again. */
  readonly #refused = new Set<string>();
  /** When the last questions were asked, oldest first. */
  #askedAt: number[] = [];

  /** Whether a request about `key` may wait: not when it was asked before without success, or too many wait already. */
  admits(key: string): boolean {
    if (this.waiting >= mostWaiting) return false;
    if (this.#holds.has(key)) return true;
    this.#askedAt = this.#askedAt.filter((at) => at > Date.now() - hourMs);
    return !this.#refused.has(key) && this.#holds.size < mostQuestions && this.#askedAt.length < mostPerHour;
  }

  /** Requests that wait now. */
  get waiting(): number {
    let count = 0;
    for (const hold of this.#holds.values()) count += hold.waiting;
    return count;
  }

  isAsked(key: string): boolean {
    return this.#holds.has(key);
  }

  /** Asks; `answered` is called once, however many wait for it and whether they still do when it comes. */
  ask(key: string, ms: number, answered: (answer: Answer) => void): void {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#askedAt.push(Date.now());
    const timer = setTimeout(() => this.answer(key, "timed-out"), ms);
    this.#holds.set(key, { waiting: 0, answer: promise, resolve, timer });
    void promise.then(answered);
  }

  /** The answer about `key`, or null when `gone` comes first. */
  async wait(key: string, gone: AbortSignal): Promise<Answer | null> {
    const hold = this.#holds.get(key);
    if (hold === undefined || gone.aborted) return null;
    hold.waiting += 1;
    const { promise, resolve } = Promise.withResolvers<null>();
    const abort = () => resolve(null);
    gone.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([hold.answer, promise]);
    } finally {
      gone.removeEventListener("abort", abort);
      hold.waiting -= 1;
    }
  }

  /** False when nothing asks about it. */
  answer(key: string, answer: Answer): boolean {
    const hold = this.#holds.get(key);
    if (hold === undefined) return false;
    clearTimeout(hold.timer);
    this.#holds.delete(key);
    if (answer !== "allowed") this.#refuse(key);
    hold.resolve(answer);
    return true;
  }

  /** The rules changed: what they allow now may pass, and could be asked about anew if they stop doing so. */
  answerAllowed(allowed: (key: string) => boolean): void {
    for (const key of [...this.#holds.keys()]) if (allowed(key)) this.answer(key, "allowed");
    for (const key of [...this.#refused]) if (allowed(key)) this.#refused.delete(key);
  }

  close(): void {
    for (const key of [...this.#holds.keys()]) this.answer(key, "refused");
  }

  #refuse(key: string): void {
    if (this.#refused.size >= mostRefused) this.#refused.delete(this.#refused.values().next().value!);
    this.#refused.add(key);
  }
}
