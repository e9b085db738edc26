/**
 * What a TLS client says first (RFC 8446 4.1.2, RFC 6066 3), read without answering it: the server it names. Pure, and written for input that
 * means harm: every length is checked against what is there, and what is read is bounded.
 */

export type ClientHello = {
  /** The name as it was sent; null when the client names no server. */
  serverName: string | null;
  /** It also carries an encrypted hello (RFC 9849), which may name somebody else, or be only grease. */
  encrypted: boolean;
};

export type HelloReading =
  /** Nothing is wrong so far, but it is not all there. */
  | { type: "incomplete" }
  /** The first bytes are no TLS record of a handshake. */
  | { type: "not-tls" }
  /** It begins like TLS and then breaks its rules. */
  | { type: "malformed"; why: string }
  | { type: "hello"; hello: ClientHello };

/** A hello with post-quantum keys and session tickets has 2 to 4 KiB; RFC 8446 allows 16 MiB, which nobody sends. */
const mostHelloBytes = 32 * 1024;
/** Clients split a hello into a few records at most; each costs a look at every reading. */
const mostRecords = 64;
const handshakeRecord = 22;
const clientHelloType = 1;
const serverNameExtension = 0;
const encryptedHelloExtension = 0xfe0d;
const recordHeader = 5;
const messageHeader = 4;

/** Bytes that a reading can need at most, record headers included. */
export const mostBytesToRead = mostHelloBytes + mostRecords * recordHeader;

/** Reads what has come so far, from its first byte. */
export function readClientHello(bytes: Uint8Array): HelloReading {
  const message = joinRecords(bytes);
  if (message.type !== "message") return message;
  try {
    return { type: "hello", hello: readHello(new Reader(message.bytes)) };
  } catch (thrown) {
    if (thrown instanceof Broken) return malformed(thrown.message);
    throw thrown;
  }
}

type Joined = { type: "message"; bytes: Uint8Array } | Exclude<HelloReading, { type: "hello" }>;

/** The first handshake message, out of as many records as it was split into. */
function joinRecords(bytes: Uint8Array): Joined {
  const parts: Uint8Array[] = [];
  let joined = 0;
  let needed = messageHeader;
  for (let at = 0, records = 0; joined < needed; records++) {
    if (records === mostRecords) return malformed("the hello is split into too many records");
    if (bytes.length > at && bytes[at] !== handshakeRecord) {
      return records === 0 ? { type: "not-tls" } : malformed("another record stands in the middle of the hello");
    }
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) {
      return records === 0 ? { type: "not-tls" } : malformed("a record is of an unknown version");
    }
    if (bytes.length < at + recordHeader) return { type: "incomplete" };
    const length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    if (length === 0 || length > 16_384) return malformed("a record is of a forbidden length");
    const end = Math.min(at + recordHeader + length, bytes.length);
    parts.push(bytes.subarray(at + recordHeader, end));
    joined += end - at - recordHeader;
    if (needed === messageHeader && joined >= messageHeader) {
      const header = concatenate(parts, messageHeader);
      if (header[0] !== clientHelloType) return malformed("the first message is no client hello");
      needed = messageHeader + ((header[1]! << 16) | (header[2]! << 8) | header[3]!);
      if (needed > mostHelloBytes) return malformed("the hello is too long");
    }
    if (joined < needed && end < at + recordHeader + length) return { type: "incomplete" };
    at += recordHeader + length;
  }
  return { type: "message", bytes: concatenate(parts, needed).subarray(messageHeader) };
}

function readHello(hello: Reader): ClientHello {
  hello.skip(2 + 32);
  hello.vector(1);
  hello.vector(2);
  hello.vector(1);
  let serverName: string | null = null;
  let encrypted = false;
  const seen = new Set<number>();
  if (!hello.ended) {
    const extensions = hello.vector(2);
    while (!extensions.ended) {
      const type = extensions.number(2);
      const data = extensions.vector(2);
      // RFC 8446 4.2: not twice. Two readers that take different ones would see different servers.
      if (seen.has(type)) throw new Broken("an extension is there twice");
      seen.add(type);
      if (type === serverNameExtension) serverName = readServerName(data);
      if (type === encryptedHelloExtension) encrypted = true;
    }
  }
  if (!hello.ended) throw new Broken("something follows the extensions");
  return { serverName, encrypted };
}

function readServerName(data: Reader): string | null {
  // RFC 6066 3: of each type one name at most, and there is only one type.
  const names = data.vector(2);
  const type = names.number(1);
  const name = names.vector(2).rest();
  if (type !== 0 || name.length === 0 || !names.ended || !data.ended) throw new Broken("the server name is malformed");
  let text = "";
  for (const byte of name) {
    if (byte < 0x21 || byte > 0x7e) throw new Broken("the server name has forbidden bytes");
    text += String.fromCharCode(byte);
  }
  return text;
}

class Broken extends Error {}

/** Reads numbers and length-prefixed vectors; never beyond its end. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  skip(count: number): void {
    this.#take(count);
  }

  number(size: number): number {
    return this.#take(size).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** What follows a length of `size` bytes. */
  vector(size: number): Reader {
    return new Reader(this.#take(this.number(size)));
  }

  rest(): Uint8Array {
    return this.#take(this.#bytes.length - this.#at);
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw new Broken("a length leads beyond the end");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

function malformed(why: string): { type: "malformed"; why: string } {
  return { type: "malformed", why };
}

function concatenate(parts: Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    const piece = part.subarray(0, length - at);
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
