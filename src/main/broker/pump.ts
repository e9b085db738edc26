/**
 * Passes the body of an answer on as it comes, redacted, no faster than the client takes it. By hand rather than with stages of streams: each
 * request goes through here, and what a pipeline costs is more than all that is done to a usual answer.
 */
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { type Redacting, silenceMs } from "./redaction/stream.ts";

export type Pumping = {
  source: Readable;
  response: ServerResponse;
  redactor: Redacting;
  /** Bytes the source will give, when it has said so: then the end goes out with the last of them. */
  expected: number | null;
  /** Shown what was passed on, after it was. */
  onBytes: (bytes: Buffer) => void;
  /** Called once: with null when the client has been given everything. */
  onEnd: (error: Error | null) => void;
};

export function pump({ source, response, redactor, expected, onBytes, onEnd }: Pumping): void {
  let received = 0;
  let ended = false;
  let silence: NodeJS.Timeout | undefined;
  const end = (bytes: Buffer) => {
    ended = true;
    clearTimeout(silence);
    response.end(bytes);
    onBytes(bytes);
  };
  const write = (bytes: Buffer) => {
    if (bytes.length === 0) return;
    if (!response.write(bytes)) source.pause();
    onBytes(bytes);
  };
  source.on("data", (chunk: Buffer) => {
    clearTimeout(silence);
    received += chunk.length;
    if (received === expected) {
      end(Buffer.concat([redactor.push(chunk), redactor.end()]));
      return;
    }
    write(redactor.push(chunk));
    if (redactor.waits) silence = setTimeout(() => write(redactor.release()), silenceMs);
  });
  source.on("end", () => {
    if (!ended) end(redactor.end());
  });
  const cut = (error: Error) => {
    if (ended) return;
    ended = true;
    clearTimeout(silence);
    onEnd(error);
    // The client sees an end before the end.
    response.destroy();
  };
  source.on("error", cut);
  source.on("close", () => {
    if (!ended) cut(closed());
  });
  response.on("drain", () => source.resume());
  response.on("finish", () => onEnd(null));
}

function closed(): Error {
  return Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });
}
