import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, FramingError, frame, parseJson } from "./framing.ts";

test("frames arrive whole, in order, however the bytes are cut", () => {
  const frames = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 })), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 64 }), (sent, step) => {
      const bytes = Buffer.concat(sent.map(([kind, payload]) => frame(kind, payload)));
      const got: [number, number[]][] = [];
      const own: [number, Buffer][] = [];
      const readers = [
        new FrameReader(1000, (kind, payload) => got.push([kind, [...payload]])),
        new FrameReader(1000, (kind, payload) => own.push([kind, payload]), "own"),
      ];
      const chunk = Buffer.alloc(step);
      for (let at = 0; at < bytes.length; at += step) {
        const length = bytes.copy(chunk, 0, at, at + step);
        for (const reader of readers) reader.push(chunk.subarray(0, length));
      }
      // What is a frame's own is still there when its chunk is long overwritten.
      chunk.fill(0);
      const wanted = sent.map(([kind, payload]) => [kind, [...payload]]);
      expect(got).toEqual(wanted);
      expect(own.map(([kind, payload]) => [kind, [...payload]])).toEqual(wanted);
    }),
  );
});

test("a length of zero or over the limit, and JSON that is no object, are refused", () => {
  const reader = () => new FrameReader(100, () => {});
  expect(() => reader().push(Buffer.from([0, 0, 0, 0]))).toThrow(FramingError);
  expect(() => reader().push(Buffer.from([0, 0, 0, 101, 1]))).toThrow(FramingError);
  for (const text of ["", "{", "[]", "null", "1"]) expect(() => parseJson(Buffer.from(text))).toThrow(FramingError);
});
