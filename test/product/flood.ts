/** Writes so many bytes as fast as they are taken, and ends. */
import type { Writable } from "node:stream";

export function flood(to: Writable, chunk: Buffer, bytes: number): void {
  let left = bytes;
  const fill = () => {
    while (left > 0) {
      left -= chunk.length;
      if (!to.write(chunk)) return;
    }
    to.end();
  };
  to.on("drain", fill);
  fill();
}
