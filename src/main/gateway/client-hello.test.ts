/** The first words of TLS clients: of real ones, split in every way, and of such that mean harm. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { connect } from "node:tls";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { mostBytesToRead, readClientHello } from "./client-hello.ts";

/** What Node's own TLS client sends first. */
async function realHello(options: object): Promise<Buffer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", ...options });
  client.on("error", () => {});
  const [socket] = await once(server, "connection");
  const [bytes] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

const records = (message: Buffer, lengths: number[]) => {
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of [...lengths, message.length]) {
    const part = message.subarray(at, at + length);
    if (part.length > 0) parts.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
    at += length;
  }
  return Buffer.concat(parts);
};

let hello: Buffer;
beforeAll(async () => {
  hello = await realHello({ servername: "api.example.org" });
});

const number = (value: number, size: number) => {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
};
const vector = (size: number, ...parts: Buffer[]) => {
  const content = Buffer.concat(parts);
  return Buffer.concat([number(content.length, size), content]);
};
const serverName = (...names: [number, string][]) =>
  vector(2, ...names.map(([type, name]) => Buffer.concat([number(type, 1), vector(2, Buffer.from(name))])));

/** A hello of our own making. */
function written(extensions: [type: number, data: Buffer][], tail = Buffer.alloc(0)): Buffer {
  const list = vector(2, ...extensions.map(([type, data]) => Buffer.concat([number(type, 2), vector(2, data)])));
  const suites = Buffer.concat([
    number(0x0303, 2),
    Buffer.alloc(32),
    vector(1),
    vector(2, number(0x1301, 2)),
    vector(1, Buffer.of(0)),
  ]);
  const body = Buffer.concat([suites, list, tail]);
  return records(Buffer.concat([number(1, 1), vector(3, body)]), []);
}

describe("a TLS client's hello", () => {
  test("names the server, as a real client writes it", async () => {
    expect(readClientHello(hello)).toEqual({
      type: "hello",
      hello: { serverName: "api.example.org", encrypted: false },
    });
    const nameless = await realHello({});
    expect(readClientHello(nameless)).toMatchObject({ type: "hello", hello: { serverName: null } });
  });

  test("is read however it is cut: into chunks, and into records", () => {
    for (let length = 0; length < hello.length; length++) {
      expect(readClientHello(hello.subarray(0, length))).toEqual({ type: "incomplete" });
    }
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 50 }), (lengths) => {
        const split = records(hello.subarray(5), lengths);
        expect(readClientHello(split)).toEqual(readClientHello(hello));
        expect(readClientHello(split.subarray(0, -1))).toEqual({ type: "incomplete" });
      }),
    );
  });

  test("is not looked for in what is no TLS", () => {
    for (const text of ["GET / HTTP/1.1\r\n", "SSH-2.0-OpenSSH\r\n", "\x15\x03\x01\x00\x02", "\x16\x02\x00\x00\x01x"]) {
      expect(readClientHello(Buffer.from(text, "latin1"))).toEqual({ type: "not-tls" });
    }
    expect(readClientHello(Buffer.alloc(0))).toEqual({ type: "incomplete" });
  });

  test("says when it carries an encrypted one", () => {
    const both = written([
      [0, serverName([0, "public.example"])],
      [0xfe0d, Buffer.alloc(20)],
    ]);
    expect(readClientHello(both)).toMatchObject({ hello: { serverName: "public.example", encrypted: true } });
    expect(readClientHello(written([[0xfe0d, Buffer.alloc(20)]]))).toMatchObject({
      hello: { serverName: null, encrypted: true },
    });
  });

  test.each<[string, Buffer]>([
    ["two server names", written([[0, serverName([0, "a.example"], [0, "b.example"])]])],
    [
      "the extension twice",
      written([
        [0, serverName([0, "a.example"])],
        [0, serverName([0, "b.example"])],
      ]),
    ],
    ["a name of another type", written([[0, serverName([1, "a.example"])]])],
    ["an empty name", written([[0, serverName([0, ""])]])],
    ["a name with a NUL", written([[0, serverName([0, "a.example\0.evil.example"])]])],
    ["a name with a space", written([[0, serverName([0, "a.example b"])]])],
    ["something behind the extensions", written([[0, serverName([0, "a.example"])]], Buffer.of(1))],
    ["a name longer than its list", written([[0, Buffer.from("000500000961626364", "hex")]])],
    ["another message first", Buffer.from("1603010004020000000000", "hex")],
    ["a record of no length", Buffer.from("1603010000160301", "hex")],
    ["a record that is too long", Buffer.from("1603014001", "hex")],
    ["a hello of a megabyte", Buffer.from("160301000401100000", "hex")],
    ["another record in the middle", Buffer.from("16030100020100170301", "hex")],
    [
      "a thousand records of one byte",
      records(Buffer.concat([Buffer.of(1, 0, 4, 0), Buffer.alloc(1024)]), Array(1000).fill(1)),
    ],
  ])("is refused with %s", (_, bytes) => {
    expect(readClientHello(bytes).type).toBe("malformed");
  });

  test("never throws, never names a server that is not in it, and needs no more than its bound", () => {
    const mutated = fc.tuple(fc.nat(hello.length - 1), fc.nat(255)).map(([at, value]) => {
      const bytes = Buffer.from(hello);
      bytes[at] = value;
      return bytes;
    });
    const anything = fc.oneof(
      mutated,
      fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from([22, 3, 1, ...bytes])),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        const reading = readClientHello(bytes);
        if (reading.type === "hello" && reading.hello.serverName !== null) {
          expect(bytes.toString("latin1")).toContain(reading.hello.serverName);
        }
      }),
      { numRuns: 3000 },
    );
    expect(
      readClientHello(Buffer.concat([Buffer.of(22, 3, 1, 64, 0, 1, 0, 128), Buffer.alloc(mostBytesToRead)])).type,
    ).not.toBe("incomplete");
  });
});
