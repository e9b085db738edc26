/** Headers on their way through: what belongs to one connection stays there (RFC 9110 7.6.1), everything else is passed on as it was written. */
import { hopByHop } from "../egress/index.ts";

/** Names and values by turns, as `rawHeaders` has them. */
export type RawHeaders = string[];

/** Ours: never of use to a server. */
export const probeHeader = "x-cellar-probe";

export function headerPairs(raw: RawHeaders): [name: string, value: string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2]!, raw[index * 2 + 1]!]);
}

export function endToEnd(raw: RawHeaders): [name: string, value: string][] {
  const pairs = headerPairs(raw);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.split(",").map((name) => name.trim().toLowerCase()));
  const dropped = new Set([...hopByHop, ...named, probeHeader]);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** What a request to `authority` is sent with. `framing`: how its body is delimited on this side. */
export function requestHeaders(raw: RawHeaders, authority: string): RawHeaders {
  const passed = endToEnd(raw).filter(([name]) => !["host", "expect"].includes(name.toLowerCase()));
  const chunked = headerPairs(raw).some(([name]) => name.toLowerCase() === "transfer-encoding");
  return [["Host", authority], ...passed, ...(chunked ? [["Transfer-Encoding", "chunked"]] : [])].flat();
}

/** Null when there is none or more than one: what is there twice is read differently by different programs. */
export function onlyHeader(raw: RawHeaders, wanted: string): string | null {
  const values = headerPairs(raw).filter(([name]) => name.toLowerCase() === wanted);
  return values.length === 1 ? values[0]![1] : null;
}
