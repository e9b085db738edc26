/** Passes bytes unread in both directions: with back-pressure, one end closing before the other, and an end to what is silent for too long. */
import type { Socket } from "node:net";
import { pipeline, type Transform } from "node:stream";

export type RelayOptions = { idleMs: number };

/** Resolves when both sides are closed. Never rejects: a connection that breaks is the end of it. What comes in goes through `inward`. */
export function relay(
  client: Socket,
  upstream: Socket,
  { idleMs }: RelayOptions,
  inward: Transform | null = null,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const passed = () => client.bytesRead + client.bytesWritten + upstream.bytesRead + upstream.bytesWritten;
  let before = passed();
  // Looked at a few times per limit instead of a timer that every chunk would start again.
  const idle = setInterval(() => {
    const now = passed();
    if (now === before) end();
    before = now;
  }, idleMs).unref();
  let left = 2;
  const end = () => {
    client.destroy();
    upstream.destroy();
  };
  const closed = (other: Socket) => () => {
    // What this side said last still reaches the other, which has nobody to talk to after that.
    other.destroySoon();
    left -= 1;
    if (left > 0) return;
    clearInterval(idle);
    resolve();
  };
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.allowHalfOpen = true;
    one.setTimeout(0);
    one.on("error", end);
    if (one === upstream && inward !== null) {
      // Its end is that of what it has still to say.
      inward.once("close", closed(client));
      pipeline(upstream, inward, client, () => {});
    } else {
      one.once("close", closed(other));
      one.pipe(other);
    }
    if (one.destroyed) end();
  }
  return promise;
}
