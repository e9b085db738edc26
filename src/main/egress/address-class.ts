/**
 * What an address is for (IANA's special-purpose registries, and the metadata services of clouds). Only `public` may be reached without
 * being asked for by name: everything else is the machine itself, its neighbours, or an address that means another one.
 */
import { type Address, parseAddress } from "./address.ts";

export const addressClasses = [
  "public",
  "loopback",
  "private",
  "shared",
  "link-local",
  "metadata",
  "multicast",
  "documentation",
  "unspecified",
  "reserved",
  "embedded",
] as const;

/** `shared` is carrier-grade NAT; `embedded` is an IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo, ISATAP). */
export type AddressClass = (typeof addressClasses)[number];

type Block = { family: 4 | 6; prefix: Uint8Array; bits: number; class: AddressClass };

/** First match counts: the small blocks stand before the ones they lie in. */
const blocks: Block[] = [
  block("169.254.169.254/32", "metadata"), // AWS, Azure, Google and most others
  block("169.254.170.2/32", "metadata"), // AWS containers
  block("169.254.170.23/32", "metadata"), // AWS EKS pods
  block("100.100.100.200/32", "metadata"), // Alibaba
  block("168.63.129.16/32", "metadata"), // Azure's host, in the middle of public space
  block("192.0.0.192/32", "metadata"), // Oracle
  block("0.0.0.0/8", "unspecified"),
  block("10.0.0.0/8", "private"),
  block("100.64.0.0/10", "shared"),
  block("127.0.0.0/8", "loopback"),
  block("169.254.0.0/16", "link-local"),
  block("172.16.0.0/12", "private"),
  block("192.0.0.0/24", "reserved"),
  block("192.0.2.0/24", "documentation"),
  block("192.88.99.0/24", "reserved"), // 6to4 relays
  block("192.168.0.0/16", "private"),
  block("198.18.0.0/15", "reserved"), // benchmarks
  block("198.51.100.0/24", "documentation"),
  block("203.0.113.0/24", "documentation"),
  block("224.0.0.0/4", "multicast"),
  block("240.0.0.0/4", "reserved"), // and broadcast

  block("fd00:ec2::254/128", "metadata"), // AWS
  block("fd20:ce::254/128", "metadata"), // Google
  block("::/128", "unspecified"),
  block("::1/128", "loopback"),
  block("::ffff:0:0/96", "embedded"), // mapped
  block("::ffff:0:0:0/96", "embedded"), // translated
  block("::/96", "embedded"), // compatible
  block("64:ff9b::/96", "embedded"), // NAT64
  block("64:ff9b:1::/48", "embedded"), // NAT64 of a network's own
  block("2001::/32", "embedded"), // Teredo
  block("2002::/16", "embedded"), // 6to4
  block("2001:db8::/32", "documentation"),
  block("2001::/23", "reserved"),
  block("3fff::/20", "documentation"),
  block("fc00::/7", "private"),
  block("fe80::/10", "link-local"),
  block("fec0::/10", "private"), // site-local, deprecated
  block("ff00::/8", "multicast"),
  block("2000::/3", "public"),
  block("::/0", "reserved"),
];

export function classOfAddress(address: Address): AddressClass {
  if (isIsatap(address)) return "embedded";
  const found = blocks.find((candidate) => contains(candidate, address));
  return found?.class ?? "public";
}

/** The IPv4 address inside an `embedded` one, where its place is known. */
function embeddedAddress(address: Address): Address | null {
  if (address.family !== 6 || classOfAddress(address) !== "embedded") return null;
  const { bytes } = address;
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return { family: 4, bytes: bytes.slice(2, 6) };
  const last = bytes.slice(12);
  // Teredo writes its client's address inverted.
  if (bytes[0] === 0x20 && bytes[1] === 0x01 && bytes[2] === 0 && bytes[3] === 0) {
    return { family: 4, bytes: last.map((byte) => byte ^ 0xff) };
  }
  return { family: 4, bytes: last };
}

/**
 * Null when the address may be reached; else the class that forbids it. An embedded address needs its own class and that of what is in it. With
 * `onlyThose`, public ones need theirs too.
 */
export function refusedClass(
  address: Address,
  allowed: readonly AddressClass[],
  onlyThose = false,
): AddressClass | null {
  const own = classOfAddress(address);
  if ((own !== "public" || onlyThose) && !allowed.includes(own)) return own;
  const inner = embeddedAddress(address);
  return inner === null ? null : refusedClass(inner, allowed, onlyThose);
}

function isIsatap({ family, bytes }: Address): boolean {
  return family === 6 && (bytes[8]! & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
}

function block(cidr: string, of: AddressClass): Block {
  const [text = "", bits] = cidr.split("/");
  const { address } = parseAddress(text)!;
  return { family: address.family, prefix: address.bytes, bits: Number(bits), class: of };
}

function contains({ family, prefix, bits }: Block, address: Address): boolean {
  if (family !== address.family) return false;
  for (let index = 0, left = bits; left > 0; index++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if ((prefix[index]! & mask) !== (address.bytes[index]! & mask)) return false;
  }
  return true;
}
