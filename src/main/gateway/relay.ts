/** Passes bytes in both directions: with back-pressure, one end closing before the other, and an end to what is silent for too long. */
import type { Socket } from "node:net";
import { type Duplex, pipeline } from "node:stream";

export type RelayOptions = { idleMs: number };

/** What the bytes of each direction go through. */
export type Stages = { outward: readonly Duplex[]; inward: readonly Duplex[] };

const unread: Stages = { outward: [], inward: [] };

/** Resolves when both sides are closed. Never rejects: a connection that breaks is the end of it. */
export function relay(
  client: Socket,
  upstream: Socket,
  { idleMs }: RelayOptions,
  { outward, inward }: Stages = unread,
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
  for (const [one, other, stages] of [
    [client, upstream, outward],
    [upstream, client, inward],
  ] as const) {
    one.allowHalfOpen = true;
    one.setTimeout(0);
    one.on("error", end);
    const last = stages.at(-1);
    if (last === undefined) {
      one.once("close", closed(other));
      one.pipe(other);
    } else {
      // Its end is that of what it has still to say.
      const over = Promise.all([one, last].map((each) => new Promise((done) => each.once("close", done))));
      void over.then(closed(other));
      // Each socket is the end of one pipeline and the beginning of another, which both listen to it.
      for (const each of [one, other]) each.setMaxListeners(32);
      pipeline([one, ...stages, other], () => {});
    }
    if (one.destroyed) end();
  }
  return promise;
}
