/** Redaction as a stream; bytes leave it in the same turn in which they came, unless they may be the beginning of a secret. */
import { Transform } from "node:stream";

/** What bytes go through: what may pass of them, now or later. */
export interface Redacting {
  push(chunk: Buffer): Buffer;
  /** What is left once nothing follows. */
  end(): Buffer;
  /** Bytes wait for what may never come: after a silence they have to go on. */
  readonly waits: boolean;
  release(): Buffer;
}

/**
 * Milliseconds after which bytes go on that wait only because something may follow. Whoever sent them may wait for an answer, and models do not pause
 * that long in the middle of a word.
 */
export const silenceMs = 1000;

/** `tap` is shown what was passed on, after it was. */
export function redacting(redactor: Redacting, tap: (bytes: Buffer) => void = () => {}): Transform {
  let silence: NodeJS.Timeout | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(silence);
      const bytes = redactor.push(chunk);
      if (bytes.length > 0) this.push(bytes);
      done();
      tap(bytes);
      if (!redactor.waits) return;
      silence = setTimeout(() => {
        const late = redactor.release();
        if (!this.writableEnded) this.push(late);
        tap(late);
      }, silenceMs);
    },
    flush(done) {
      clearTimeout(silence);
      const bytes = redactor.end();
      if (bytes.length > 0) this.push(bytes);
      done();
      tap(bytes);
    },
    destroy(error, done) {
      clearTimeout(silence);
      done(error);
    },
  });
}

export function redactText(redactor: Pick<Redacting, "push" | "end">, text: string): string {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([redactor.push(bytes), redactor.end()]).toString("latin1");
}
