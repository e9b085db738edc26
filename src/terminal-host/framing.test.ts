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
      const reader = new FrameReader(1000, (kind, payload) => got.push([kind, [...payload]]));
      for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
      expect(got).toEqual(sent.map(([kind, payload]) => [kind, [...payload]]));
    }),
  );
});

test("a length of zero or over the limit, and JSON that is no object, are refused", () => {
  const reader = () => new FrameReader(100, () => {});
  expect(() => reader().push(Buffer.from([0, 0, 0, 0]))).toThrow(FramingError);
  expect(() => reader().push(Buffer.from([0, 0, 0, 101, 1]))).toThrow(FramingError);
  for (const text of ["", "{", "[]", "null", "1"]) expect(() => parseJson(Buffer.from(text))).toThrow(FramingError);
});
