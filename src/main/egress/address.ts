/**
 * IP addresses as bytes. Everything that some resolver or library would take for an address is recognised, so that what is spelled oddly
 * (octal, hexadecimal, one number, a zone) can be told from a name and refused, instead of being resolved by somebody less strict.
 */

export type Address = { family: 4 | 6; bytes: Uint8Array };

export type ParsedAddress = {
  address: Address;
  /** Not in the one spelling that all programs read alike. */
  odd: boolean;
};

/** `text` without brackets. Null when nobody would read it as an address. */
export function parseAddress(text: string): ParsedAddress | null {
  if (text.includes(":")) return parseIpv6(text);
  const plain = parseDottedDecimal(text);
  if (plain !== null) return { address: { family: 4, bytes: plain }, odd: false };
  const odd = parseLikeInetAton(text);
  return odd === null ? null : { address: { family: 4, bytes: odd }, odd: true };
}

/** The usual spelling, for messages; IPv6 is not compressed. */
export function formatAddress({ family, bytes }: Address): string {
  if (family === 4) return bytes.join(".");
  return Array.from({ length: 8 }, (_, group) => ((bytes[group * 2]! << 8) | bytes[group * 2 + 1]!).toString(16)).join(
    ":",
  );
}

/** Four decimal numbers without leading zeros: the only spelling that means the same everywhere. */
function parseDottedDecimal(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return Uint8Array.from(parts, Number);
}

/** What the C library reads: one to four numbers, each decimal, octal (`0…`) or hexadecimal (`0x…`), the last filling the rest. */
function parseLikeInetAton(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.at(-1) === "" && parts.length > 1) parts.pop();
  if (parts.length > 4) return null;
  const numbers: number[] = [];
  for (const part of parts) {
    if (/^0[xX][0-9a-fA-F]*$/.test(part)) numbers.push(Number.parseInt(part.slice(2) || "0", 16));
    else if (/^0[0-7]*$/.test(part)) numbers.push(Number.parseInt(part, 8));
    else if (/^\d+$/.test(part)) numbers.push(Number.parseInt(part, 10));
    else return null;
  }
  const last = numbers.pop()!;
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return null;
  const value = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return Uint8Array.of((value / 2 ** 24) & 255, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}

function parseIpv6(text: string): ParsedAddress | null {
  const [bare = "", zone] = splitOnce(text, "%");
  const halves = bare.split("::");
  if (halves.length > 2) return null;
  const [front, back] = halves.map(groups);
  if (front === null || back === null || front === undefined) return null;
  // Only the last group of all may be dotted.
  if (back !== undefined && /\./.test(halves[0]!)) return null;
  const missing = 16 - front.length - (back?.length ?? 0);
  if (back === undefined ? missing !== 0 : missing < 2) return null;
  const bytes = new Uint8Array(16);
  bytes.set(front, 0);
  if (back !== undefined) bytes.set(back, 16 - back.length);
  return { address: { family: 6, bytes }, odd: zone !== undefined };
}

function groups(text: string): number[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 255);
      continue;
    }
    const dotted = index === parts.length - 1 ? parseDottedDecimal(part) : null;
    if (dotted === null) return null;
    bytes.push(...dotted);
  }
  return bytes;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
