/** A secret in every spelling in which it could leave: as it is, base64 at each alignment, hex, in a URL, in JSON. */

/** Shorter values occur in anything by chance. */
export const leastSecretLength = 8;

/** Byte strings, each at least six bytes long; empty for a value too short to be looked for. */
export function encodingsOf(value: string): Buffer[] {
  if (value.length < leastSecretLength) return [];
  const bytes = Buffer.from(value, "utf8");
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  const texts = [
    ...base64Parts(bytes),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    spacedHex(bytes),
    url,
    lowerEscapes(url),
    url.replaceAll("%20", "+"),
    // What encodeURIComponent leaves and others do not.
    url.replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    everyByteEscaped(bytes),
    lowerEscapes(everyByteEscaped(bytes)),
    json,
    json.replaceAll("/", "\\/"),
    json.replace(/[^\x00-\x7f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ];
  const all = [bytes, ...texts.map((text) => Buffer.from(text, "utf8"))].filter(({ length }) => length >= 6);
  return [...new Map(all.map((each) => [each.toString("latin1"), each])).values()];
}

/** The characters that do not depend on what stands before and after, for each of the three places a byte can have in its group. */
function base64Parts(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const whole = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [whole, whole.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function spacedHex(bytes: Buffer): string {
  return bytes.toString("hex").replace(/..(?!$)/g, "$& ");
}

function everyByteEscaped(bytes: Buffer): string {
  return bytes.toString("hex").toUpperCase().replace(/../g, "%$&");
}

function lowerEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (sign) => sign.toLowerCase());
}
