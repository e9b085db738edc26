/**
 * The broker asks upstreams for plain bytes, because a secret cannot be seen in compressed ones. An upstream that compresses nevertheless is
 * decoded here, and the client gets plain bytes; a coding that cannot be undone is refused rather than passed on unread.
 */

import type { Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

/** The stages that undo a `content-encoding`, first first; null when one of its codings is not known. */
export function decodersOf(contentEncoding: string | undefined): Transform[] | null {
  const codings = (contentEncoding ?? "")
    .split(",")
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length > 3) return null;
  const stages: Transform[] = [];
  for (const coding of codings.reverse()) {
    const make = decoders[coding];
    if (make === undefined) return null;
    stages.push(make());
  }
  return stages;
}

const decoders: Record<string, () => Transform> = {
  gzip: () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
  "x-gzip": () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createInflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress(),
};
