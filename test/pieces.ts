/** The bytes in pieces of the given lengths, and what is left as the last one. */
export function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (const length of lengths) {
    parts.push(bytes.subarray(from, from + length));
    from += length;
  }
  return [...parts, bytes.subarray(from)];
}
