/** Detectors on a stream: what is found does not depend on where it was cut, and nothing else changes. */

import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "#node/secret.ts";
import { BodyScan, Detected, type Looks, Scanner } from "./scanner.ts";
import { findTokens } from "./tokens.ts";

const secret = "correct/horse+battery";
const redacting: Looks = { tokens: "redact", secrets: "redact", uploads: "off", uploadBytes: 1e9, instructions: "off" };

async function through(detectors: Looks, pieces: Buffer[], ask = async (_: string) => false): Promise<string> {
  const out: Buffer[] = [];
  const sink = collecting(out);
  await pipeline(
    Readable.from(pieces),
    new BodyScan(new Scanner(detectors, [new Secret(secret)]), "The body", ask),
    sink,
  );
  return Buffer.concat(out).toString("latin1");
}
const collecting = (out: Buffer[]) =>
  new Writable({
    write(chunk, _, done) {
      out.push(chunk);
      done();
    },
  });
const cut = (bytes: Buffer, lengths: number[]) => {
  const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0));
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index]));
};

const samples = {
  "an AWS access key": "AKIAIOSFODNN7EXAMPLE",
  "a GitHub token": `ghp_${"x".repeat(36)}`,
  "a Slack token": `xoxb-${"1234567890".repeat(2)}`,
  "an Anthropic key": `sk-ant-${"api03-".repeat(6)}`,
  "a Google API key": `AIza${"x".repeat(35)}`,
  "a JSON web token": `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${"s".repeat(43)}`,
  "a private key": `-----BEGIN RSA PRIVATE KEY-----\n${"QUJD".repeat(100)}\n-----END RSA PRIVATE KEY-----`,
};

test.each(Object.entries(samples))("%s is known by its shape", (what, text) => {
  expect(findTokens(`key: ${text};`).map((found) => found.what)).toContain(what);
});

test.each(["AKIA", "the skeleton sk-", "ghp_short", "eyJhbGci", "a normal sentence about a private key", "AIzaShort"])(
  "%j is no credential",
  (text) => {
    expect(findTokens(text)).toEqual([]);
  },
);

test("a finding is found wherever the stream was cut", async () => {
  const hidden = [
    ...Object.values(samples),
    secret,
    Buffer.from(secret).toString("base64"),
    encodeURIComponent(secret),
  ];
  const part = fc.oneof(
    fc.constantFrom(...hidden),
    fc.constantFrom(" plain text ", "\n", "{}", "-----", "sk-", "ghp_", "correct/"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 6 }),
      fc.array(fc.nat(60), { maxLength: 30 }),
      async (parts, lengths) => {
        const bytes = Buffer.from(parts.join(" ; "), "latin1");
        const whole = await through(redacting, [bytes]);
        const pieces = await through(redacting, cut(bytes, lengths));
        expect(whole.length).toBe(bytes.length);
        for (const text of [whole, pieces]) for (const each of hidden) expect(text.includes(each)).toBe(false);
        // Nothing but what is found changes.
        for (const text of [whole, pieces]) {
          for (let at = 0; at < bytes.length; at++) if (text.charCodeAt(at) !== bytes[at]) expect(text[at]).toBe("*");
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("bytes without a finding pass as they are, also binary ones and a megabyte without a space", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), async (chunks) => {
      const pieces = chunks.map((chunk) => Buffer.from(chunk));
      expect(await through(redacting, pieces)).toBe(Buffer.concat(pieces).toString("latin1"));
    }),
  );
  const long = Buffer.alloc(1_000_000, "abcd0123");
  expect(await through(redacting, cut(long, Array(15).fill(65_536)))).toBe(long.toString("latin1"));
});

test("a block ends the stream before the first byte of what was found", async () => {
  const out: Buffer[] = [];
  const scan = new BodyScan(
    new Scanner({ ...redacting, secrets: "block" }, [new Secret(secret)]),
    "The body",
    async () => false,
  );
  const sink = collecting(out);
  const pieces = cut(Buffer.from(`start of it ${secret} end`), [15, 3]);
  await expect(pipeline(Readable.from(pieces), scan, sink)).rejects.toThrow(Detected);
  expect(Buffer.concat(out).toString()).not.toContain(secret.slice(0, 4));
});

test("one answer is for the whole body", async () => {
  const asked: string[] = [];
  const body = Buffer.from(`${samples["a GitHub token"]} and ${samples["a GitHub token"]} `);
  const out = await through({ ...redacting, tokens: "ask" }, cut(body, [50, 3]), async (what) => {
    asked.push(what);
    return true;
  });
  expect(out).toBe(body.toString());
  expect(asked).toEqual(["The body holds what looks like a GitHub token"]);
});
