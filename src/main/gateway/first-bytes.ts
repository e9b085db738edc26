/** Looks at the first bytes of a tunnel without taking them: TLS with its hello, HTTP, or something else. */
import type { Socket } from "node:net";
import { type ClientHello, mostBytesToRead, readClientHello } from "./client-hello.ts";

export type FirstBytes =
  | { type: "tls"; hello: ClientHello }
  | { type: "http" }
  | { type: "other" }
  | { type: "malformed"; why: string }
  /** The client closed, or said too little for too long. */
  | { type: "nothing" };

/** Longest method and a space, and the first letter of a path. */
const methodStart = /^[A-Z]{3,20} \S/;
const methodSoFar = /^[A-Z]{0,20} ?$/;

/** Waits at most `ms`. Whatever was read is there again for the next reader; the socket is paused. */
export function peek(socket: Socket, ms: number): Promise<FirstBytes> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => done({ type: "nothing" }), ms);
    const done = (found: FirstBytes) => {
      clearTimeout(timer);
      socket.off("data", take);
      socket.off("end", ended);
      socket.off("close", ended);
      socket.pause();
      if (length > 0 && !socket.destroyed) socket.unshift(Buffer.concat(chunks));
      resolve(found);
    };
    const ended = () => done({ type: "nothing" });
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      const found = classify(Buffer.concat(chunks));
      if (found !== null) done(found);
      else if (length > mostBytesToRead) done({ type: "malformed", why: "the hello is too long" });
    };
    socket.on("data", take);
    socket.once("end", ended);
    socket.once("close", ended);
    socket.resume();
  });
}

/** Null: it takes more to know. */
function classify(bytes: Uint8Array): FirstBytes | null {
  const reading = readClientHello(bytes);
  switch (reading.type) {
    case "incomplete":
      return null;
    case "hello":
      return { type: "tls", hello: reading.hello };
    case "malformed":
      return { type: "malformed", why: reading.why };
    default: {
      const text = Buffer.from(bytes.subarray(0, 24)).toString("latin1");
      if (methodStart.test(text)) return { type: "http" };
      return methodSoFar.test(text) ? null : { type: "other" };
    }
  }
}
