/** What a request must not carry out, and an answer not in: looks at heads at once, and at bodies as they pass. */
import { Transform, type TransformCallback } from "node:stream";
import type { Secret } from "#node/secret.ts";
import type { DetectorAction, GatewayDetectors } from "#shared/contract/gateway.ts";
import { encodingsOf } from "./encodings.ts";
import { readInstructions } from "./instructions.ts";
import { Needles } from "./needles.ts";
import { type Found, findTokens, tokenBeginning } from "./tokens.ts";

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

/** What was found must not pass. The message says what it was, never the value. */
export class Detected extends Error {}

/** A finding that goes on is kept back up to this; one that is longer is known by its beginning. */
const mostKeptBack = 20_000;
const filler = "*".charCodeAt(0);

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

  /** Whether there is anything to look for. */
  get idle(): boolean {
    return !this.reads && this.looks.uploads === "off";
  }

  /** What was blotted out so far, for the log. */
  get blotted(): readonly string[] {
    return [...this.#blotted];
  }

  /** What is in it, in order, and how many bytes at its end have to wait for what follows. */
  read(bytes: Buffer): { found: Finding[]; unfinished: number } {
    const { tokens, secrets, instructions } = this.looks;
    const found: Finding[] = [];
    let begun = this.#needles?.beginning(bytes) ?? 0;
    if (secrets !== "off" && this.#needles !== null) {
      found.push(
        ...this.#needles.find(bytes).map((place) => ({ ...place, what: "a value of the vault", action: secrets })),
      );
    }
    const text = tokens === "off" && instructions === "off" ? "" : bytes.toString("latin1");
    if (tokens !== "off") {
      found.push(...findTokens(text).map((place) => ({ ...place, action: tokens })));
      begun = Math.max(begun, tokenBeginning(text.slice(-256)));
    }
    if (instructions !== "off") {
      const read = readInstructions(text);
      found.push(...read.found.map((place) => ({ ...place, action: instructions })));
      begun = Math.max(begun, read.unfinished);
    }
    found.sort((a, b) => a.start - b.start);
    const touching = found.find(({ end }) => end === bytes.length);
    const open = touching === undefined ? 0 : bytes.length - touching.start;
    return { found, unfinished: Math.min(Math.max(begun, open), mostKeptBack, bytes.length) };
  }

  /** A short text (a header's value, a target) with what was found blotted out, once all that has to be asked was allowed. Throws {@link Detected}. */
  async clear(text: string, where: string, ask: AskAbout): Promise<string> {
    const bytes = Buffer.from(text, "latin1");
    await this.settle(this.read(bytes).found, where, ask, bytes);
    return bytes.toString("latin1");
  }

  /** Blots out, asks, or throws, for each finding. Redacting keeps the length, so that what was said about it stays true. */
  async settle(findings: readonly Finding[], where: string, ask: AskAbout, bytes: Buffer): Promise<void> {
    const asked = new Set<string>();
    for (const { action, what, start, end } of findings) {
      const sentence = `${where} holds what looks like ${what}`;
      if (action === "redact") {
        bytes.fill(filler, start, end);
        this.#blotted.add(what);
      } else if (action === "block") throw new Detected(sentence);
      else if (!asked.has(what)) {
        asked.add(what);
        if (!(await ask(sentence))) throw new Detected(sentence);
      }
    }
  }
}

/** A body on its way. Ends with {@link Detected} when something must not pass; what was before it has passed by then, what it is has not. */
export class BodyScan extends Transform {
  readonly #scanner: Scanner;
  readonly #where: string;
  readonly #ask: AskAbout;
  /** It waits for a person. */
  asking = false;
  #kept: Buffer = Buffer.alloc(0);
  #passed = 0;
  #uploadAllowed = false;
  /** One answer is for the whole body. */
  readonly #answers = new Map<string, boolean>();

  /** `where`: what it is the body of, as a sentence begins with it. */
  constructor(scanner: Scanner, where: string, ask: AskAbout) {
    super();
    this.#scanner = scanner;
    this.#where = where;
    this.#ask = ask;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#take(chunk, false).then(() => done(), done);
  }

  override _flush(done: TransformCallback): void {
    this.#take(Buffer.alloc(0), true).then(() => done(), done);
  }

  async #take(chunk: Buffer, last: boolean): Promise<void> {
    this.#passed += chunk.length;
    if (!this.#uploadAllowed && this.#passed > this.#scanner.looks.uploadBytes) {
      this.#uploadAllowed = await allowUpload(this.#scanner.looks, this.#ask);
    }
    if (!this.#scanner.reads) return void this.push(chunk);
    const bytes = Buffer.concat([this.#kept, chunk]);
    const { found, unfinished } = this.#scanner.read(bytes);
    let end = last ? bytes.length : bytes.length - unfinished;
    // Nothing is cut in the middle, except what is longer than is ever kept.
    const crossing = found.find((each) => each.start < end && each.end > end);
    if (crossing !== undefined && bytes.length - crossing.start <= mostKeptBack) end = crossing.start;
    await this.#scanner.settle(
      found.filter(({ start }) => start < end),
      this.#where,
      (what) => this.#once(what),
      bytes,
    );
    this.#kept = Buffer.from(bytes.subarray(end));
    if (end > 0) this.push(bytes.subarray(0, end));
  }

  async #once(what: string): Promise<boolean> {
    this.asking = true;
    const answer = this.#answers.get(what) ?? (await this.#ask(what));
    this.asking = false;
    this.#answers.set(what, answer);
    return answer;
  }
}

/** Throws {@link Detected} when a body of this size must not pass. */
export async function allowUpload({ uploads, uploadBytes }: Looks, ask: AskAbout): Promise<true> {
  if (uploads === "off") return true;
  const sentence = `The body is larger than ${Math.round(uploadBytes / 1000)} kB`;
  if (uploads === "ask" && (await ask(sentence))) return true;
  throw new Detected(sentence);
}

/** What cannot be read might hold anything. Throws {@link Detected} with this sentence. */
export async function allowUnreadable(looks: Looks, sentence: string, ask: AskAbout): Promise<void> {
  const asks = readingActions(looks).every((action) => action === "off" || action === "ask");
  if (!asks || !(await ask(sentence))) throw new Detected(sentence);
}

function readingActions({ tokens, secrets, instructions }: Looks): DetectorAction[] {
  return [tokens, secrets, instructions];
}
