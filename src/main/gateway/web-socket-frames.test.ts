/** Frames are read however they are cut, and what nobody could read on after is told from them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { pieces } from "#test/pieces.ts";
import {
  type FramePart,
  FrameReader,
  FrameWriter,
  MalformedFrame,
  mostWhole,
  plainFrame,
} from "./web-socket-frames.ts";

const head = (first: number, second: number, ...more: number[]) => Buffer.of(first, second, ...more);
const read = (reader: FrameReader, parts: readonly Buffer[]): FramePart[] =>
  parts.flatMap((part) => [...reader.push(part)]);

/** Messages as their reader has them: what kind, what is in them. */
function messagesOf(parts: readonly FramePart[]): [opcode: number, content: string][] {
  const messages: [number, string][] = [];
  let kind = 0;
  let content = "";
  for (const { opcode, final, payload, begins, ends } of parts) {
    if (opcode >= 8) {
      messages.push([opcode, payload.toString("latin1")]);
      continue;
    }
    if (begins && opcode !== 0) kind = opcode;
    content += payload.toString("latin1");
    if (!ends || !final) continue;
    messages.push([kind, content]);
    content = "";
  }
  return messages;
}

test.each([true, false])(
  "messages are the same behind a writer, however they and their bytes were cut (masked: %s)",
  (masked) => {
    const message = fc.record({
      opcode: fc.constantFrom(1, 2),
      sizes: fc.array(fc.constantFrom(0, 1, 125, 126, 300, 70_000), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.array(fc.nat(4000), { maxLength: 60 }), (given, cuts) => {
        const written = new FrameWriter({ masked });
        const expected: [number, string][] = [];
        const frames: Buffer[] = [];
        const control = (opcode: number, payload: Buffer) =>
          frames.push(
            written.take({ opcode, final: true, length: payload.length, payload, begins: true, ends: true })!,
          );
        for (const [index, { opcode, sizes }] of given.entries()) {
          const fragments = sizes.map((size, at) => Buffer.alloc(size, index * 7 + at + 1));
          for (const [at, payload] of fragments.entries()) {
            const final = at === fragments.length - 1;
            // By hand, because the writer makes one of them.
            frames.push(framed(at === 0 ? opcode : 0, final, payload, masked));
            if (!final) control(9, Buffer.from(`ping ${index}`));
            if (!final) expected.push([9, `ping ${index}`]);
          }
          expected.push([opcode, Buffer.concat(fragments).toString("latin1")]);
        }
        const writer = new FrameWriter({ masked });
        const between = read(new FrameReader({ masked }), pieces(Buffer.concat(frames), cuts));
        const out = between.flatMap((part) => writer.take(part) ?? []);
        // Each is whole.
        for (const frame of out)
          expect(read(new FrameReader({ masked }), [frame]).at(-1)).toMatchObject({ ends: true });
        expect(messagesOf(read(new FrameReader({ masked }), pieces(Buffer.concat(out), cuts)))).toEqual(expected);
        // As plain frames they say the same.
        const plain = Buffer.concat(between.map(plainFrame));
        expect(messagesOf(read(new FrameReader({ masked: false }), [plain]))).toEqual(messagesOf(between));
      }),
      { numRuns: 60 },
    );
  },
);

test("a message that is too large to wait for its end goes in pieces", () => {
  const writer = new FrameWriter({ masked: false });
  const payload = Buffer.alloc(mostWhole * 2 + 20_000, "x");
  const frame = framed(1, true, payload, true);
  const out = read(new FrameReader({ masked: true }), pieces(frame, Array(70).fill(8_000))).flatMap(
    (part) => writer.take(part) ?? [],
  );
  expect(out.map((each) => each[0])).toEqual([0x01, 0x00, 0x80]);
  expect(messagesOf(read(new FrameReader({ masked: false }), out))).toEqual([[1, payload.toString()]]);
});

test.each<[what: string, bytes: Buffer, why: string]>([
  ["bits of an extension", head(0xc1, 0x80, 0, 0, 0, 0), "extension"],
  ["an unknown kind", head(0x83, 0x80, 0, 0, 0, 0), "unknown"],
  ["an unknown kind of control", head(0x8b, 0x80, 0, 0, 0, 0), "unknown"],
  ["no mask", head(0x81, 1, 0), "not masked"],
  ["a ping in parts", head(0x09, 0x80, 0, 0, 0, 0), "control"],
  ["a long ping", head(0x89, 0xfe, 0, 126, 0, 0, 0, 0), "control"],
  ["half a code", head(0x88, 0x81, 0, 0, 0, 0), "half"],
  ["a length that could be shorter", head(0x81, 0xfe, 0, 125, 0, 0, 0, 0), "length"],
  ["a long length that could be shorter", head(0x81, 0xff, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0), "length"],
  ["a length beyond everything", head(0x81, 0xff, 255, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0), "length"],
  ["a part of nothing", head(0x80, 0x80, 0, 0, 0, 0), "goes on with no message"],
  ["a message in a message", head(0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0), "begins in another"],
])("is none: %s", (_, bytes, why) => {
  const reader = new FrameReader({ masked: true });
  const good = framed(1, true, Buffer.from("good"), true);
  const given: FramePart[] = [];
  expect(() => {
    for (const part of reader.push(Buffer.concat([good, bytes]))) given.push(part);
  }).toThrow(MalformedFrame);
  expect(given[0]!.payload.toString()).toBe("good");
  const again = new FrameReader({ masked: true });
  expect(() => read(again, pieces(bytes, Array(bytes.length).fill(1)))).toThrow(why);
});

test("nobody but a program masks", () => {
  expect(() => read(new FrameReader({ masked: false }), [framed(1, true, Buffer.from("x"), true)])).toThrow(
    "it is masked",
  );
});

function framed(opcode: number, final: boolean, payload: Buffer, masked: boolean): Buffer {
  const { length } = payload;
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 0xff]
        : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
  size[0]! |= masked ? 0x80 : 0;
  const key = Buffer.of(1, 2, 3, 4);
  const body = masked ? Buffer.from(payload.map((byte, at) => byte ^ key[at & 3]!)) : payload;
  return Buffer.concat([Buffer.of((final ? 0x80 : 0) | opcode, ...size), ...(masked ? [key] : []), body]);
}
