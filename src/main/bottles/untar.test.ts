/** Tar streams: those of a real tar, and those that nobody's tar makes. */
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";
import { Untar } from "./untar.ts";

let folder: TemporaryFolder;
let to: string;
beforeEach(() => {
  folder = new TemporaryFolder("untar");
  to = folder.in("to");
  mkdirSync(to);
});
afterEach(() => folder[Symbol.dispose]());

function entry(name: string, type: string, more: { link?: string; content?: string; mode?: number } = {}): Buffer {
  const { link = "", content = "", mode = 0o644 } = more;
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(mode.toString(8).padStart(7, "0"), 100);
  block.write(Buffer.byteLength(content).toString(8).padStart(11, "0"), 124);
  block.write("        ", 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write("ustar\x0000", 257);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0`,
    148,
  );
  return Buffer.concat([block, Buffer.from(content), Buffer.alloc((512 - (Buffer.byteLength(content) % 512)) % 512)]);
}

/** In pieces of `step` bytes. */
function unpack(stream: Buffer, step = stream.length, most = 1e9): string[] {
  const untar = new Untar(to, most);
  try {
    for (let at = 0; at < stream.length; at += step) untar.push(stream.subarray(at, at + step));
    untar.finish();
    return untar.leftOut;
  } finally {
    untar.close();
  }
}
const end = Buffer.alloc(1024);

test.skipIf(missing("tar")).each([1, 7, 511, 512, 10_000])(
  "a real archive comes out as it was, in pieces of %i bytes",
  (step) => {
    const from = folder.in("from");
    mkdirSync(join(from, "deep/er"), { recursive: true });
    const long = "n".repeat(180);
    writeFileSync(join(from, "deep", long), "long name");
    writeFileSync(join(from, "deep/er/größe ü.txt"), "x".repeat(3000));
    writeFileSync(join(from, "run"), "#!/bin/sh\n", { mode: 0o755 });
    symlinkSync("deep/er", join(from, "link"));
    for (const format of ["gnu", "pax"]) {
      const stream = execFileSync("tar", [`--format=${format}`, "-cf", "-", "-C", folder.path, "from"]);
      to = folder.in(`to-${format}`);
      mkdirSync(to);
      expect(unpack(stream, step)).toEqual([]);
      expect(execFileSync("diff", ["-r", from, join(to, "from")]).toString()).toBe("");
      expect(readlinkSync(join(to, "from/link"))).toBe("deep/er");
      expect(lstatSync(join(to, "from/run")).mode & 0o777).toBe(0o755);
      expect(lstatSync(join(to, "from/deep", long)).isFile()).toBe(true);
    }
  },
);

describe("an archive that somebody made on purpose", () => {
  test.each(["../out", "/tmp/cellar-out", "a/../../out", "a/b/../../../out"])("cannot name %s", (name) => {
    expect(() => unpack(Buffer.concat([entry(name, "0", { content: "x" }), end]))).toThrow("leads elsewhere");
    expect(existsSync(folder.in("out"))).toBe(false);
  });

  test("cannot write through a link it brings", () => {
    const stream = [entry("link", "2", { link: ".." }), entry("link/out", "0", { content: "x" }), end];
    expect(unpack(Buffer.concat(stream))).toEqual(["link"]);
    expect(existsSync(folder.in("out"))).toBe(false);
    expect(lstatSync(join(to, "link")).isDirectory()).toBe(true);
  });

  test("cannot write a file twice", () => {
    const stream = [entry("file", "0", { content: "1" }), entry("file", "0", { content: "2" }), end];
    expect(() => unpack(Buffer.concat(stream))).toThrow("EEXIST");
    expect(readFileSync(join(to, "file"), "utf8")).toBe("1");
  });

  test("keeps links that stay inside, and copies what has two names, and leaves out what leads out, devices and pipes", () => {
    const stream = [
      entry("a/", "5"),
      entry("a/file", "0", { content: "x", mode: 0o6777 }),
      entry("a/near", "2", { link: "file" }),
      entry("a/up", "2", { link: "../a/file" }),
      entry("a/out", "2", { link: "../../x" }),
      entry("a/root", "2", { link: "/etc/passwd" }),
      entry("hard", "1", { link: "/etc/passwd" }),
      entry("harder", "1", { link: "../of-the-host" }),
      entry("again/file", "1", { link: "./a/file" }),
      entry("device", "3"),
      entry("pipe", "6"),
      end,
    ];
    writeFileSync(folder.in("of-the-host"), "secret");
    expect(unpack(Buffer.concat(stream)).sort()).toEqual(["a/out", "a/root", "device", "hard", "harder", "pipe"]);
    expect(lstatSync(join(to, "a/file")).mode & 0o7777).toBe(0o755);
    expect(readlinkSync(join(to, "a/up"))).toBe("../a/file");
    expect(readFileSync(join(to, "again/file"), "utf8")).toBe("x");
    expect(lstatSync(join(to, "again/file")).nlink).toBe(1);
  });

  test("has a size, a sum and an end", () => {
    expect(() => unpack(Buffer.concat([entry("big", "0", { content: "x".repeat(100) }), end]), 512, 99)).toThrow(
      "more than",
    );
    const broken = entry("file", "0", { content: "x" });
    broken[0] = 1;
    expect(() => unpack(Buffer.concat([broken, end]))).toThrow("checksum");
    expect(() => unpack(entry("file", "0", { content: "x".repeat(1000) }).subarray(0, 700))).toThrow("cut off");
  });
});
