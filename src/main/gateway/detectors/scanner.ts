/** What a request must not carry out, and an answer not in. Heads are looked at here, at once; `body-scan.ts` and `event-scan.ts` are for bodies. */
import type { Secret } from "#node/secret.ts";
import type { DetectorAction, GatewayDetectors } from "#shared/contract/gateway.ts";
import { findWrapped, Needles, type Read, shortestHeld } from "../../broker/redaction/index.ts";
import { encodingsOf } from "./encodings.ts";
import { readInstructions } from "./instructions.ts";
import { type Found, findTokens, tokenBeginning, tokenBegun } from "./tokens.ts";

export type Finding = Found & { action: Exclude<DetectorAction, "off"> };

/** Asks a person about something that was found, in words that do not say it again; true: it may pass. */
export type AskAbout = (what: string) => Promise<boolean>;

/** What is looked for in one direction. */
export type Looks = Pick<GatewayDetectors, "tokens" | "secrets" | "uploads" | "uploadBytes" | "instructions">;

export function outgoing(detectors: GatewayDetectors): Looks {
  return { ...detectors, instructions: "off" };
}

export function incoming({ incoming, instructions }: GatewayDetectors): Looks {
  return { tokens: incoming, secrets: incoming, instructions, uploads: "off", uploadBytes: Number.MAX_SAFE_INTEGER };
}

/** One answer is for the whole of a body, however it is read. */
export function askingOnce(ask: AskAbout): { ask: AskAbout; asking: () => boolean } {
  const answers = new Map<string, boolean>();
  let asking = false;
  return {
    asking: () => asking,
    ask: async (what) => {
      asking = true;
      const answer = answers.get(what) ?? (await ask(what));
      asking = false;
      answers.set(what, answer);
      return answer;
    },
  };
}

/** What was found must not pass. The message says what it was, never the value. */
export class Detected extends Error {}

/** A finding that goes on is kept back up to this; one that is longer is known by its beginning. */
export const mostKeptBack = 20_000;
export const filler = "*".charCodeAt(0);
const twoWords = /[a-z0-9][^a-z0-9]+[a-z0-9]/i;

export class Scanner {
  readonly looks: Looks;
  readonly #needles: Needles | null;
  readonly #blotted = new Set<string>();

  constructor(looks: Looks, secrets: readonly Secret[]) {
    this.looks = looks;
    const wanted = looks.secrets === "off" ? [] : secrets.flatMap((secret) => encodingsOf(secret.reveal()));
    this.#needles = wanted.length === 0 ? null : new Needles(wanted);
  }

  /** Whether content has to be read at all. */
  get reads(): boolean {
    return readingActions(this.looks).some((action) => action !== "off");
  }

  /** Whether nothing that is found is a reason to stop. */
  get onlyRedacts(): boolean {
    const { uploads } = this.looks;
    return uploads === "off" && readingActions(this.looks).every((action) => action === "off" || action === "redact");
  }

  /** Whether there is anything to look for. */
  get idle(): boolean {
    return !this.reads && this.looks.uploads === "off";
  }

  /** What was blotted out so far, for the log. */
  get blotted(): readonly string[] {
    return [...this.#blotted];
  }

  /**
   * What is in it, in order, how many bytes at its end may become something with what follows, and how many of them have begun to be it: where it is
   * not known whether anything follows, only these are worth waiting for.
   */
  read(bytes: Buffer): Read<Finding> {
    const { tokens, secrets, instructions } = this.looks;
    const found: Finding[] = [];
    let begun = 0;
    let held = 0;
    if (secrets !== "off" && this.#needles !== null) {
      const read = findWrapped(this.#needles, bytes);
      found.push(...read.found.map((place) => ({ ...place, what: "a value of the vault", action: secrets })));
      begun = read.unfinished;
      if (begun >= shortestHeld) held = begun;
    }
    const text = tokens === "off" && instructions === "off" ? "" : bytes.toString("latin1");
    if (tokens !== "off") {
      found.push(...findTokens(text).map((place) => ({ ...place, action: tokens })));
      begun = Math.max(begun, tokenBeginning(text.slice(-256)));
      held = Math.max(held, tokenBegun(text));
    }
    if (instructions !== "off") {
      const read = readInstructions(text);
      found.push(...read.found.map((place) => ({ ...place, action: instructions })));
      begun = Math.max(begun, read.unfinished);
      // One word may begin anything.
      if (twoWords.test(text.slice(text.length - read.unfinished))) held = Math.max(held, read.unfinished);
    }
    found.sort((a, b) => a.start - b.start);
    const touching = found.find(({ end }) => end === bytes.length);
    const open = touching === undefined ? 0 : bytes.length - touching.start;
    return { found, unfinished: Math.min(Math.max(begun, open), mostKeptBack, bytes.length), held };
  }

  /** A short text (a header's value, a target) with what was found blotted out, once all that has to be asked was allowed. Throws {@link Detected}. */
  async clear(text: string, where: string, ask: AskAbout): Promise<string> {
    const bytes = Buffer.from(text, "latin1");
    await this.settle(this.read(bytes).found, where, ask, ({ start, end }) => bytes.fill(filler, start, end));
    return bytes.toString("latin1");
  }

  /** A header, also what is in its name, and behind the base64 of a user and password. */
  async clearHeader([name, value]: readonly [string, string], where: string, ask: AskAbout): Promise<[string, string]> {
    const said = await this.clear(name, "A header's name", ask);
    const cleared = await this.clear(value, `${where} ${said}`, ask);
    const [, scheme, encoded] = /^(basic +)([A-Za-z0-9+/]+=*)$/i.exec(cleared) ?? [];
    if (encoded === undefined) return [said, cleared];
    const bytes = Buffer.from(encoded, "base64");
    let blotted = false;
    await this.settle(this.read(bytes).found, `${where} ${said}`, ask, () => {
      blotted = true;
    });
    return [said, blotted ? scheme + String.fromCharCode(filler).repeat(encoded.length) : cleared];
  }

  /** Something that cannot be blotted out. Throws {@link Detected}. */
  async check(text: string, where: string, ask: AskAbout): Promise<void> {
    await this.settle(this.read(Buffer.from(text, "latin1")).found, where, ask, ({ what }) => {
      throw new Detected(sentenceOf(where, what));
    });
  }

  /** Blots out, asks, or throws, for each finding. Redacting keeps the length, so that what was said about it stays true. */
  async settle(
    findings: readonly Finding[],
    where: string,
    ask: AskAbout,
    blot: (finding: Finding) => void,
  ): Promise<void> {
    const asked = new Set<string>();
    for (const finding of findings) {
      const { action, what } = finding;
      const sentence = sentenceOf(where, what);
      if (action === "redact") {
        blot(finding);
        this.#blotted.add(what);
      } else if (action === "block") throw new Detected(sentence);
      else if (!asked.has(what)) {
        asked.add(what);
        if (!(await ask(sentence))) throw new Detected(sentence);
      }
    }
  }
}

function sentenceOf(where: string, what: string): string {
  return `${where} holds what looks like ${what}`;
}

/** Lets so much leave. `where`: what is counted, as a sentence begins with it. */
export class UploadCount {
  readonly #looks: Looks;
  readonly #where: string;
  readonly #ask: AskAbout;
  #passed = 0;
  #allowed: boolean;

  constructor(looks: Looks, where: string, ask: AskAbout) {
    this.#looks = looks;
    this.#where = where;
    this.#ask = ask;
    this.#allowed = looks.uploads === "off";
  }

  /** Throws {@link Detected} when that is too much. */
  async take(bytes: number): Promise<void> {
    this.#passed += bytes;
    const { uploads, uploadBytes } = this.#looks;
    if (this.#allowed || this.#passed <= uploadBytes) return;
    const sentence = `${this.#where} is larger than ${Math.round(uploadBytes / 1000)} kB`;
    if (uploads !== "ask" || !(await this.#ask(sentence))) throw new Detected(sentence);
    this.#allowed = true;
  }
}

/** What cannot be read might hold anything. Throws {@link Detected} with this sentence. */
export async function allowUnreadable(looks: Looks, sentence: string, ask: AskAbout): Promise<void> {
  const asks = readingActions(looks).every((action) => action === "off" || action === "ask");
  if (!asks || !(await ask(sentence))) throw new Detected(sentence);
}

function readingActions({ tokens, secrets, instructions }: Looks): DetectorAction[] {
  return [tokens, secrets, instructions];
}
