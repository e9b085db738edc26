/** What Python would print: the users of `k` match on the lines of a program that was written in it. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One line, as `json.dumps(value, ensure_ascii=False)`: a blank behind each comma and colon. What is no text stays escaped. */
export function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, of]) => `${JSON.stringify(key)}: ${pythonJson(of)}`);
    return `{${pairs.join(", ")}}`;
  }
  return JSON.stringify(value);
}

const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };
/** Control characters, separators other than the blank, formats, private use, unassigned, and halves of surrogate pairs. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\\/gu;

/** As `repr(text)`: in single quotes unless only they occur in it. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(unprintable, (character) => named[character] ?? numbered(character.codePointAt(0)!));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function numbered(point: number): string {
  const hex = point.toString(16);
  if (point <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return point <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** ISO 8601 with microseconds and `+00:00`; `ms` since 1970, with a fraction. */
export function pythonTimestamp(ms: number): string {
  const whole = Math.floor(ms);
  const micros = String(Math.floor((ms - whole) * 1000)).padStart(3, "0");
  return new Date(whole).toISOString().replace("Z", `${micros}+00:00`);
}
