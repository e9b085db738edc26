/** Writes DER (X.690): the few shapes that certificates and key stores need and the X.509 library has no words for. */

export function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return Uint8Array.from(Buffer.concat([Buffer.from([tag]), lengthBytes(length), ...contents]));
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...contents: Uint8Array[]) => der(0x30, ...contents);
export const set = (...contents: Uint8Array[]) => der(0x31, ...contents);
export const octets = (contents: Uint8Array) => der(0x04, contents);
/** `[n]` around a whole value. */
export const explicit = (n: number, contents: Uint8Array) => der(0xa0 | n, contents);
/** `[n]` in place of a primitive value's tag. */
export const implicit = (n: number, contents: Uint8Array) => der(0x80 | n, contents);
export const nothing = der(0x05);

/** From 0 to 2^31 - 1. */
export function integer(value: number): Uint8Array {
  const bytes = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  // A first bit that is set would make it negative.
  if (bytes[0]! > 127) bytes.unshift(0);
  return der(0x02, Uint8Array.from(bytes));
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const septets = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left % 128) | 128);
    return septets;
  });
  return der(0x06, Uint8Array.from(bytes));
}

/** UTF-16, as PKCS 12 wants its texts. */
export function bmpString(text: string): Uint8Array {
  return der(0x1e, Buffer.from(text, "utf16le").swap16());
}
