import fc from "fast-check";
import { expect, test } from "vitest";
import { Ring } from "./ring.ts";

const chunks = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 40 });

test("holds exactly the last bytes, whatever the chunks, and every piece of them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), chunks, fc.nat(), fc.nat(), (capacity, parts, a, b) => {
      const ring = new Ring(capacity);
      const all: number[] = [];
      for (const part of parts) {
        ring.append(part);
        all.push(...part);
        expect(ring.end).toBe(all.length);
        expect(ring.start).toBe(Math.max(0, all.length - capacity));
      }
      const from = a % (all.length + 2);
      const to = b % (all.length + 2);
      expect([...ring.slice(from, to)]).toEqual(all.slice(Math.max(from, ring.start), Math.max(to, 0)));
      expect(Buffer.concat(ring.views(ring.start, ring.end))).toEqual(ring.slice(ring.start, ring.end));
    }),
  );
});

test("grows from its small beginning without losing or moving a byte", () => {
  const ring = new Ring(1024 * 1024);
  const all = Buffer.alloc(1_500_000);
  for (let i = 0; i < all.length; i++) all[i] = (i * 7) ^ (i >> 8);
  for (let at = 0, size = 1; at < all.length; at += size, size = (size * 3) % 50_021) {
    ring.append(all.subarray(at, at + size));
    const { start, end } = ring;
    expect(ring.slice(start, end).equals(all.subarray(start, end))).toBe(true);
  }
  expect(ring.start).toBe(1_500_000 - 1024 * 1024);
});
