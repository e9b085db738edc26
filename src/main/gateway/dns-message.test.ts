/** DNS on the wire: what is asked, what is answered, and what nobody should have to read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dnsCodes, looksLikeTunnel, readQuery, writeAnswer } from "./dns-message.ts";

/** A query as any resolver library writes it. */
function query(name: string, type = 1, { flags = 0x0100, counts = [1, 0, 0, 0] } = {}): Buffer {
  const labels = name === "" ? [] : name.split(".");
  const question = Buffer.concat([
    ...labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label, "latin1")]),
    Buffer.of(0, type >> 8, type & 255, 0, 1),
  ]);
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x1234, 0);
  header.writeUInt16BE(flags, 2);
  for (const [index, count] of counts.entries()) header.writeUInt16BE(count, 4 + index * 2);
  return Buffer.concat([header, question]);
}

describe("a question", () => {
  test("is read with its name in one spelling", () => {
    expect(readQuery(query("API.Example.org", 28))).toMatchObject({
      type: "question",
      question: { id: 0x1234, name: "api.example.org", type: 28, class: 1, recursionDesired: true },
    });
    expect(readQuery(query("a\0b.example"))).toMatchObject({ question: { name: "a?b.example" } });
  });

  test.each<[string, Buffer, number | null]>([
    ["no header", Buffer.alloc(11), null],
    ["an answer", query("a.example", 1, { flags: 0x8180 }), null],
    ["another operation", query("a.example", 1, { flags: 0x2800 }), dnsCodes.notImplemented],
    ["two questions", query("a.example", 1, { counts: [2, 0, 0, 0] }), dnsCodes.malformed],
    ["an answer in it", query("a.example", 1, { counts: [1, 1, 0, 0] }), dnsCodes.malformed],
    ["a cut end", query("a.example").subarray(0, -1), dnsCodes.malformed],
    ["a pointer", Buffer.concat([query("").subarray(0, 12), Buffer.from("c00c00010001", "hex")]), dnsCodes.malformed],
    ["a name that is too long", query(Array(5).fill("a".repeat(60)).join(".")), dnsCodes.malformed],
  ])("is refused with %s", (_, bytes, code) => {
    const reading = readQuery(bytes);
    expect(reading.type).toBe("unreadable");
    expect(reading).toMatchObject(code === null ? { id: null } : { code });
  });

  test("is never more than there is, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, likely) => {
        const given = likely ? Buffer.concat([query("").subarray(0, 12), bytes]) : bytes;
        const reading = readQuery(given);
        if (reading.type !== "question") return;
        expect(reading.question.name).toMatch(/^[a-z0-9_?-]*(\.[a-z0-9_?-]+)*$/);
        expect(reading.question.bytes.length).toBeLessThanOrEqual(given.length - 12);
        expect(readQuery(writeAnswer(reading.question, { code: 0, addresses: [], ttlSeconds: 1 }))).toMatchObject({
          id: null,
        });
      }),
      { numRuns: 2000 },
    );
  });
});

test("an answer repeats the question as it was asked and holds the addresses", () => {
  const reading = readQuery(query("Api.Example", 1));
  if (reading.type !== "question") throw new Error("unread");
  const answer = Buffer.from(
    writeAnswer(reading.question, { code: 0, addresses: [Uint8Array.of(192, 0, 2, 7)], ttlSeconds: 30 }),
  );
  expect(answer.toString("hex")).toBe(
    `1234 8180 0001 0001 0000 0000 03417069074578616d706c6500 0001 0001 c00c 0001 0001 0000001e 0004 c0000207`.replaceAll(
      " ",
      "",
    ),
  );
});

test.each([
  ["api.github.com", false],
  ["d111111abcdef8.cloudfront.net", false],
  ["bucket-of-some-team.s3.eu-central-1.amazonaws.com", false],
  ["internationalization-and-localization.example.org", false],
  ["mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dz.t.example", true],
  ["4a6f686e446f6557617348657265546f646179.t.example", true],
  [`${"abcdefghij.".repeat(9)}t.example`, true],
  [`${"a".repeat(60)}.t.example`, true],
])("%s looks like a tunnel: %s", (name, expected) => {
  expect(looksLikeTunnel(name)).toBe(expected);
});
