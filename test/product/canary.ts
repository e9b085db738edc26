/** A secret that is looked for: a value that every way of writing it down changes in another way, and where it could be. */
import { randomBytes } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

export class Canary {
  /** Every character of it can stand in a header. */
  readonly value: string;
  readonly #needles: [how: string, bytes: Buffer][];
  /** The fewest of them of which one is in every other: where none of these is, none is, which is half of the work. */
  readonly #sieve: Buffer[];
  readonly #longest: number;

  constructor() {
    // What is plain in the middle stays as it is under every escaping, so that one nobody thought of is found too.
    this.value = `k"7\\x/8+z=9%41&<b>'?~ ${randomBytes(12).toString("hex")}Zq {}`;
    this.#needles = [...spellings(this.value)].map(([how, text]) => [how, Buffer.from(text)]);
    const texts = this.#needles.map(([, bytes]) => bytes);
    this.#sieve = texts.filter(
      (text, at) =>
        !texts.some((other, n) => (n < at || other.length < text.length) && text.includes(other) && n !== at),
    );
    this.#longest = Math.max(...this.#needles.map(([, bytes]) => bytes.length));
  }

  /** It as somebody would say it who was given it and writes it down in every usual way, whole. */
  get said(): string[] {
    const { value } = this;
    const cut = new Set(["its plain part"]);
    const whole = [...spellings(value)].filter(([how]) => !cut.has(how) && !how.startsWith("base64"));
    const shifted = ["", "a", "ab"].map((before) => Buffer.from(`${before}${value}z`));
    const base64 = shifted.flatMap((bytes) => [bytes.toString("base64"), bytes.toString("base64url")]);
    return [...whole.map(([, text]) => text), ...base64];
  }

  /** How it is written down in there; empty when it is not. */
  in(content: Buffer | string): string[] {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    if (!this.#sieve.some((needle) => bytes.includes(needle))) return [];
    return this.#needles.filter(([, needle]) => bytes.includes(needle)).map(([how]) => how);
  }

  /** Files and names below a folder, as `path: how`; links are not followed. */
  below(folder: string): string[] {
    return entriesBelow(folder).flatMap(({ path, file }) => {
      const found = [...this.in(path), ...(file ? this.#inFile(path) : [])];
      return found.map((how) => `${path}: ${how}`);
    });
  }

  /** Arguments and environments of all processes that can be looked at, as `pid what: how`. */
  inProcesses(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) =>
        ["environ", "cmdline"].flatMap((what) =>
          this.in(readQuietly(`/proc/${pid}/${what}`)).map((how) => `${pid} ${what}: ${how}`),
        ),
      );
  }

  /** In pieces that overlap: a core or a log may be long. */
  #inFile(path: string): string[] {
    const found = new Set<string>();
    let file: number;
    try {
      file = openSync(path, "r");
    } catch {
      // Gone since it was listed.
      return [];
    }
    try {
      const piece = Buffer.alloc(8 * 1024 * 1024);
      for (let kept = 0; ; ) {
        const read = readSync(file, piece, kept, piece.length - kept, null);
        if (read === 0) break;
        const there = piece.subarray(0, kept + read);
        for (const how of this.in(there)) found.add(how);
        kept = Math.min(this.#longest, there.length);
        there.copy(piece, 0, there.length - kept);
      }
    } finally {
      closeSync(file);
    }
    return [...found];
  }
}

export function entriesBelow(folder: string): { path: string; file: boolean }[] {
  const entries: { path: string; file: boolean }[] = [];
  const walk = (path: string) => {
    let names: string[] = [];
    try {
      names = readdirSync(path);
    } catch {}
    for (const name of names) {
      const at = join(path, name);
      const stat = lstatSync(at, { throwIfNoEntry: false });
      if (stat === undefined) continue;
      entries.push({ path: at, file: stat.isFile() });
      if (stat.isDirectory()) walk(at);
    }
  };
  walk(folder);
  return entries;
}

function readQuietly(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function spellings(value: string): Map<string, string> {
  const found = new Map<string, string>();
  const bytes = Buffer.from(value);
  const percent = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  found.set("raw", value);
  found.set("its plain part", /[0-9a-f]{24}Zq/.exec(value)![0]);
  found.set("URL", percent);
  found.set(
    "URL in lower case",
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  );
  found.set("form", percent.replaceAll("%20", "+"));
  found.set("address", encodeURI(value));
  found.set("JSON", json);
  found.set("JSON with slashes", json.replaceAll("/", "\\/"));
  found.set("JSON in JSON", JSON.stringify(json).slice(1, -1));
  found.set("hex", bytes.toString("hex"));
  found.set("HEX", bytes.toString("hex").toUpperCase());
  for (const offset of [0, 1, 2]) {
    // Only what does not depend on the bytes around it.
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const inner = encoded.slice(offset === 0 ? 0 : 4, Math.floor((offset + bytes.length) / 3) * 4);
    found.set(`base64, shifted by ${offset}`, inner);
    found.set(`base64url, shifted by ${offset}`, inner.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return found;
}
