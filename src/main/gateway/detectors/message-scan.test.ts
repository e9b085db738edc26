/** Messages come out as they went in, but for what was found; no more of them is taken than fits, and none waits for long because of what may follow. */
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { Secret } from "#node/secret.ts";
import { gatewayDetectors } from "#shared/contract/gateway.ts";
import { pieces } from "#test/pieces.ts";
import { FrameReader, FrameWriter } from "../web-socket-frames.ts";
import { MessageScan } from "./message-scan.ts";
import { outgoing, Scanner } from "./scanner.ts";

afterEach(() => void vi.useRealTimers());

const value = 'vault/"value"+of=us';
const redacting = () =>
  new Scanner(outgoing(gatewayDetectors.parse({ tokens: "redact", secrets: "redact" })), [new Secret(value)]);

const asking = () => new Scanner(outgoing(gatewayDetectors.parse({ secrets: "ask" })), [new Secret(value)]);

function scanning(scanner: Scanner | null = redacting(), ask = async () => false) {
  const refused: string[] = [];
  const scan = new MessageScan({
    scanner,
    where: "The message",
    ask,
    masked: true,
    blotted: () => {},
    refused: (why) => refused.push(why.message),
  });
  return { scan, refused };
}

/** One message in frames of these sizes, and what is left as the last. */
function written(text: string, sizes: readonly number[] = []): Buffer {
  const writer = new FrameWriter({ masked: true });
  const parts = pieces(Buffer.from(text), sizes);
  return Buffer.concat(
    parts.map((payload, at) => {
      // The writer keeps no pieces: each is written as a message, and said to be a part.
      const frame = writer.take({ opcode: 1, final: true, length: payload.length, payload, begins: true, ends: true })!;
      frame[0] = (at === parts.length - 1 ? 0x80 : 0) | (at === 0 ? 1 : 0);
      return frame;
    }),
  );
}

/** The texts of whole messages. */
class Texts {
  readonly #reader = new FrameReader({ masked: true });
  #begun = "";
  readonly all: string[] = [];

  push(chunk: Buffer): void {
    for (const { payload, final, ends } of this.#reader.push(chunk)) {
      this.#begun += payload.toString();
      if (final && ends) this.all.push(this.#begun);
      if (final && ends) this.#begun = "";
    }
  }
}

test("what is found is blotted out and all else passes, however messages and their bytes are cut", async () => {
  const part = fc.constantFrom("plain ", value, "vault/", "\n", "sk-", "and ", JSON.stringify({ value }));
  const message = fc.record({ parts: fc.array(part, { maxLength: 6 }), sizes: fc.array(fc.nat(12), { maxLength: 5 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 5 }),
      fc.array(fc.nat(60), { maxLength: 40 }),
      async (given, cuts) => {
        const { scan } = scanning();
        const sent = given.map(({ parts }) => parts.join(""));
        const bytes = Buffer.concat(given.map(({ sizes }, at) => written(sent[at]!, sizes)));
        const texts = new Texts();
        scan.on("data", (chunk) => texts.push(chunk));
        const ended = new Promise((done) => scan.once("end", done));
        for (const piece of pieces(bytes, cuts)) scan.write(piece);
        scan.end();
        await ended;
        const said = texts.all.join("");
        const spelled = [value, JSON.stringify(value).slice(1, -1)];
        expect(texts.all.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
        expect(spelled.filter((each) => said.includes(each))).toEqual([]);
        if (!spelled.some((each) => sent.join("").includes(each))) expect(texts.all).toEqual(sent);
        // Nothing becomes anything but a star.
        const before = sent.join("");
        expect([...said].every((letter, at) => letter === "*" || letter === before[at])).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

test.each([true, false])(
  "takes no more than fits while nobody reads, and then gives all of it (looked at: %s)",
  async (looked) => {
    const { scan } = scanning(looked ? redacting() : null);
    const text = "nothing to find. ".repeat(4000);
    const frame = written(text);
    let taken = 0;
    const sent = 100;
    for (let count = 0; count < sent; count++) scan.write(frame, () => taken++);
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    expect(taken).toBeLessThan(6);
    const texts = new Texts();
    scan.on("data", (chunk) => texts.push(chunk));
    scan.end();
    await new Promise((done) => scan.once("end", done));
    expect(texts.all).toEqual(Array(sent).fill(text));
  },
);

test("nothing goes out of a message that must not pass, nor of what follows", async () => {
  const scanner = new Scanner(outgoing(gatewayDetectors.parse({ secrets: "block" })), [new Secret(value)]);
  const { scan, refused } = scanning(scanner);
  const out: Buffer[] = [];
  scan.on("data", (chunk) => out.push(chunk));
  for (const piece of pieces(written(`it begins well, and then: ${value}`, [9, 9, 9]), Array(12).fill(5))) {
    scan.write(piece);
    await setImmediate();
  }
  expect([refused, out]).toEqual([["The message holds what looks like a value of the vault"], []]);
  scan.close(1001, "");
  scan.write(written("more"));
  await setImmediate();
  expect(out.length).toBe(1);
});

test("nothing passes after what is no frame, also while a message before it waits", async () => {
  const answer = Promise.withResolvers<boolean>();
  const { scan, refused } = scanning(asking(), () => answer.promise);
  const texts = new Texts();
  scan.on("data", (chunk) => texts.push(chunk));
  scan.write(written(value));
  scan.write(Buffer.of(0x83, 0x80, 1, 2, 3, 4));
  const ping = written("after");
  ping[0] = 0x89;
  scan.write(ping);
  answer.resolve(true);
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  expect([texts.all, refused]).toEqual([[value], ["it is of an unknown kind"]]);
});

test("many empty frames are not nothing, while a message waits for a person", async () => {
  const answer = Promise.withResolvers<boolean>();
  const { scan } = scanning(asking(), () => answer.promise);
  const texts = new Texts();
  scan.on("data", (chunk) => texts.push(chunk));
  scan.write(written(value));
  const empty = Buffer.concat(Array(2000).fill(written("")));
  let taken = 0;
  for (let count = 0; count < 5; count++) scan.write(empty, () => taken++);
  for (let turn = 0; turn < 50; turn++) await setImmediate();
  expect(taken).toBeLessThan(3);
  expect(texts.all).toEqual([]);
  answer.resolve(true);
  scan.end();
  await new Promise((done) => scan.once("end", done));
  expect(texts.all.length).toBe(1 + 5 * 2000);
  expect(texts.all[0]).toBe(value);
});

test("a message that ends like the beginning of a value waits a second, also when others follow that say nothing of it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const { scan } = scanning();
  const texts = new Texts();
  scan.on("data", (chunk) => texts.push(chunk));
  const say = async (text: string) => {
    scan.write(written(text));
    await setImmediate();
  };
  await say(JSON.stringify({ text: value.slice(0, 6) }));
  vi.advanceTimersByTime(600);
  await say(JSON.stringify({ other: "x" }));
  expect(texts.all).toEqual([]);
  vi.advanceTimersByTime(600);
  await setImmediate();
  expect(texts.all).toEqual([JSON.stringify({ text: value.slice(0, 6) }), JSON.stringify({ other: "x" })]);
  // The rest of it is found all the same.
  await say(JSON.stringify({ text: value.slice(6) }));
  expect(JSON.parse(texts.all[2]!).text).toMatch(/^\*+$/);
  // Nothing follows a close, and nothing waits for it.
  await say(JSON.stringify({ text: value.slice(0, 6) }));
  expect(texts.all.length).toBe(3);
  scan.write(new FrameWriter({ masked: true }).close(1000, ""));
  await setImmediate();
  expect(texts.all.length).toBe(5);
});
