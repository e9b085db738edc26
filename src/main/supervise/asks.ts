/**
 * What an agent may ask a person for, from what it wrote. Pure, and strict: a person decides by what is shown, so nothing is in it that cannot be
 * seen, reads in two ways, or is too long to be read.
 */
import type { Ask } from "#shared/contract/supervise.ts";
import { Failure } from "#shared/failure.ts";
import { readPattern } from "../gateway/index.ts";

/** Characters. */
export const longest = {
  host: 253,
  path: 500,
  reason: 1_000,
  capability: 1_000,
  change: 10_000,
  question: 1_000,
  option: 200,
};
export const most = { ports: 20, methods: 20, paths: 20, options: 10 };

export type HostInput = { host: string; ports: number[]; methods: string[]; paths: string[] };

/** Throws `invalid_input`, as the others here. */
export function hostAsk({ host, ports, methods, paths }: HostInput): Ask {
  const pattern = host.length <= longest.host ? readPattern(host) : null;
  if (pattern === null) {
    throw invalid(
      `${shown(host)} is neither a host name nor an address`,
      "As in api.github.com or *.example.org, without a scheme, port or path.",
    );
  }
  if (/^\*\.[^.]+$/.test(pattern)) throw invalid(`${pattern} would be half the internet`, "Name the host you need.");
  if (ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535)) {
    throw invalid("a port is a number from 1 to 65535");
  }
  if (methods.some((method) => !/^[A-Z]{1,20}$/.test(method)))
    throw invalid("a method is upper-case letters, as in GET");
  for (const path of paths) {
    if (!/^\/[\x21-\x7e]*$/.test(path))
      throw invalid(`${shown(path)} is no beginning of a path`, "As in /repos/me, in visible ASCII.");
    if (path.length > longest.path) throw invalid(`a path has at most ${longest.path} characters`);
  }
  const lists = { ports, methods, paths };
  for (const [name, list] of Object.entries(lists)) {
    const limit = most[name as keyof typeof lists];
    if (list.length > limit) throw invalid(`at most ${limit} ${name}`);
  }
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  return { kind: "host", host: pattern, ports: sorted, methods: unique(methods), paths: unique(paths) };
}

export function capabilityAsk({ capability, change }: { capability: string; change: string }): Ask {
  return {
    kind: "capability",
    capability: readableText("capability", capability, longest.capability),
    change: change.trim() === "" ? "" : readableText("change", change, longest.change),
  };
}

export function decisionAsk({ question, options }: { question: string; options: string[] }): Ask {
  if (options.length > most.options) throw invalid(`at most ${most.options} options`);
  const read = options.map((option) => {
    const text = readableText("option", option, longest.option);
    if (text.includes("\n")) throw invalid("an option is one line");
    return text;
  });
  if (unique(read).length !== read.length) throw invalid("two options are the same");
  return { kind: "decision", question: readableText("question", question, longest.question), options: read };
}

/**
 * Text as a person will read it: trimmed, with `\n` for every line break. Refused are control characters (other than line break and tab), characters that
 * change the direction of what stands beside them or cannot be seen, and halves of characters.
 */
export function readableText(what: string, text: string, limit: number): string {
  const read = text.replace(/\r\n?/g, "\n").trim();
  if (read === "") throw invalid(`${what} is empty`);
  if (read.length > limit) throw invalid(`${what} has at most ${limit} characters`, "Say it shorter.");
  const hidden = unreadable.exec(read);
  if (hidden !== null) {
    const code = hidden[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    throw invalid(`${what} has a character that cannot be shown (U+${code})`, "Use plain text.");
  }
  return read;
}

const unreadable =
  /(?![\n\t])\p{Cc}|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Cs}/u;

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}

function invalid(message: string, hint?: string): Failure {
  return new Failure("invalid_input", message, hint === undefined ? {} : { hint });
}

/** Quoted, with nothing in it that a terminal or a log would take for more than a letter. */
function shown(text: string): string {
  const escaped = JSON.stringify(text.slice(0, 80)).replace(
    /[^\x20-\x7e]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > 80 ? `${escaped}…` : escaped;
}
