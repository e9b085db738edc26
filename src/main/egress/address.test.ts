import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAddress, parseAddress } from "./address.ts";
import { type AddressClass, classOfAddress, refusedClass } from "./address-class.ts";

const classOf = (text: string) => classOfAddress(parseAddress(text)!.address);

test.each<[string, AddressClass]>([
  ["1.1.1.1", "public"],
  ["8.8.8.8", "public"],
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["9.255.255.255", "public"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", "public"],
  ["100.63.255.255", "public"],
  ["100.64.0.0", "shared"],
  ["100.127.255.255", "shared"],
  ["100.128.0.0", "public"],
  ["100.100.100.200", "metadata"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["168.63.129.16", "metadata"],
  ["169.254.169.254", "metadata"],
  ["169.254.0.1", "link-local"],
  ["172.15.255.255", "public"],
  ["172.16.0.0", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.0.0.1", "reserved"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "reserved"],
  ["192.168.255.255", "private"],
  ["198.17.255.255", "public"],
  ["198.19.255.255", "reserved"],
  ["198.51.100.7", "documentation"],
  ["203.0.113.7", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback"],
  ["::2", "embedded"],
  ["::ffff:1.1.1.1", "embedded"],
  ["::FFFF:7f00:1", "embedded"],
  ["::127.0.0.1", "embedded"],
  ["64:ff9b::1.1.1.1", "embedded"],
  ["64:ff9b:1::a00:1", "embedded"],
  ["100::1", "reserved"],
  ["2001::1", "embedded"],
  ["2001:2::1", "reserved"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::", "embedded"],
  ["2600:1f00::200:5efe:10.0.0.1", "embedded"],
  ["2606:4700::1111", "public"],
  ["3fff::1", "documentation"],
  ["4000::1", "reserved"],
  ["fc00::1", "private"],
  ["fd00:ec2::254", "metadata"],
  ["fd20:ce::254", "metadata"],
  ["fe80::1", "link-local"],
  ["febf::1", "link-local"],
  ["fec0::1", "private"],
  ["ff02::1", "multicast"],
])("%s is %s", (text, expected) => {
  expect(classOf(text)).toBe(expected);
});

test.each([
  ["127.1", "127.0.0.1"],
  ["127.0.1", "127.0.0.1"],
  ["2130706433", "127.0.0.1"],
  ["0x7f000001", "127.0.0.1"],
  ["0x7f.0.0.1", "127.0.0.1"],
  ["0177.0.0.1", "127.0.0.1"],
  ["017700000001", "127.0.0.1"],
  ["127.0.0.01", "127.0.0.1"],
  ["127.0.0.1.", "127.0.0.1"],
  ["0", "0.0.0.0"],
  ["0x", "0.0.0.0"],
  ["4294967295", "255.255.255.255"],
  ["10.0x10.1", "10.16.0.1"],
  ["08.1.1.1", "8.1.1.1"],
  ["fe80::1%eth0", "fe80:0:0:0:0:0:0:1"],
  ["fe80::1%25eth0", "fe80:0:0:0:0:0:0:1"],
])("%s is an odd spelling of %s", (text, plain) => {
  const parsed = parseAddress(text);
  expect(parsed && { odd: parsed.odd, plain: formatAddress(parsed.address) }).toEqual({ odd: true, plain });
});

test.each([
  "",
  "1.2.3.4.5",
  "256.1.1.1",
  "1.2.3.256",
  "1.2.70000",
  "4294967296",
  "0xg",
  "a.b",
  "1..2",
  ":",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7::8",
  "12345::",
  "::1.2.3",
  "::0x7f.0.0.1",
  "1.2.3.4::",
  "g::1",
])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeNull();
});

test("what an embedded address carries is judged as well", () => {
  const refused = (text: string, ...allowed: AddressClass[]) => refusedClass(parseAddress(text)!.address, allowed);
  expect(refused("::ffff:127.0.0.1")).toBe("embedded");
  expect(refused("::ffff:127.0.0.1", "embedded")).toBe("loopback");
  expect(refused("::ffff:127.0.0.1", "embedded", "loopback")).toBeNull();
  expect(refused("64:ff9b::8.8.8.8", "embedded")).toBeNull();
  expect(refused("64:ff9b::169.254.169.254", "embedded", "link-local")).toBe("metadata");
  expect(refused("2002:a00:1::", "embedded")).toBe("private");
  // Teredo's client is 10.0.0.1, inverted.
  expect(refused("2001::f5ff:fffe", "embedded")).toBe("private");
  expect(refused("169.254.169.254", "link-local")).toBe("metadata");
});

test("where only some classes may be reached, public addresses are none of them", () => {
  const refused = (text: string, ...only: AddressClass[]) => refusedClass(parseAddress(text)!.address, only, true);
  expect(refused("127.0.0.1", "loopback")).toBeNull();
  expect(refused("8.8.8.8", "loopback", "private")).toBe("public");
  expect(refused("64:ff9b::8.8.8.8", "embedded")).toBe("public");
  expect(refused("169.254.169.254", "loopback", "link-local")).toBe("metadata");
});

test("every IPv4 and IPv6 address is read back from its spelling", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      expect(parseAddress(formatAddress({ family: 4, bytes }))).toEqual({
        address: { family: 4, bytes: Uint8Array.from(bytes) },
        odd: false,
      });
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const parsed = parseAddress(text);
      expect(parsed?.odd).toBe(false);
      expect(parseAddress(formatAddress(parsed!.address))).toEqual(parsed);
    }),
  );
});
