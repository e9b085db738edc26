/**
 * Unpacks a tar stream that an agent may have made. Only files, folders and links come out; nothing is written outside the given new folder,
 * because no link exists in it until everything else is written. Links that lead out of it are left out.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { Failure } from "#shared/failure.ts";

const blockBytes = 512;
/** A longer name or pax header is no name any more. */
const longestHeader = 64 * 1024;

type Header = { name: string; size: number; mode: number; type: string; link: string };
/** What of the stream comes next: a header, the content of something, or the rest of its last block. */
type Mode =
  | { is: "header" }
  | { is: "file"; file: number | null; left: number; padding: number }
  | { is: "extension"; type: string; chunks: Buffer[]; left: number; padding: number };

export class Untar {
  /** What was not unpacked, by name. */
  readonly leftOut: string[] = [];
  readonly #folder: string;
  readonly #most: number;
  #pending: Buffer = Buffer.alloc(0);
  #mode: Mode = { is: "header" };
  #extended: { path?: string; linkpath?: string; size?: string } = {};
  #links: { path: string; target: string }[] = [];
  #written = 0;
  #ended = false;

  /** `folder` is new and ours alone; more than `mostBytes` of content are refused. */
  constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#most = mostBytes;
  }

  /** Throws a Failure: `refused` for a name that leads elsewhere, `too_large`, `failed` for what is no tar. */
  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (!this.#ended && this.#step());
  }

  /** Makes the links. Throws `failed` when the stream was cut off. */
  finish(): void {
    if (this.#mode.is !== "header" || (!this.#ended && this.#pending.length > 0)) throw broken("it was cut off");
    for (const { path, target } of this.#links) {
      const to = normalize(join(dirname(path), target));
      if (isAbsolute(target) || to === ".." || to.startsWith("../")) this.leftOut.push(path);
      else symlinkSync(target, join(this.#folder, path));
    }
  }

  /** After a failure: closes what is open. */
  close(): void {
    if (this.#mode.is === "file" && this.#mode.file !== null) closeSync(this.#mode.file);
    this.#mode = { is: "header" };
  }

  /** Takes one thing from the pending bytes; false when there are too few. */
  #step(): boolean {
    const mode = this.#mode;
    if (mode.is === "header") {
      if (this.#pending.length < blockBytes) return false;
      this.#header(this.#take(blockBytes));
      return true;
    }
    if (mode.left > 0) {
      const part = this.#take(Math.min(mode.left, this.#pending.length));
      if (part.length === 0) return false;
      mode.left -= part.length;
      if (mode.is === "extension") mode.chunks.push(Buffer.from(part));
      else if (mode.file !== null) writeAll(mode.file, part);
      return true;
    }
    if (this.#pending.length < mode.padding) return false;
    this.#take(mode.padding);
    if (mode.is === "extension") this.#extend(mode.type, Buffer.concat(mode.chunks));
    else if (mode.file !== null) closeSync(mode.file);
    this.#mode = { is: "header" };
    return true;
  }

  #take(length: number): Buffer {
    const taken = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return taken;
  }

  #header(block: Buffer): void {
    if (block.every((byte) => byte === 0)) {
      this.#ended = true;
      return;
    }
    const header = parseHeader(block);
    const padding = (blockBytes - (header.size % blockBytes)) % blockBytes;
    if ("xgLK".includes(header.type)) {
      if (header.size > longestHeader) throw broken("a name is too long");
      this.#mode = { is: "extension", type: header.type, chunks: [], left: header.size, padding };
      return;
    }
    const { path = header.name, linkpath = header.link, size } = this.#extended;
    this.#extended = {};
    const bytes = size === undefined ? header.size : Number(size);
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw broken("a size is no size");
    this.#entry({ ...header, name: safeName(path), link: linkpath, size: bytes });
  }

  #entry({ name, type, mode, size, link }: Header): void {
    const path = join(this.#folder, name);
    let file: number | null = null;
    if (type === "5") mkdirSync(path, { recursive: true, mode: 0o755 });
    else if (type === "2") this.#links.push({ path: name, target: link });
    else if (type === "0" || type === "\0" || type === "7") {
      this.#count(size);
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      // Fails for what is there already: nothing is written twice, and through nothing.
      file = openSync(path, "wx", 0o644);
      // Only whether it can be executed: no set-user-id, and nothing others may write.
      if ((mode & 0o100) !== 0) chmodSync(path, 0o755);
    } else if (type === "1") this.#again(name, link);
    else this.leftOut.push(name);
    this.#mode = { is: "file", file, left: size, padding: (blockBytes - (size % blockBytes)) % blockBytes };
  }

  /** Another name of a file that came before: a file of its own here. */
  #again(name: string, first: string): void {
    const from = join(this.#folder, first);
    const inside = !isAbsolute(first) && !first.split("/").includes("..");
    const stat = inside ? lstatSync(from, { throwIfNoEntry: false }) : undefined;
    if (!stat?.isFile()) {
      this.leftOut.push(name);
      return;
    }
    this.#count(stat.size);
    mkdirSync(dirname(join(this.#folder, name)), { recursive: true, mode: 0o755 });
    copyFileSync(from, join(this.#folder, name), constants.COPYFILE_EXCL);
  }

  #count(bytes: number): void {
    this.#written += bytes;
    if (this.#written > this.#most) throw new Failure("too_large", `It holds more than ${this.#most} bytes`);
  }

  #extend(type: string, content: Buffer): void {
    if (type === "L") this.#extended.path = untilNul(content);
    else if (type === "K") this.#extended.linkpath = untilNul(content);
    else if (type === "x") Object.assign(this.#extended, paxRecords(content));
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

function parseHeader(block: Buffer): Header {
  const sum = Number.parseInt(untilNul(block.subarray(148, 156)).trim(), 8);
  let real = 0;
  for (let index = 0; index < blockBytes; index++) real += index >= 148 && index < 156 ? 32 : block[index]!;
  if (sum !== real) throw broken("a checksum is wrong");
  const prefix = block.subarray(257, 262).toString("latin1") === "ustar" ? untilNul(block.subarray(345, 500)) : "";
  // GNU keeps times where POSIX keeps the prefix.
  const gnu = block.subarray(257, 265).toString("latin1") === "ustar  \0";
  const name = untilNul(block.subarray(0, 100));
  return {
    name: prefix === "" || gnu ? name : `${prefix}/${name}`,
    mode: number(block.subarray(100, 108)),
    size: number(block.subarray(124, 136)),
    type: String.fromCharCode(block[156]!),
    link: untilNul(block.subarray(157, 257)),
  };
}

/** Octal text, or, with the high bit set, big-endian bytes. */
function number(field: Buffer): number {
  if ((field[0]! & 0x80) === 0) return Number.parseInt(untilNul(field).trim() || "0", 8);
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, field[0]! & 0x7f);
}

/** `<length> <key>=<value>\n`, again and again. */
function paxRecords(content: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at);
    const length = Number(content.subarray(at, space).toString("latin1"));
    if (space < 0 || !(length > space - at) || at + length > content.length) throw broken("a header is no header");
    const [key, ...value] = content
      .subarray(space + 1, at + length - 1)
      .toString("utf8")
      .split("=");
    if (key === "path" || key === "linkpath" || key === "size") records[key] = value.join("=");
    at += length;
  }
  return records;
}

function safeName(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (name.startsWith("/") || parts.includes("..") || name.includes("\0")) {
    throw new Failure("refused", `It holds a name that leads elsewhere: ${JSON.stringify(name.slice(0, 200))}`);
  }
  return parts.join("/") || ".";
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString("utf8");
}

function broken(why: string): Failure {
  return new Failure("failed", `What came out of the bottle is not a copy: ${why}`);
}
