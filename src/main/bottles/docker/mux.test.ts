/** Many connections over one stream: nothing lost, nothing mixed, and nobody held up by another's slowness. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import { Mux, windowBytes } from "./mux.ts";

/** Two sides with a stream between them that cuts the bytes anywhere; `sent` counts what went from the left. */
function pair(opened: (connection: Duplex, port: number) => void) {
  let sent = 0;
  const later = (take: () => Mux) => (bytes: Buffer) => {
    const cut = Math.floor(Math.random() * bytes.length);
    setImmediate(() => {
      if (cut > 0) take().receive(bytes.subarray(0, cut));
      take().receive(bytes.subarray(cut));
    });
  };
  const left: Mux = new Mux(
    (bytes) => {
      sent += bytes.length;
      later(() => right)(bytes);
    },
    () => {},
  );
  const right: Mux = new Mux(
    later(() => left),
    opened,
  );
  return { left, right, sent: () => sent };
}

async function everything(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe("connections over one stream", () => {
  test("bytes arrive once, in order, on their own connection, in both directions and after the end of one", async () => {
    const { left } = pair((connection, port) => {
      void everything(connection).then((bytes) => {
        connection.end(`${port} ${createHash("sha256").update(bytes).digest("hex")}`);
      });
    });
    const answers = [1, 2, 3].map(async (port) => {
      const bytes = randomBytes(3 * windowBytes + port);
      const connection = left.open(port);
      connection.end(bytes);
      const answer = (await everything(connection)).toString();
      expect(answer).toBe(`${port} ${createHash("sha256").update(bytes).digest("hex")}`);
    });
    await Promise.all(answers);
  });

  test("one that is not read is held up, and others are not", async () => {
    const stuck: Duplex[] = [];
    const { left, sent } = pair((connection, port) => {
      if (port === 1) stuck.push(connection);
      else connection.pipe(connection);
    });
    left.open(1).write(Buffer.alloc(8 * windowBytes));
    const other = left.open(2);
    other.end("through");
    expect((await everything(other)).toString()).toBe("through");
    expect(sent()).toBeLessThan(2 * windowBytes);
    const read = everything(stuck[0]!);
    stuck[0]!.destroy();
    await read.catch(() => {});
  });

  test("one that is dropped is dropped on the other side, and all are when the stream is gone", async () => {
    const found: Duplex[] = [];
    const { left, right } = pair((connection) => {
      found.push(connection);
      connection.on("error", () => {}).resume();
    });
    const one = left.open(1);
    const two = left.open(2);
    await expect.poll(() => found.length).toBe(2);
    const closed = once(found[0]!, "close");
    one.destroy();
    await closed;
    const ends = [once(two, "close"), once(found[1]!, "close")];
    left.close();
    right.close();
    await Promise.all(ends);
  });

  test("what is no frame is refused", () => {
    const { left } = pair(() => {});
    expect(() => left.receive(Buffer.alloc(9, 0xff))).toThrow("not a frame");
  });
});
