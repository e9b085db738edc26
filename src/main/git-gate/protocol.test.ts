/** git's framing and the head of a push, as a hostile client may send them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BatchReader, MissingObject } from "./batch-reader.ts";
import { readPushHead } from "./commands.ts";
import { flush, LineReader, line, NotProtocol } from "./pkt-line.ts";
import { readRefName } from "./ref-name.ts";

const id = (digit: string) => digit.repeat(40);

async function* cut(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const length of lengths) {
    yield bytes.subarray(at, at + length);
    at += length;
  }
  yield bytes.subarray(at);
}
const readHead = (bytes: Buffer, lengths: number[] = []) => {
  const reader = new LineReader(cut(bytes, lengths));
  return readPushHead(reader, readRefName).then(async (head) => {
    const rest: Buffer[] = [];
    for await (const chunk of reader.rest()) rest.push(chunk);
    return { head, rest: Buffer.concat(rest).toString() };
  });
};

describe("the head of a push", () => {
  const whole = Buffer.concat([
    line(`${id("0")} ${id("a")} refs/heads/agent/x\0 report-status side-band-64k`),
    line(`shallow ${id("c")}\n`),
    line(`${id("a")} ${id("0")} refs/heads/agent/y\n`),
    flush,
    Buffer.from("PACK…"),
  ]);

  test("is read the same however it is cut, and what follows is left", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 20 }), async (lengths) => {
        const { head, rest } = await readHead(whole, lengths);
        expect(rest).toBe("PACK…");
        expect([...head!.capabilities]).toEqual(["report-status", "side-band-64k"]);
        expect(head!.commands).toEqual([
          { ref: "refs/heads/agent/x", said: "refs/heads/agent/x", old: null, new: id("a") },
          { ref: "refs/heads/agent/y", said: "refs/heads/agent/y", old: id("a"), new: null },
        ]);
      }),
    );
  });

  test("that is only a question whether one may push is none", async () => {
    expect((await readHead(flush)).head).toBeNull();
    expect((await readHead(Buffer.alloc(0))).head).toBeNull();
  });

  test.each<[string, Buffer]>([
    ["no length", Buffer.from("zzzz")],
    ["a length below its own", Buffer.from("0003")],
    ["a length that is not there", Buffer.from("0100abc")],
    ["no end", line(`${id("0")} ${id("a")} refs/heads/x`)],
    ["a certificate", Buffer.concat([line("push-cert\0 x"), flush])],
    ["short ids", Buffer.concat([line("0 1 refs/heads/x"), flush])],
    ["ids of two kinds", Buffer.concat([line(`${id("a")} ${"b".repeat(64)} refs/heads/x`), flush])],
    ["no name", Buffer.concat([line(`${id("0")} ${id("a")}`), flush])],
    [
      "capabilities twice",
      Buffer.concat([
        line(`${id("0")} ${id("a")} refs/heads/x\0a`),
        line(`${id("0")} ${id("a")} refs/heads/y\0b`),
        flush,
      ]),
    ],
    [
      "too many refs",
      Buffer.concat([...Array.from({ length: 101 }, (_, n) => line(`${id("0")} ${id("a")} refs/heads/a${n}`)), flush]),
    ],
  ])("with %s is not git's", async (_, bytes) => {
    await expect(readHead(bytes)).rejects.toThrow(NotProtocol);
  });

  test("has what is no name in a form that can be shown", async () => {
    const { head } = await readHead(
      Buffer.concat([line(Buffer.from(`${id("0")} ${id("a")} refs/heads/\x1b[31m\xff`, "latin1")), flush]),
    );
    expect(head?.commands).toMatchObject([{ ref: null, said: "refs/heads/?[31m\ufffd" }]);
  });

  test("never breaks on anything else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await readHead(Buffer.from(bytes)).catch((error) => expect(error).toBeInstanceOf(NotProtocol));
      }),
    );
  });
});

describe("the output of cat-file", () => {
  test("is cut into objects however it comes", () => {
    const contents = ["", "a\n", "\n\n", "blob 3\nxyz", "\0\xff"];
    const bytes = Buffer.concat(
      contents.map((text, n) => Buffer.from(`${n} blob ${text.length}\n${text}\n`, "latin1")),
    );
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 30 }), (lengths) => {
        const seen: string[] = [];
        const reader = new BatchReader((_id, _type, content) => void seen.push(content.toString("latin1")));
        let at = 0;
        for (const length of lengths) {
          reader.push(bytes.subarray(at, at + length));
          at += length;
        }
        reader.push(bytes.subarray(at));
        expect(seen).toEqual(contents);
        expect(reader.seen).toBe(contents.length);
      }),
    );
  });

  test("with an object that is missing is told", () => {
    const reader = new BatchReader(() => {});
    expect(() => reader.push(Buffer.from(`${id("a")} missing\n`))).toThrow(MissingObject);
  });
});
