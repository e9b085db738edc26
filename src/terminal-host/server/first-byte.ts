/** Two protocols on one socket: a frame begins with a length below 16 MiB, and so with a zero byte; a request of HTTP with a letter. */
import type { Socket } from "node:net";

/** A client says something at once; one that does not is gone or no client of ours, in ms. */
const firstByteWithinMs = 5_000;

/** Calls one of the two, with everything that has arrived still to be read. */
export function tellApart(socket: Socket, as: { http(): void; frames(): void }): void {
  const impatience = setTimeout(() => socket.destroy(), firstByteWithinMs);
  const failed = () => socket.destroy();
  socket.on("error", failed);
  socket.once("close", () => clearTimeout(impatience));
  socket.once("data", (chunk) => {
    clearTimeout(impatience);
    socket.pause();
    socket.off("error", failed);
    const first = chunk[0]!;
    const isLetter = first >= 0x41 && first <= 0x5a;
    socket.unshift(chunk);
    if (isLetter) as.http();
    else as.frames();
    socket.resume();
  });
}
