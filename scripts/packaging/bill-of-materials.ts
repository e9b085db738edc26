/** What a package is made of: a CycloneDX list of its parts, and their licences. Taken from the files that are really in it. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AppFile } from "./app-files.ts";
import { sourceDate } from "./reproducible.ts";
import { type Locked, readLock } from "./shipped-packages.ts";
import { type Target, targetName } from "./target.ts";

export type Part = {
  name: string;
  version: string;
  /** SPDX expression. */
  license: string;
  integrity: string | null;
  /** As a file of its own, compiled into the window's bundle, or inside another part. */
  as: "files" | "bundled" | "within";
  text: string;
};

/** Whoever gets a package may do with these parts what Cellar's own licence lets them do; the texts are in the list. */
const allowedLicences: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "OFL-1.1",
  "Unlicense",
  "blessing",
];

/** Published without the text, from the repository of one that has it. */
const textFrom: Readonly<Record<string, string>> = {
  "@xterm/addon-serialize": "@xterm/xterm",
  "@xterm/headless": "@xterm/xterm",
};

/** Compiled into a native module, so that no lock file names them. */
const within: readonly (Omit<Part, "integrity" | "as" | "text"> & { inside: string; text: string })[] = [
  {
    name: "sqlite",
    version: "",
    license: "blessing",
    inside: "better-sqlite3",
    text: "SQLite's authors have put it in the public domain: https://sqlite.org/copyright.html",
  },
];

/** Every part once, sorted; `files` of one target. */
export function partsOf(root: string, files: readonly AppFile[]): Part[] {
  const lock = readLock(root);
  const shipped = lock.filter(({ path }) => files.some((file) => file.path === `${path}/package.json`));
  const asFiles = shipped.map((locked) => part(root, locked, "files"));
  const bundled = bundledNames(root)
    .map((name) => lock.find(({ path }) => path === `node_modules/${name}`))
    .filter((locked) => locked !== undefined)
    .map((locked) => part(root, locked, "bundled"));
  const inside = within
    .filter((inner) => shipped.some(({ name }) => name === inner.inside))
    .map(({ inside: _, ...inner }): Part => ({ ...inner, integrity: null, as: "within" }));
  const all = [...asFiles, ...bundled, ...inside, electron(root, lock)];
  const once = new Map(all.toReversed().map((each) => [`${each.name}@${each.version}`, each]));
  return [...once.values()].sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

/** One sentence for each part that may not be shipped: its licence is none that is allowed, or its text is missing. */
export function forbiddenParts(parts: readonly Part[]): string[] {
  return parts.flatMap(({ name, version, license, text }) => {
    if (!allowed(license))
      return [`${name} ${version} is under "${license || "no licence"}", which may not be shipped.`];
    return text === "" ? [`${name} ${version} comes without the text of its licence.`] : [];
  });
}

/** `(MIT OR GPL-3.0)` may be taken as MIT; of `A AND B` both must be allowed. */
function allowed(expression: string): boolean {
  const plain = expression.replace(/[()]/g, " ").trim();
  return plain
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((id) => allowedLicences.includes(id.trim())));
}

/** The text that is shipped as `LICENSES.txt`. */
export function licenceText(parts: readonly Part[]): string {
  const rule = "-".repeat(80);
  return parts
    .map(({ name, version, license, text }) => `${rule}\n${name} ${version}\n${license}\n\n${text.trim()}\n`)
    .join("\n");
}

export function cycloneDx(root: string, target: Target, parts: readonly Part[]): Record<string, unknown> {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    string,
    string
  >;
  const reference = `pkg:generic/${name}@${version}`;
  const components = parts.map((each) => ({
    type: each.name === "electron" ? "framework" : "library",
    "bom-ref": purl(each),
    name: each.name,
    ...(each.version && { version: each.version }),
    purl: purl(each),
    licenses: [/[ ()]/.test(each.license) ? { expression: each.license } : { license: { id: each.license } }],
    ...(each.integrity?.startsWith("sha512-") && {
      hashes: [{ alg: "SHA-512", content: Buffer.from(each.integrity.slice(7), "base64").toString("hex") }],
    }),
    properties: [{ name: "cellar:shipped", value: each.as }],
  }));
  const body = JSON.stringify(components);
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(`${reference} ${targetName(target)} ${body}`)}`,
    version: 1,
    metadata: {
      timestamp: sourceDate().toISOString(),
      component: { type: "application", "bom-ref": reference, name, version, licenses: [{ license: { id: license } }] },
      properties: [{ name: "cellar:target", value: targetName(target) }],
    },
    components,
    dependencies: [{ ref: reference, dependsOn: parts.map(purl) }],
  };
}

function purl({ name, version, as }: Part): string {
  const kind = as === "within" ? "generic" : "npm";
  return `pkg:${kind}/${name.replace("@", "%40")}${version && `@${version}`}`;
}

/** The same for the same content, as everything in a reproducible package. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** The build notes what it has put into the bundles; Tailwind's reset is in the style sheet, which it does not count. */
function bundledNames(root: string): string[] {
  const lists = ["main", "preload", "renderer"].map(
    (part) => JSON.parse(readFileSync(join(root, "out", part, "bundled-licenses.json"), "utf8")) as { name: string }[],
  );
  return [...new Set([...lists.flat().map(({ name }) => name), "tailwindcss"])];
}

/** Its own folder brings the licences of Chromium, Node and the rest. */
function electron(root: string, lock: readonly Locked[]): Part {
  return part(root, lock.find(({ path }) => path === "node_modules/electron")!, "files");
}

function part(root: string, { path, name, version, license, integrity }: Locked, as: Part["as"]): Part {
  return {
    name,
    version,
    license,
    integrity,
    as,
    text: licenceOf(join(root, textFrom[name] ? `node_modules/${textFrom[name]}` : path)),
  };
}

function licenceOf(folder: string): string {
  if (!existsSync(folder)) return "";
  const names = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    .sort();
  if (names.length > 0) return names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  // Some put it into their read-me.
  const readMe = readdirSync(folder).find((name) => /^readme/i.test(name));
  const text = readMe === undefined ? "" : readFileSync(join(folder, readMe), "utf8");
  return /^#+\s*licen[cs]e[\s\S]*/im.exec(text)?.[0] ?? "";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
