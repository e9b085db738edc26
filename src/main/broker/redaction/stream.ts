/** The redactor as a stream; bytes leave it in the same turn in which they came. */
import { Transform } from "node:stream";
import type { Redactor } from "./redactor.ts";

/** `tap` is shown what was passed on, after it was. */
export function redacting(redactor: Redactor, tap: (bytes: Buffer) => void = () => {}): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const bytes = redactor.push(chunk);
      if (bytes.length > 0) this.push(bytes);
      done();
      tap(bytes);
    },
    flush(done) {
      const bytes = redactor.end();
      if (bytes.length > 0) this.push(bytes);
      done();
      tap(bytes);
    },
  });
}

export function redactText(redactor: Redactor, text: string): string {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([redactor.push(bytes), redactor.end()]).toString("latin1");
}
