/** The command lines of `k` and `km`, read as agent-tty 0.1.0 reads them (features AT-4, AT-19). Pure: who runs what is the host's. */
import { monitorUsage, usage } from "./usage.ts";

/** `session` is what was given, null when it is to be resolved; names are not checked here. */
export type KCommand =
  | { verb: "say"; text: string; exitCode: 0 | 1 }
  | { verb: "nothing" }
  | { verb: "new"; session: string; command: string | null; prompt: string | null }
  | {
      verb: "run";
      session: string | null;
      code: string;
      limitSeconds: number;
      json: boolean;
      exitAsProgram: boolean;
    }
  | { verb: "fire"; session: string | null; code: string; limitSeconds: number }
  | { verb: "poll"; session: string | null; cellId: string | null }
  | { verb: "wait"; session: string | null; cellId: string | null; limitSeconds: number }
  | { verb: "notify"; words: string[] }
  | { verb: "int" | "status" | "watch"; session: string | null }
  | { verb: "history"; session: string | null; screens: number }
  | { verb: "kill"; session: string }
  | { verb: "ls" }
  | { verb: "send"; session: string; text: string; raw: boolean }
  | { verb: "keys"; session: string; keys: string[] }
  | { verb: "screen"; session: string; json: boolean };

export type MonitorCommand =
  | { verb: "say"; text: string; exitCode: 0 }
  | { verb: "refuse"; session: string; text: string }
  | { verb: "monitor"; session: string; cellId: string | null; once: boolean };

/** Code or text given so is read from standard input. */
export const standardInput = "-";

const usages = {
  run: "usage: k run [-j] [-x] [-t N] [session] <code>\n",
  fire: "usage: k fire [-t N] [session] <code>\n",
  wait: "usage: k wait [-t N] [session] [cell_id]\n",
  history: "usage: k history [-n N] [session]\n",
  send: "usage: k send <session> [--raw] <text>\n",
  keys: "usage: k keys <session> <key>...\n",
  screen: "usage: k screen <session> [--json]\n",
};
/** More than anybody waits for, and little enough for every clock. */
const longestLimit = 10_000_000;

class Misread extends Error {}

/** Python's `int`, of numbers from 0 on. */
function count(option: string, word: string): number {
  if (!/^\s*\+?\d+(?:_\d+)*\s*$/.test(word)) throw new Misread(`ERR ${option} takes a whole number, not '${word}'\n`);
  return Math.min(Number(word.replaceAll("_", "")), longestLimit);
}

/** Takes options off the front of `words`; any other word ends them. `valued` are followed by a number. */
function options(
  words: string[],
  flags: readonly string[],
  valued: string | null,
  onMissing: string,
): { seen: Set<string>; value: number | null } {
  const seen = new Set<string>();
  let value: number | null = null;
  for (;;) {
    const [word, next] = words;
    if (word !== undefined && word === valued) {
      if (next === undefined) throw new Misread(onMissing);
      value = count(valued, next);
      words.splice(0, 2);
    } else if (word !== undefined && flags.includes(word)) {
      seen.add(word);
      words.shift();
    } else return { seen, value };
  }
}

/** One positional is the code, two or more are session and code. */
function target(words: string[], onMissing: string): { session: string | null; code: string } {
  const [first, second] = words;
  if (first === undefined) throw new Misread(onMissing);
  return second === undefined ? { session: null, code: first } : { session: first, code: second };
}

export function readArguments(args: readonly string[]): KCommand {
  try {
    return read(args);
  } catch (error) {
    if (error instanceof Misread) return { verb: "say", text: error.message, exitCode: 1 };
    throw error;
  }
}

function read(args: readonly string[]): KCommand {
  const [verb, ...words] = args;
  if (verb === undefined || verb === "-h" || verb === "--help") return { verb: "say", text: usage, exitCode: 0 };
  const [first] = words;
  // An empty word is no session, as for Python.
  const session = first || null;
  switch (verb) {
    case "run":
    case "await": {
      const { seen, value } = options(words, ["-j", "-x"], "-t", usages.run);
      const { session, code } = target(words, usages.run);
      return {
        verb: "run",
        session,
        code,
        limitSeconds: value ?? 30,
        json: seen.has("-j"),
        exitAsProgram: seen.has("-x"),
      };
    }
    case "fire": {
      if (first === undefined) break;
      const { value } = options(words, [], "-t", usages.fire);
      return { verb: "fire", ...target(words, usages.fire), limitSeconds: value ?? 300 };
    }
    case "poll":
      return { verb: "poll", session, cellId: words[1] ?? null };
    case "wait": {
      const { value } = options(words, [], "-t", usages.wait);
      return { verb: "wait", session: words[0] || null, cellId: words[1] ?? null, limitSeconds: value ?? 0 };
    }
    case "history": {
      // Only one, and only in front: a second -n is taken for a session's name.
      const numbered = first === "-n";
      if (numbered && words[1] === undefined) throw new Misread(usages.history);
      const screens = numbered ? count("-n", words[1]!) : 5;
      return { verb: "history", session: (numbered ? words[2] : first) || null, screens };
    }
    case "int":
    case "status":
    case "watch":
      return { verb, session };
    case "ls":
      return { verb: "ls" };
    case "new": {
      if (first === undefined) break;
      const prompts = words.slice(1).filter((word) => word.startsWith("--prompt="));
      const command = words.slice(1).filter((word) => !word.startsWith("--prompt="));
      return {
        verb: "new",
        session: first,
        command: command.length > 0 ? command.join(" ") : null,
        prompt: prompts.at(-1)?.slice("--prompt=".length) || null,
      };
    }
    case "kill":
      if (first === undefined) break;
      return { verb: "kill", session: first };
    case "notify":
      if (first === undefined) break;
      return { verb: "notify", words };
    case "send": {
      const raw = words[1] === "--raw";
      const text = words[raw ? 2 : 1];
      if (first === undefined || text === undefined) throw new Misread(usages.send);
      return { verb: "send", session: first, text, raw };
    }
    case "keys":
      if (first === undefined || words.length < 2) throw new Misread(usages.keys);
      return { verb: "keys", session: first, keys: words.slice(1) };
    case "screen":
      if (first === undefined || words.length > 2 || (words.length === 2 && words[1] !== "--json")) {
        throw new Misread(usages.screen);
      }
      return { verb: "screen", session: first, json: words.length === 2 };
    case "_bg":
      // agent-tty's watcher process: the host watches by itself.
      if (words.length >= 5) return { verb: "nothing" };
      break;
    default:
  }
  return { verb: "say", text: usage, exitCode: 1 };
}

export function readMonitorArguments(args: readonly string[]): MonitorCommand {
  const [session, ...words] = args;
  if (session === undefined || session === "-h" || session === "--help") {
    return { verb: "say", text: monitorUsage, exitCode: 0 };
  }
  let cellId: string | null = null;
  let once = false;
  for (const word of words) {
    if (word === "-1") once = true;
    else if (/^[0-9a-f]{12}$/.test(word)) cellId = word;
    else return { verb: "refuse", session, text: `unknown arg: ${word}\n` };
  }
  return { verb: "monitor", session, cellId, once };
}

/** Whether a call answers in JSON, for whoever has to answer in the host's place. */
export function answersInJson(command: KCommand): boolean {
  return ["fire", "poll", "wait"].includes(command.verb) || (command.verb === "run" && command.json);
}
