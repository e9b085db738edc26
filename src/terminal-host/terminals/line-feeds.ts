/** Counts line feeds. In a flood this is the one loop over every byte that is ours, so it takes four of them at a time. */

const lineFeed = 0x0a;
const lineFeeds = 0x0a0a0a0a;
const low7 = 0x7f7f7f7f;
const high1 = 0x80808080;

export function countLineFeeds(bytes: Uint8Array): number {
  // Read once: asking a typed array for its length again and again doubles what a loop costs.
  const { length, byteOffset } = bytes;
  const whole = byteOffset % 4 === 0 ? length >> 2 : 0;
  let count = 0;
  if (whole > 0) {
    const words = new Uint32Array(bytes.buffer, byteOffset, whole);
    for (let i = 0; i < whole; i++) {
      // A byte of `other` is zero where a line feed is; of `found`, the highest bit is then set.
      const other = words[i]! ^ lineFeeds;
      const found = ~(((other & low7) + low7) | other) & high1;
      if (found !== 0) count += Math.imul(found >>> 7, 0x01010101) >>> 24;
    }
  }
  for (let i = whole * 4; i < length; i++) count += bytes[i] === lineFeed ? 1 : 0;
  return count;
}
