/** Numbers that were typed. */
import { misunderstood } from "./usage.ts";

/** Digits only. `what` names the option in the failure. */
export function wholeNumber(what: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  if (!/^\d{1,9}$/.test(text)) throw misunderstood(`${what} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}
