/** Reading payloads that come from outside: what is not as expected is as if it were not there. */
import { oneLine } from "../text.ts";

export type Payload = Readonly<Record<string, unknown>>;

export function objectIn(value: unknown): Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : {};
}

/** One line, or undefined when there is no such text. */
export function textIn(payload: Payload, key: string, most?: number): string | undefined {
  const value = payload[key];
  if (typeof value !== "string") return undefined;
  const line = oneLine(value, most);
  return line === "" ? undefined : line;
}
