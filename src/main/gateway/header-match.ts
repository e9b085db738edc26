/** Whether a request's headers are those a rule is about. Pure. Programs disagree about headers that are there twice, so such ones allow nothing. */
import type { GatewayHeader, GatewayRule } from "#shared/contract/gateway.ts";
import { endToEnd, type RawHeaders } from "./headers.ts";

/** Only what leaves counts: a header that ends at the gateway was seen by nobody else. */
export function headersMatch({ headers, effect }: Pick<GatewayRule, "headers" | "effect">, raw: RawHeaders): boolean {
  if (headers.length === 0) return true;
  const leaving = endToEnd(raw);
  return headers.every((wanted) => {
    // Many servers read `_` as `-`: for them both are the same header.
    const given = leaving.filter(([name]) => name.toLowerCase().replaceAll("_", "-") === wanted.name);
    return effect === "deny" ? mightBe(wanted, given) : isExactly(wanted, given);
  });
}

type Given = readonly [name: string, value: string][];

function isExactly({ name, value }: GatewayHeader, given: Given): boolean {
  const [first, second] = given;
  if (first === undefined || second !== undefined || first[0].toLowerCase() !== name) return false;
  return fits(value, first[1]);
}

/** What denies also denies what some server may take for it: one of several, a part of a list, in other letters. */
function mightBe({ value }: GatewayHeader, given: Given): boolean {
  const pattern = value.toLowerCase();
  return given.some(([, text]) => {
    const whole = text.toLowerCase();
    return [whole, ...whole.split(",").map((part) => part.trim())].some((part) => fits(pattern, part));
  });
}

/** `*` in the pattern stands for any characters, also for none. In one pass, whatever the pattern. */
export function fits(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  const end = text.length - tail.length;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
