/** Adds a release to the feed of a channel and signs it: what `src/main/updates/` reads. */
import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Channel, Feed, Release } from "../../src/main/updates/feed.ts";

/** What installs itself; deb and rpm are the package manager's. */
const kinds: readonly [pattern: RegExp, kind: string][] = [
  [/-x(?:86_)?64\.AppImage$/, "linux-x64-appimage"],
  [/-arm64\.AppImage$/, "linux-arm64-appimage"],
  [/-x64\.exe$/, "win32-x64-nsis"],
  [/-arm64\.exe$/, "win32-arm64-nsis"],
  [/-universal\.dmg$/, "darwin-universal-dmg"],
];

/** Old releases help nobody who asks for the newest. */
const keptReleases = 20;

export type NewRelease = {
  version: string;
  notes: string;
  /** Percent. */
  rollout: number;
  /** Packages that lie beside the feed under their own names; what is none of {@link kinds} is left out. */
  packages: readonly string[];
};

/** The text of the feed. `before`: the releases so far; one of the same version is replaced, which is how a roll-out goes on. */
export function releaseFeed(
  channel: Channel,
  before: readonly Release[],
  { version, notes, rollout, packages }: NewRelease,
  key: KeyObject,
): string {
  const files = Object.fromEntries(
    packages.flatMap((path) => {
      const kind = kinds.find(([pattern]) => pattern.test(path))?.[1];
      return kind === undefined ? [] : [[kind, described(path)]];
    }),
  );
  const others = before.filter((release) => release.version !== version);
  const releases = [{ version, notes, rollout, files }, ...others].slice(0, keptReleases);
  const signed = JSON.stringify({ channel, releases } satisfies Feed);
  return `${JSON.stringify({ signed, signature: sign(null, Buffer.from(signed), key).toString("base64") })}\n`;
}

/** A private key as PEM, in a file that only the maker of releases has. */
export function signingKey(path: string): KeyObject {
  const key = createPrivateKey(readFileSync(path));
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${path} is no Ed25519 key.`);
  return key;
}

function described(path: string) {
  const content = readFileSync(path);
  return {
    url: encodeURIComponent(basename(path)),
    size: content.length,
    sha512: createHash("sha512").update(content).digest("base64"),
  };
}
