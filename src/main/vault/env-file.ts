/** Reads a `.env` file as dotenv does. What is no assignment is counted, never repeated: it may be a part of a secret. */

export type Assignment = { name: string; value: string };
export type EnvFile = {
  assignments: Assignment[] /** Numbers of the lines that were not understood, from 1. */;
  ignored: number[];
};

/** A name, or what could be one; a line of a key's base64 is longer than the names people give. */
const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]{0,62})\s*[=:]\s*(.*)$/;

/** Of a name that is assigned twice, the last one counts. */
export function readEnvFile(text: string): EnvFile {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  const found = new Map<string, string>();
  const ignored: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, rest] = assignment.exec(line) ?? [];
    if (name === undefined || rest === undefined) {
      ignored.push(at + 1);
      continue;
    }
    const { value, lastLine } = valueFrom(rest, lines, at);
    at = lastLine;
    found.delete(name);
    found.set(name, value);
  }
  return { assignments: [...found].map(([name, value]) => ({ name, value })), ignored };
}

function valueFrom(rest: string, lines: readonly string[], at: number): { value: string; lastLine: number } {
  const quote = rest[0];
  if (quote === '"' || quote === "'" || quote === "`") {
    const quoted = upToQuote(quote, rest, lines, at);
    if (quoted) return { ...quoted, value: quote === '"' ? unescaped(quoted.value) : quoted.value };
  }
  // A key in several lines is often pasted without quotes.
  const end = /^-----BEGIN ([A-Z ]+)-----\s*$/.exec(rest)?.[1];
  if (end !== undefined) {
    const last = lines.findIndex((line, index) => index > at && line.trim() === `-----END ${end}-----`);
    if (last > at) return { value: `${[rest, ...lines.slice(at + 1, last + 1)].join("\n")}\n`, lastLine: last };
  }
  return { value: rest.replace(/(^|\s)#.*$/, "").trim(), lastLine: at };
}

/** A quoted value may go over several lines; null when its quote is never closed, and the quote is a part of the value then. */
function upToQuote(
  quote: string,
  rest: string,
  lines: readonly string[],
  at: number,
): { value: string; lastLine: number } | null {
  let value = "";
  for (let line = at; line < lines.length; line++) {
    const text = line === at ? rest.slice(1) : lines[line]!;
    for (let index = 0; index < text.length; index++) {
      if (text[index] === "\\" && quote === '"') {
        value += text.slice(index, index + 2);
        index += 1;
      } else if (text[index] === quote) return { value, lastLine: line };
      else value += text[index];
    }
    value += "\n";
  }
  return null;
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, sign: string) => escapes[sign] ?? sign);
}
