/**
 * The little of DNS that the gateway speaks (RFC 1035): reads one question, writes its answer. Pure. A query is written by the agent's side, so
 * nothing in it is believed: no pointers, no second question, and no more than a name can have.
 */

export const dnsTypes = { A: 1, AAAA: 28 } as const;
/** RFC 1035 4.1.1 and RFC 6895 2.3. */
export const dnsCodes = { ok: 0, malformed: 1, failed: 2, noName: 3, notImplemented: 4, refused: 5 } as const;
export type DnsCode = (typeof dnsCodes)[keyof typeof dnsCodes];

export type DnsQuestion = {
  id: number;
  /** Lower case, without the final dot. Bytes that a host name cannot have are `?`. */
  name: string;
  type: number;
  /** 1 is the Internet; there is no other that is allowed. */
  class: number;
  recursionDesired: boolean;
  /** The question as it was asked, to be said again in the answer (letters' case included: resolvers check it). */
  bytes: Uint8Array;
};

export type DnsReading =
  | { type: "question"; question: DnsQuestion }
  /** What cannot be understood; null when there is not even an id to answer to. */
  | { type: "unreadable"; id: number | null; code: DnsCode };

export type DnsAnswer = { code: DnsCode; addresses: readonly Uint8Array[]; ttlSeconds: number };

const headerBytes = 12;
const longestName = 255;
const longestLabel = 63;

export function readQuery(bytes: Uint8Array): DnsReading {
  if (bytes.length < headerBytes) return { type: "unreadable", id: null, code: dnsCodes.malformed };
  const at = (place: number) => (bytes[place]! << 8) | bytes[place + 1]!;
  const id = at(0);
  const flags = at(2);
  // An answer sent to us is never answered: two servers would talk to each other for ever.
  if ((flags & 0x8000) !== 0) return { type: "unreadable", id: null, code: dnsCodes.malformed };
  if ((flags & 0x7800) !== 0) return { type: "unreadable", id, code: dnsCodes.notImplemented };
  const [questions, answers, authorities] = [at(4), at(6), at(8)];
  if (questions !== 1 || answers !== 0 || authorities !== 0) {
    return { type: "unreadable", id, code: dnsCodes.malformed };
  }
  const labels = readName(bytes, headerBytes);
  if (labels === null || labels.end + 4 > bytes.length) return { type: "unreadable", id, code: dnsCodes.malformed };
  return {
    type: "question",
    question: {
      id,
      name: labels.name,
      type: at(labels.end),
      class: at(labels.end + 2),
      recursionDesired: (flags & 0x0100) !== 0,
      bytes: bytes.slice(headerBytes, labels.end + 4),
    },
  };
}

function readName(bytes: Uint8Array, start: number): { name: string; end: number } | null {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = bytes[at];
    // A pointer (two high bits) has nothing to point at in a question.
    if (length === undefined || length > longestLabel) return null;
    at += 1;
    if (length === 0) return { name: labels.join("."), end: at };
    if (at + length > bytes.length || at + length - start > longestName - 1) return null;
    labels.push(labelText(bytes.subarray(at, at + length)));
    at += length;
  }
}

function labelText(label: Uint8Array): string {
  let text = "";
  for (const byte of label) {
    const character = String.fromCharCode(byte);
    text += /[a-z0-9_-]/i.test(character) ? character.toLowerCase() : "?";
  }
  return text;
}

/** An answer with addresses of one family: 4 bytes each for A, 16 for AAAA. */
export function writeAnswer(question: DnsQuestion, { code, addresses, ttlSeconds }: DnsAnswer): Uint8Array {
  const size = addresses.reduce((sum, address) => sum + 12 + address.length, headerBytes + question.bytes.length);
  const message = new Uint8Array(size);
  const view = new DataView(message.buffer);
  view.setUint16(0, question.id);
  view.setUint16(2, 0x8080 | (question.recursionDesired ? 0x0100 : 0) | code);
  view.setUint16(4, 1);
  view.setUint16(6, addresses.length);
  message.set(question.bytes, headerBytes);
  let at = headerBytes + question.bytes.length;
  for (const address of addresses) {
    // The name is the question's: a pointer to where it stands.
    view.setUint16(at, 0xc000 | headerBytes);
    view.setUint16(at + 2, question.type);
    view.setUint16(at + 4, question.class);
    view.setUint32(at + 6, ttlSeconds);
    view.setUint16(at + 10, address.length);
    message.set(address, at + 12);
    at += 12 + address.length;
  }
  return message;
}

/** The answer to what could not be read. */
export function writeRefusal(id: number, code: DnsCode): Uint8Array {
  const message = new Uint8Array(headerBytes);
  const view = new DataView(message.buffer);
  view.setUint16(0, id);
  view.setUint16(2, 0x8080 | code);
  return message;
}

/**
 * Whether a name rather carries something out than names something: data hidden in names (DNS tunnelling) is long, or looks like noise.
 * Only asked of names that are allowed by a `*.` rule; of others nothing is answered anyway.
 */
export function looksLikeTunnel(name: string): boolean {
  const labels = name.split(".");
  if (name.length > 120 || labels.length > 10) return true;
  return labels.some(
    (label) => label.length > 40 || onlyHex(label) || (label.length >= 24 && bitsPerCharacter(label) > 3.6),
  );
}

/** Longer than an MD5, which some hosts have in their names. */
function onlyHex(label: string): boolean {
  return /^[0-9a-f]{33,}$/.test(label);
}

/** Shannon entropy of its letters. English words of this length stay below 3.4; base32 and hex of random bytes are above. */
function bitsPerCharacter(label: string): number {
  const counts = new Map<string, number>();
  for (const character of label) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce(
    (bits, count) => bits - (count / label.length) * Math.log2(count / label.length),
    0,
  );
}
