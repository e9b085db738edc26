import fc from "fast-check";
import { expect, test } from "vitest";
import { countLineFeeds } from "./line-feeds.ts";

test("counts as a plain loop does, wherever the bytes lie", () => {
  const byte = fc.oneof(fc.constantFrom(0x0a, 0x0b, 0x8a, 0x00, 0x09, 0xff), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 300 }), fc.nat({ max: 7 }), (bytes, from) => {
      const lying = Uint8Array.from(bytes).subarray(from);
      expect(countLineFeeds(lying)).toBe(lying.filter((value) => value === 0x0a).length);
    }),
  );
});
