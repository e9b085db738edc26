/** UTF-8 at the edge of a chunk. */

/** How many bytes at the end are the beginning of a character whose rest is still to come (0 to 3). */
export function unfinishedUtf8Bytes(tail: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, tail.length); back++) {
    const byte = tail[tail.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
