/** What is packed or encoded inside of bytes, so that a detector sees it: archives, compressed streams, base64, wide characters. Pure. */
import { gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

export type Layer = { bytes: Buffer; what: string };

/** Something that could hold anything and cannot be looked into. */
export class Opaque extends Error {}

/** Shorter runs of base64 hold no credential. */
const shortestRun = 20;

/** Bytes that may still be unpacked; shared by all that is in one object. */
export type Budget = { left: number };

/** One layer down. Throws {@link Opaque} for what cannot be unpacked, or not within the budget. */
export function layersOf(bytes: Buffer, budget: Budget): Layer[] {
  const packed = opened(bytes, budget);
  if (packed !== null) return packed;
  return [...wide(bytes), ...base64Runs(bytes)];
}

const closedShapes: [Buffer, string][] = [
  [Buffer.from("fd377a585a00", "hex"), "an xz archive"],
  [Buffer.from("377abcaf271c", "hex"), "a 7z archive"],
  [Buffer.from("526172211a07", "hex"), "a RAR archive"],
  [Buffer.from("04224d18", "hex"), "an LZ4 stream"],
];

function opened(bytes: Buffer, budget: Budget): Layer[] | null {
  const closed = closedShapes.find(([magic]) => bytes.subarray(0, magic.length).equals(magic));
  if (closed !== undefined) throw new Opaque(closed[1]);
  if (/^BZh[1-9]1AY&SY/.test(bytes.toString("latin1", 0, 10))) throw new Opaque("a bzip2 stream");
  if (bytes.length > 10 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) {
    return [{ what: "gzip", bytes: unpack(gunzipSync, bytes, budget, "a gzip stream") }];
  }
  if (bytes.length > 4 && bytes.readUInt32LE(0) === 0xfd2fb528) {
    return [{ what: "zstd", bytes: unpack(zstdDecompressSync, bytes, budget, "a zstd stream") }];
  }
  if (bytes.length > 6 && bytes[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(bytes[1]!)) {
    // Two bytes are little to know it by; text does not begin so, and what does not unpack was none.
    try {
      return [{ what: "zlib", bytes: unpack(inflateSync, bytes, budget, "a zlib stream") }];
    } catch {
      return null;
    }
  }
  return zipEntries(bytes, budget);
}

type Unpacker = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;

function unpack(unpacker: Unpacker, bytes: Buffer, budget: Budget, what: string): Buffer {
  if (budget.left <= 0) throw new Opaque(`${what} that is too large to be looked into`);
  try {
    const out = unpacker(bytes, { maxOutputLength: budget.left });
    budget.left -= out.length;
    return out;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Opaque(
      `${what} that ${code === "ERR_BUFFER_TOO_LARGE" ? "is too large to be looked into" : "is damaged"}`,
    );
  }
}

/** By the directory at its end, which is what programs unpack by; a zip may have anything in front. Null when it is none. */
function zipEntries(bytes: Buffer, budget: Budget): Layer[] | null {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const begins = bytes.subarray(0, 4).equals(Buffer.from("PK\x03\x04", "latin1"));
  if (end < 0 || end + 22 > bytes.length) {
    if (begins) throw new Opaque("a zip archive that is damaged");
    return null;
  }
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  // Something in front shifts all places by its own length.
  const shift = end - bytes.readUInt32LE(end + 12) - at;
  if (shift < 0 || count === 0xffff) {
    if (begins) throw new Opaque("a zip archive of a kind that is not looked into");
    return null;
  }
  at += shift;
  const layers: Layer[] = [];
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) {
      if (begins) throw new Opaque("a zip archive that is damaged");
      return null;
    }
    const flags = bytes.readUInt16LE(at + 8);
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const local = bytes.readUInt32LE(at + 42) + shift;
    layers.push({ what: "zip", bytes: bytes.subarray(at + 46, at + 46 + name + extra + comment) });
    if ((flags & 1) !== 0) throw new Opaque("an encrypted zip archive");
    layers.push({ what: "zip", bytes: zipEntry(bytes, { local, method, size }, budget) });
    at += 46 + name + extra + comment;
  }
  return layers;
}

function zipEntry(bytes: Buffer, entry: { local: number; method: number; size: number }, budget: Budget): Buffer {
  const { local, method, size } = entry;
  if (local + 30 > bytes.length) throw new Opaque("a zip archive that is damaged");
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const content = bytes.subarray(start, start + size);
  if (method === 0) {
    // Entries may lie over each other: ten megabytes can be a terabyte without being compressed.
    budget.left -= content.length;
    if (budget.left < 0) throw new Opaque("a zip archive that is too large to be looked into");
    return content;
  }
  if (method === 8) return unpack(inflateRawSync, content, budget, "a zip archive");
  throw new Opaque("a zip archive of a kind that is not looked into");
}

/** UTF-16, either way round: every other byte of what is plain text is nothing. */
function wide(bytes: Buffer): Layer[] {
  const sample = bytes.subarray(0, 4096);
  let zeros = 0;
  for (const byte of sample) if (byte === 0) zeros += 1;
  if (sample.length < 16 || zeros < sample.length / 4) return [];
  return [{ what: "UTF-16", bytes: Buffer.from(bytes.toString("latin1").replaceAll("\0", ""), "latin1") }];
}

/** Lines of base64 that follow each other are one; both alphabets. */
function base64Runs(bytes: Buffer): Layer[] {
  const text = bytes.toString("latin1");
  const layers: Layer[] = [];
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{20,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)*={0,2}/g)) {
    const joined = run.replace(/\s/g, "");
    if (joined.length < shortestRun) continue;
    // A run may begin in the middle of a group of four, when something of the alphabet stands before it.
    for (const from of [0, 1, 2, 3]) {
      const decoded = Buffer.from(joined.slice(from), "base64");
      if (from === 0 || looksLikeText(decoded)) layers.push({ what: "base64", bytes: decoded });
    }
  }
  return layers;
}

function looksLikeText(bytes: Buffer): boolean {
  let plain = 0;
  for (const byte of bytes.subarray(0, 256)) if (byte >= 0x20 && byte < 0x7f) plain += 1;
  return plain > Math.min(bytes.length, 256) * 0.7;
}
