/** Host names as they stand in targets, rules and certificates: one spelling, or none. Pure. */
import { type Address, type ParsedAddress, parseAddress } from "./address.ts";

export type Host = { kind: "name"; name: string } | { kind: "address"; address: Address; odd: boolean };

const mostNameLength = 253;
const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads the host of a target: a name in lower case without its last dot, or an address (IPv6 with or without brackets). Null for what is
 * neither. Names outside ASCII have to be in their `xn--` form: what looks alike is not the same.
 */
export function parseHost(text: string): Host | null {
  const inner = /^\[(.*)\]$/.exec(text)?.[1];
  if (inner !== undefined) return inner.includes(":") ? ofAddress(parseAddress(inner)) : null;
  const address = parseAddress(text);
  if (address !== null) return ofAddress(address);
  const name = text.toLowerCase().replace(/\.$/, "");
  if (name.length === 0 || name.length > mostNameLength) return null;
  const labels = name.split(".");
  if (!labels.every((part) => label.test(part))) return null;
  // A name whose last label is a number is an address to some programs and broken to the others (WHATWG URL, "ends in a number").
  return /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1)!) ? null : { kind: "name", name };
}

function ofAddress(parsed: ParsedAddress | null): Host | null {
  return parsed === null ? null : { kind: "address", ...parsed };
}

/** A rule's host: an exact name, or `*.` before a name for everything below it (not the name itself). Null when it is neither. */
export function parseHostPattern(text: string): string | null {
  const wild = text.startsWith("*.");
  const host = parseHost(wild ? text.slice(2) : text);
  if (host?.kind !== "name") return null;
  return wild ? `*.${host.name}` : host.name;
}
