/** Where this installation stands in a staged roll-out: a number from 0 to 99.99, drawn once and kept, and told nobody. */
import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const stored = z.object({ bucket: z.number().min(0).lt(100) });

export function rolloutBucket(path: string): number {
  try {
    return stored.parse(JSON.parse(readFileSync(path, "utf8"))).bucket;
  } catch {
    const bucket = randomInt(10_000) / 100;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${JSON.stringify({ bucket })}\n`, { mode: 0o600 });
    return bucket;
  }
}
