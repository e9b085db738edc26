/** What a push may cost the host. Whoever needs more pushes it themselves. */
export type GateLimits = {
  /** Bytes of one push on the wire. */
  packBytes: number;
  /** Bytes of one file, commit or tag. */
  objectBytes: number;
  /** Bytes of all that is new, unpacked. */
  totalBytes: number;
  objects: number;
  /** Bytes that archives and encodings are unpacked to, per object. */
  layerBytes: number;
  /** Bytes of memory to unpack it with: what a few bytes say can be as large as they like. */
  memoryBytes: number;
  /** Milliseconds that it may take to look through all of it. */
  scanMs: number;
};

const mebibyte = 1024 * 1024;

export const gateLimits: GateLimits = {
  packBytes: 256 * mebibyte,
  objectBytes: 100 * mebibyte,
  totalBytes: 1024 * mebibyte,
  objects: 200_000,
  layerBytes: 200 * mebibyte,
  memoryBytes: 4096 * mebibyte,
  scanMs: 300_000,
};
