/** What a request must not carry out: looks at its head at once, and at its body as it passes. */
import { Transform, type TransformCallback } from "node:stream";
import type { Secret } from "#node/secret.ts";
import type { DetectorAction, GatewayDetectors } from "#shared/contract/gateway.ts";
import { encodingsOf } from "./encodings.ts";
import { Needles } from "./needles.ts";
import { type Found, findTokens, tokenBeginning } from "./tokens.ts";

export type Finding = Found & { action: Exclude<DetectorAction, "off"> };

/** Asks a person about something that was found, in words that do not say it again; true: it may pass. */
export type AskAbout = (what: string) => Promise<boolean>;

/** What was found must not pass. The message says what it was, never the value. */
export class Detected extends Error {}

/** A finding that goes on is kept back up to this; one that is longer is known by its beginning. */
const mostKeptBack = 20_000;
const filler = "*".charCodeAt(0);

export class Scanner {
  readonly detectors: GatewayDetectors;
  readonly #needles: Needles | null;

  constructor(detectors: GatewayDetectors, secrets: readonly Secret[]) {
    this.detectors = detectors;
    const wanted = detectors.secrets === "off" ? [] : secrets.flatMap((secret) => encodingsOf(secret.reveal()));
    this.#needles = wanted.length === 0 ? null : new Needles(wanted);
  }

  /** Whether content has to be read at all. */
  get reads(): boolean {
    return this.detectors.tokens !== "off" || this.detectors.secrets !== "off";
  }

  find(bytes: Buffer): Finding[] {
    const { tokens, secrets } = this.detectors;
    const found: Finding[] = [];
    if (secrets !== "off" && this.#needles !== null) {
      found.push(
        ...this.#needles.find(bytes).map((place) => ({ ...place, what: "a value of the vault", action: secrets })),
      );
    }
    if (tokens !== "off")
      found.push(...findTokens(bytes.toString("latin1")).map((place) => ({ ...place, action: tokens })));
    return found.sort((a, b) => a.start - b.start);
  }

  /** Bytes at the end that have to wait for what follows. */
  unfinished(bytes: Buffer, found: readonly Finding[]): number {
    const touching = found.find(({ end }) => end === bytes.length);
    const tokens = this.detectors.tokens === "off" ? 0 : tokenBeginning(bytes.subarray(-256).toString("latin1"));
    const open = touching === undefined ? 0 : bytes.length - touching.start;
    return Math.min(Math.max(tokens, this.#needles?.beginning(bytes) ?? 0, open), mostKeptBack, bytes.length);
  }

  /** A short text (a header's value, a target) with what was found blotted out, once all that has to be asked was allowed. Throws {@link Detected}. */
  async clear(text: string, where: string, ask: AskAbout): Promise<string> {
    const bytes = Buffer.from(text, "latin1");
    await settle(this.find(bytes), where, ask, bytes);
    return bytes.toString("latin1");
  }
}

/** Blots out, asks, or throws, for each finding. Redacting keeps the length, so that what was said about it stays true. */
async function settle(findings: readonly Finding[], where: string, ask: AskAbout, bytes: Buffer): Promise<void> {
  const asked = new Set<string>();
  for (const { action, what, start, end } of findings) {
    const sentence = `${where} holds what looks like ${what}`;
    if (action === "redact") bytes.fill(filler, start, end);
    else if (action === "block") throw new Detected(sentence);
    else if (!asked.has(what)) {
      asked.add(what);
      if (!(await ask(sentence))) throw new Detected(sentence);
    }
  }
}

/** A body on its way. Ends with {@link Detected} when something must not pass; what was before it has passed by then, what it is has not. */
export class BodyScan extends Transform {
  readonly #scanner: Scanner;
  readonly #ask: AskAbout;
  #kept: Buffer = Buffer.alloc(0);
  #passed = 0;
  #uploadAllowed = false;
  /** One answer is for the whole body. */
  readonly #answers = new Map<string, boolean>();

  constructor(scanner: Scanner, ask: AskAbout) {
    super();
    this.#scanner = scanner;
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
    if (!this.#uploadAllowed && this.#passed > this.#scanner.detectors.uploadBytes) {
      this.#uploadAllowed = await allowUpload(this.#scanner.detectors, this.#ask);
    }
    if (!this.#scanner.reads) return void this.push(chunk);
    const bytes = Buffer.concat([this.#kept, chunk]);
    const found = this.#scanner.find(bytes);
    let end = last ? bytes.length : bytes.length - this.#scanner.unfinished(bytes, found);
    // Nothing is cut in the middle, except what is longer than is ever kept.
    const crossing = found.find((each) => each.start < end && each.end > end);
    if (crossing !== undefined && bytes.length - crossing.start <= mostKeptBack) end = crossing.start;
    await settle(
      found.filter(({ start }) => start < end),
      "The body",
      (what) => this.#once(what),
      bytes,
    );
    this.#kept = Buffer.from(bytes.subarray(end));
    if (end > 0) this.push(bytes.subarray(0, end));
  }

  async #once(what: string): Promise<boolean> {
    const answer = this.#answers.get(what) ?? (await this.#ask(what));
    this.#answers.set(what, answer);
    return answer;
  }
}

/** Throws {@link Detected} when a body of this size must not pass. */
export async function allowUpload({ uploads, uploadBytes }: GatewayDetectors, ask: AskAbout): Promise<true> {
  if (uploads === "off") return true;
  const sentence = `The body is larger than ${Math.round(uploadBytes / 1000)} kB`;
  if (uploads === "ask" && (await ask(sentence))) return true;
  throw new Detected(sentence);
}

/** A body that cannot be read might hold anything. Throws {@link Detected}. */
export async function allowUnreadable({ tokens, secrets }: GatewayDetectors, ask: AskAbout): Promise<void> {
  const sentence = "The body is compressed, so that it cannot be looked into";
  const asks = [tokens, secrets].every((action) => action === "off" || action === "ask");
  if (!asks || !(await ask(sentence))) throw new Detected(sentence);
}
