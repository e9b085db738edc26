/**
 * Takes out of a text what must not leave this computer: values of the vault and of secret variables in their usual spellings, whatever looks
 * like a credential, and whose computer it is. Pure. What nobody can know to be a secret stays; so a person reads a report before they send it.
 */
import type { Secret } from "#node/secret.ts";
import { formsOf, Redactor } from "../broker/index.ts";
import { Scanner } from "../gateway/detectors/index.ts";

export type Surroundings = {
  secrets: readonly Secret[];
  /** Folders and what they are called in a report; longer ones first where one lies in another. */
  folders: readonly (readonly [path: string, name: string])[];
  /** The person's name on this computer, and the computer's. */
  names: readonly (readonly [value: string, name: string])[];
};

const blot = "[redacted]";

export function redact(text: string, { secrets, folders, names }: Surroundings): string {
  let clean = withoutValues(text, secrets);
  clean = withoutShapes(clean);
  for (const [path, name] of folders) clean = clean.replaceAll(path, name).replaceAll(encodeURI(path), name);
  for (const [value, name] of names) clean = clean.replace(wordOf(value), name);
  return clean;
}

function withoutValues(text: string, secrets: readonly Secret[]): string {
  const redactor = new Redactor(secrets.flatMap((secret) => formsOf(secret.reveal())));
  return Buffer.concat([redactor.push(Buffer.from(text)), redactor.end()]).toString();
}

const shapes: readonly (readonly [RegExp, string])[] = [
  // Name and password in an address.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${blot}@`],
  // What is said to be one: a header, a query, a variable, a field of JSON.
  [/\b(authorization["']?\s*[:=]\s*["']?(?:\w+\s+)?)[^\s"',;]+/gi, `$1${blot}`],
  [/\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi, `$1${blot}`],
  [
    /([\w-]*(?:token|secret|password|passphrase|passwd|api[-_]?key|credential|cookie)[\w-]*["']?\s*[:=]\s*["']?)[^\s"'&,;]+/gi,
    `$1${blot}`,
  ],
];
/** Long and mixed: a random value, also one of Cellar's own (a window's token, a sentinel). */
const random = /[A-Za-z0-9_-]{24,}/g;

function withoutShapes(text: string): string {
  const scanner = new Scanner(
    { tokens: "redact", secrets: "off", instructions: "off", uploads: "off", uploadBytes: Number.MAX_SAFE_INTEGER },
    [],
  );
  const bytes = Buffer.from(text);
  let clean = "";
  let from = 0;
  for (const { start, end } of scanner.read(bytes).found) {
    if (start > from) clean += bytes.toString("utf8", from, start);
    if (end > from) clean += blot;
    from = Math.max(from, end);
  }
  clean += bytes.toString("utf8", from);
  for (const [shape, instead] of shapes) clean = clean.replace(shape, instead);
  return clean.replace(random, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? blot : run));
}

/** A name of few letters is part of other words: it is taken out only where it stands alone. */
function wordOf(value: string): RegExp {
  return new RegExp(`(?<![\\w-])${value.replace(/[^\w]/g, "\\$&")}(?![\\w-])`, "g");
}
