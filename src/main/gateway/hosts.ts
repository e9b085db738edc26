/** Hosts in the one spelling that rules, the log and the dialler share. */
import { type AddressClass, formatAddress, parseAddress, parseHost, parseHostPattern } from "../egress/index.ts";

export type ReadHost = {
  kind: "name" | "address";
  text: string;
  /** An address in a spelling that not everybody reads alike (octal, hexadecimal, one number). */
  odd: boolean;
};

/** Null for what is neither a name nor an address. */
export function readHost(text: string): ReadHost | null {
  const host = parseHost(text);
  if (host === null) return null;
  if (host.kind === "name") return { kind: "name", text: host.name, odd: false };
  return { kind: "address", text: formatAddress(host.address), odd: host.odd };
}

/** A rule's host: a name, `*.` and a name, or an address in its plain spelling. */
export function readPattern(text: string): string | null {
  const host = readHost(text);
  if (host?.kind === "address") return host.odd ? null : host.text;
  return parseHostPattern(text);
}

/** Classes of addresses that a rule can open; a cloud's metadata service is none of them. */
const privateClasses: readonly AddressClass[] = ["private", "shared", "loopback", "link-local"];

/** Where the host may lead: a rule that names an address means just that one, wherever it is. */
export function reachableClasses(host: string, privateAddresses: boolean): readonly AddressClass[] {
  return privateAddresses || parseAddress(host) !== null ? privateClasses : [];
}
