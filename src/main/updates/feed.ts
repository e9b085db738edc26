/**
 * The feed of a channel, `<address>/<channel>.json`: `{"signed": "<JSON text>", "signature": "<base64>"}`. The Ed25519 signature is over the
 * bytes of that text, so that nothing has to be written in one agreed way before it can be checked, and whoever has the server, or the line to
 * it, can neither make up a release nor pass off one channel for another.
 */
import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import { Failure } from "#shared/failure.ts";
import { isNewer, isVersion } from "#shared/version.ts";

export const channel = z.enum(["stable", "beta"]);
export type Channel = z.infer<typeof channel>;

const releaseFile = z.object({
  /** Where it is, from the feed's own address. */
  url: z.string().min(1).max(2000),
  size: z.int().positive(),
  /** Base64. */
  sha512: z.string().length(88),
});
export type ReleaseFile = z.infer<typeof releaseFile>;

const release = z.object({
  version: z.string().max(100).refine(isVersion),
  notes: z.string().max(10_000).default(""),
  /** Of a hundred installations so many get it; the others wait until it is raised. */
  rollout: z.number().min(0).max(100).default(100),
  /** By kind of installation, `linux-x64-appimage`. */
  files: z.record(z.string().max(100), releaseFile),
});
export type Release = z.infer<typeof release>;

const feed = z.object({ channel, releases: z.array(release).max(1000) });
export type Feed = z.infer<typeof feed>;

const envelope = z.object({ signed: z.string(), signature: z.string() });

/** `publicKey`: the 32 bytes of an Ed25519 key in base64. Throws `refused` for what is not signed with it, or not for this channel. */
export function readFeed(text: string, publicKey: string, wanted: Channel): Feed {
  const { signed, signature } = parsed(text, envelope, "The update feed is not in the form that Cellar reads");
  if (!verify(null, Buffer.from(signed), ed25519(publicKey), Buffer.from(signature, "base64"))) {
    throw new Failure("refused", "The update feed is not signed by Cellar's makers", {
      hint: "Nothing was downloaded. If it stays like this, get Cellar anew from where you got it.",
    });
  }
  const content = parsed(signed, feed, "The update feed is signed, but Cellar does not understand it");
  if (content.channel !== wanted) {
    throw new Failure("refused", `The update feed of ${wanted} is that of ${content.channel}`);
  }
  return content;
}

/** The newest release that this installation may have: newer than what runs, made for it, and rolled out as far as its bucket. */
export function chooseRelease(
  { releases }: Feed,
  { running, kind, bucket }: { running: string; kind: string; bucket: number },
): { release: Release; file: ReleaseFile } | null {
  let chosen: Release | null = null;
  for (const each of releases) {
    const eligible = isNewer(each.version, running) && each.files[kind] !== undefined && bucket < each.rollout;
    if (eligible && (chosen === null || isNewer(each.version, chosen.version))) chosen = each;
  }
  return chosen && { release: chosen, file: chosen.files[kind]! };
}

function parsed<Output>(text: string, schema: z.ZodType<Output>, problem: string): Output {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Failure("failed", problem);
  }
}

/** What a key of 32 bytes is to OpenSSL. */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

function ed25519(publicKey: string) {
  return createPublicKey({
    key: Buffer.concat([spkiPrefix, Buffer.from(publicKey, "base64")]),
    format: "der",
    type: "spki",
  });
}
