/**
 * `npm run release -- --channel stable --rollout 10 --key FILE --output FOLDER PACKAGE…`: copies the packages to the folder that is published
 * and writes the channel's feed there, signed. Again with a higher `--rollout` to go on with a roll-out. `--key new` makes a key pair.
 */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { version } from "#node/installation.ts";
import { channel as channelName, readFeed } from "../../src/main/updates/feed.ts";
import { releaseFeed, signingKey } from "./release-feed.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    channel: { type: "string", default: "stable" },
    rollout: { type: "string", default: "100" },
    notes: { type: "string", default: "" },
    key: { type: "string" },
    output: { type: "string", default: "dist/feed" },
  },
});
try {
  if (values.key === undefined) throw new Error("--key says with which Ed25519 key the feed is signed.");
  if (values.key === "new") makeKeys();
  else release(values.key);
} catch (problem) {
  console.error((problem as Error).message);
  process.exitCode = 1;
}

function release(keyFile: string): void {
  const key = signingKey(keyFile);
  const channel = channelName.parse(values.channel);
  const path = join(values.output, `${channel}.json`);
  const rollout = Number(values.rollout);
  if (!(rollout >= 0 && rollout <= 100)) throw new Error("--rollout is a percentage.");
  mkdirSync(values.output, { recursive: true });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const before = existsSync(path) ? readFeed(readFileSync(path, "utf8"), publicKey, channel).releases : [];
  for (const each of positionals) {
    const copy = join(values.output, basename(each));
    if (copy !== each) copyFileSync(each, copy);
  }
  const added = { version: version(), notes: values.notes, rollout, packages: positionals };
  writeFileSync(path, releaseFeed(channel, before, added, key));
  console.log(`${path}: ${added.version} for ${rollout} % of the installations`);
}

/** The private one is printed nowhere but to the file; the public one belongs into package.json. */
function makeKeys(): void {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const path = "cellar-update-key.pem";
  writeFileSync(path, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx" });
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  console.log(`${path} is the private key: keep it away from the sources.\n"updates": { "publicKey": "${raw}" }`);
}
