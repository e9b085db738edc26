/** The forms in which a secret may come back from an upstream: as it is, and as usual encodings write it. Pure. */

/**
 * Shorter secrets are not looked for: they would be found by chance in other text, and so broken answers would tell them. No provider
 * gives out keys as short as that.
 */
export const shortestRedacted = 8;

/** Bytes to look for; longest first. Empty for a secret that is too short. */
export function formsOf(secret: string): Buffer[] {
  const bytes = Buffer.from(secret, "utf8");
  if (bytes.length < shortestRedacted) return [];
  const json = jsonOf(secret);
  const percent = encodeURIComponent(secret);
  const texts = [
    secret,
    json,
    json.replaceAll("/", "\\/"),
    asciiJson(json),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    percent.replaceAll("%20", "+"),
    strictPercent(percent),
    encodeURI(secret),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    htmlOf(secret),
    ...base64Forms(bytes),
  ];
  // What a program printed as JSON comes back as text in JSON, and that in an event of a stream: a plain key stays as it is under all of it.
  const inJson = texts.map(jsonOf);
  const distinct = [...new Set([...texts, ...inJson, ...inJson.map(jsonOf)])].map((text) => Buffer.from(text, "utf8"));
  return distinct.sort((a, b) => b.length - a.length);
}

/**
 * Base64 of whatever contains the secret: three alignments, of each only the characters that the secret alone determines. Both alphabets.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const sure = text.slice(first, last);
    forms.push(sure, sure.replaceAll("+", "-").replaceAll("/", "_"), sure.replaceAll("/", "\\/"));
  }
  return forms;
}

function jsonOf(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As serialisers write that escape everything outside ASCII. */
function asciiJson(json: string): string {
  return json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** RFC 3986: `encodeURIComponent` leaves these as they are. */
function strictPercent(percent: string): string {
  return percent.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function htmlOf(secret: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return secret.replace(/[&<>"']/g, (mark) => entities[mark]!);
}
