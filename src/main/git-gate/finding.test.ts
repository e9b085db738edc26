/** What is found in bytes, however it is packed. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { Secret } from "#node/secret.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";
import { findingIn, scannerFor } from "./finding.ts";

const token = `ghp_${"a1B2".repeat(9)}`;
const vault = "correct/horse+battery";
const scanner = scannerFor([new Secret(vault)]);
const find = (bytes: Buffer | string, layerBytes = 10_000_000) =>
  findingIn(Buffer.from(bytes as string), scanner, layerBytes);
const folder = new TemporaryFolder("finding");
afterAll(() => folder[Symbol.dispose]());

const base64 = (text: string | Buffer) => Buffer.from(text as string).toString("base64");

describe("a credential", () => {
  test.each<[string, Buffer | string]>([
    ["as it is", `const token = "${token}";`],
    ["in base64", `data: ${base64(`x ${token}`)}`],
    ["in base64 with lines", base64(`${"padding ".repeat(20)}${token}`).replace(/.{60}/g, "$&\n")],
    ["in base64 of base64", base64(`x ${base64(token)} y`)],
    ["in the alphabet for addresses", `url?q=${Buffer.from(`>>>???${token}`).toString("base64url")}`],
    ["in the middle of a run", `abcde${base64(`${token} and more`)}`],
    ["in gzip", gzipSync(`x ${token}`)],
    ["in zlib", deflateSync(`x ${token}`)],
    ["in zstd", zstdCompressSync(Buffer.from(`x ${token}`))],
    ["in gzip in base64", base64(gzipSync(`x ${token}`))],
    ["in UTF-16", Buffer.from(`key=${token} and text around it`, "utf16le")],
  ])("is found %s", (_, bytes) => {
    expect(find(bytes)).toMatchObject({
      reason: "detected",
      canApprove: true,
      words: expect.stringContaining("a GitHub token"),
    });
  });

  test("of the vault is found in every encoding, outranks a shape, and no person can let it pass", () => {
    for (const text of [
      vault,
      base64(vault),
      Buffer.from(vault).toString("hex"),
      encodeURIComponent(vault),
      gzipSync(vault),
    ]) {
      expect(find(Buffer.concat([Buffer.from(text as string)]))).toMatchObject({ canApprove: false });
    }
    const both = find(`${token} ${vault}`);
    expect(both).toEqual({
      reason: "detected",
      words: "holds what looks like a value of the vault",
      canApprove: false,
    });
    expect(JSON.stringify(both)).not.toContain(vault);
  });

  test.skipIf(missing("python3"))(
    "is found in zip archives of every kind that can be looked into; the others are told",
    () => {
      const make = (name: string, how: string) => {
        execFileSync("python3", [
          "-c",
          `import zipfile,sys\nz=zipfile.ZipFile(sys.argv[1],"w",${how})\nz.writestr("a.txt","hello ${token}")\nz.close()`,
          folder.in(name),
        ]);
        return readFileSync(folder.in(name));
      };
      const deflated = make("a.zip", "zipfile.ZIP_DEFLATED");
      for (const bytes of [
        deflated,
        make("b.zip", "zipfile.ZIP_STORED"),
        Buffer.concat([Buffer.from("#!/bin/sh\n"), deflated]),
      ]) {
        expect(find(bytes)).toMatchObject({ reason: "detected" });
      }
      expect(find(make("c.zip", "zipfile.ZIP_LZMA"))).toMatchObject({ reason: "opaque", canApprove: true });
      const encrypted = Buffer.from(deflated);
      const entry = encrypted.lastIndexOf(Buffer.from("PK\x01\x02", "latin1"));
      encrypted.writeUInt16LE(1, entry + 8);
      expect(find(encrypted)).toMatchObject({
        reason: "opaque",
        words: expect.stringContaining("an encrypted zip archive"),
      });
      writeFileSync(folder.in("inner.zip"), deflated);
      expect(find(make("d.zip", "zipfile.ZIP_DEFLATED").subarray(0, 60))).toMatchObject({ reason: "opaque" });
    },
  );

  test("cannot hide behind an archive that is too large, unknown or damaged", () => {
    expect(find(gzipSync(Buffer.alloc(20_000_000)))).toMatchObject({
      reason: "opaque",
      words: expect.stringContaining("too large"),
    });
    expect(find(gzipSync("x".repeat(100)).subarray(0, 20))).toMatchObject({
      reason: "opaque",
      words: expect.stringContaining("damaged"),
    });
    expect(find(Buffer.from("fd377a585a000000", "hex"))).toMatchObject({
      words: expect.stringContaining("an xz archive"),
    });
    expect(find("BZh91AY&SYabc")).toMatchObject({ reason: "opaque" });
  });

  test("is not seen where there is none: sources, pictures, numbers, anything", () => {
    for (const name of ["server.ts", "layers.ts"]) {
      expect(find(readFileSync(join(import.meta.dirname, name)))).toBeNull();
    }
    expect(find(`x PK\x05\x06 ${"y".repeat(100)}`)).toBeNull();
    expect(find(readFileSync("package-lock.json"))).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const found = find(Buffer.from(bytes));
        return found === null || found.reason === "opaque";
      }),
    );
  });
});
