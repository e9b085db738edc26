/** A secret that lies in several events of a stream: what a reader puts together of them has it no more, and nothing else is another. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pieces } from "#test/pieces.ts";
import { EventRedactor, shortestHeld } from "./event-redactor.ts";
import { formsOf } from "./forms.ts";
import { type Framing, framingOf, ServerFrames } from "./framing.ts";
import { JsonStrings } from "./json-strings.ts";
import { Redactor } from "./redactor.ts";

const secret = 'sk-live/"a+b"\\Q7w9';
const sse = () => framingOf("text/event-stream", { lists: true })!;

function through(framing: Framing, parts: readonly Buffer[], bytesFirst = true): Buffer {
  const redactor = new EventRedactor(new Redactor(formsOf(secret)), framing, { bytesFirst });
  return Buffer.concat([...parts.map((part) => redactor.push(part)), redactor.end()]);
}

type Delta = { index: number; text: string };
const delta = ({ index, text }: Delta) => ({ type: "delta", index, delta: { type: "text_delta", text } });
const write: Record<string, (json: string) => string> = {
  "as it is": (json) => json,
  "with escapes": (json) => json.replaceAll("-", "\\u002d").replaceAll("/", "\\/"),
};
const asEvents = (deltas: readonly Delta[], spelled = "as it is") =>
  Buffer.from(deltas.map((each) => `event: x\ndata: ${write[spelled]!(JSON.stringify(delta(each)))}\n\n`).join(""));
const eventsOf = (out: Buffer): ReturnType<typeof delta>[] =>
  [...out.toString().matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!));
const textOf = (out: Buffer, index = 0) =>
  eventsOf(out)
    .filter((each) => each.index === index)
    .map((each) => each.delta.text)
    .join("");

/** Cuts a text at these places, as deltas of it. */
const deltasOf = (text: string, cuts: readonly number[], index = 0): Delta[] =>
  pieces(Buffer.from(text), cuts).map((part) => ({ index, text: part.toString() }));

describe.each(["as it is", "with escapes"])("text of several events, spelled %s", (spelled) => {
  test("has no secret left, however it and the stream are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(secret, "plain ", "sk-l", secret.slice(0, 9), "\n", "ü"), { maxLength: 5 }),
        fc.array(fc.nat(6), { maxLength: 40 }),
        fc.array(fc.nat(50), { maxLength: 60 }),
        (texts, cuts, lengths) => {
          const text = texts.join("");
          const deltas = deltasOf(text.replaceAll("ü", "u"), cuts);
          const out = through(sse(), pieces(asEvents(deltas, spelled), lengths));
          const shown = textOf(out);
          expect(shown).not.toContain(secret.slice(shortestHeld));
          expect(eventsOf(out).length).toBe(deltas.length);
          // What is in one event, as it is, has become [redacted]; the rest is stars, and what is not the secret is what it was.
          const rest = (all: string) =>
            all
              .replaceAll(secret, "")
              .replaceAll("[redacted]", "")
              .replace(/s?k?\*+/g, "");
          expect(rest(shown)).toBe(rest(text.replaceAll("ü", "u")));
        },
      ),
      { numRuns: 400 },
    );
  });
});

test("two texts whose events are mixed are two", () => {
  const one = deltasOf(secret, [5, 4], 0);
  const other = deltasOf("something that is plain", [4, 9], 1);
  const mixed = one.flatMap((each, at) => [each, other[at]!]);
  const out = through(sse(), [asEvents(mixed)]);
  // As many as there are bytes of JSON: two quotes and a backslash are written with another one.
  expect(textOf(out, 0)).toBe("*".repeat(secret.length + 3));
  expect(textOf(out, 1)).toBe("something that is plain");
});

test("an event that begins no secret is passed on at once; one that does waits for the next, and no longer than a silence", () => {
  const redactor = new EventRedactor(new Redactor(formsOf(secret)), sse(), { bytesFirst: true });
  const event = (text: string) => asEvents([{ index: 0, text }]);
  const push = (text: string) => redactor.push(event(text)).toString();
  // Beginnings as short as these are in any text.
  for (const text of ["plain", "yes", "sk"]) expect([text, push(text)]).toEqual([text, event(text).toString()]);
  expect(push(" and sk-live").endsWith(" and ")).toBe(true);
  expect(redactor.waits).toBe(true);
  expect(push("r is no key")).toContain("sk-live");
  expect(redactor.waits).toBe(false);
  push(secret.slice(0, 8));
  expect(redactor.release().toString()).toContain("sk-live");
  expect(redactor.waits).toBe(false);
  // What was let go is remembered.
  const rest = redactor.push(event(`${secret.slice(8)} end`));
  expect(textOf(rest)).toBe(`${"*".repeat(secret.length + 3 - 8)} end`);
});

test("the middle of an event waits for its end, however long that takes", () => {
  const redactor = new EventRedactor(new Redactor(formsOf(secret)), sse(), { bytesFirst: false });
  redactor.push(Buffer.from('data: {"text":"s'));
  expect(redactor.waits).toBe(false);
  expect(redactor.release().toString()).toBe("");
  expect(redactor.push(Buffer.from('o"}\n\n')).toString()).toContain("so");
});

test("a string that is broken off with its event keeps nobody waiting", () => {
  const redactor = new EventRedactor(new Redactor(formsOf(secret)), sse(), { bytesFirst: true });
  redactor.push(Buffer.from('data: {"text":"sk-l'));
  expect(redactor.push(Buffer.from("\n\ndata: {}\n\n")).length).toBe(0);
  expect(redactor.waits).toBe(true);
  expect(redactor.release().toString()).toBe("sk-l\n\ndata: {}\n\n");
});

test("an id is no part of another, and read without its escapes all the same", () => {
  const escaped = secret.replaceAll("-", "\\u002d").replaceAll('"', '\\"').replace("\\Q", "\\\\Q");
  const out = through(sse(), [Buffer.from(`data: {"id":"${escaped}"}\n\n`)]).toString();
  expect(out).toBe(`data: {"id":"${"*".repeat(escaped.length)}"}\n\n`);
});

test("no more is kept back than a bounded part of a stream", () => {
  const redactor = new EventRedactor(new Redactor(formsOf(secret)), sse(), { bytesFirst: true });
  redactor.push(asEvents([{ index: 0, text: "sk-live" }]));
  const other = asEvents([{ index: 1, text: "x".repeat(1000) }]);
  let passed = 0;
  for (let count = 0; count < 300; count++) passed += redactor.push(other).length;
  expect(passed).toBeGreaterThan(100 * other.length);
});

test.each<[name: string, type: string, text: (parts: string[]) => string]>([
  [
    "lines of JSON",
    "application/x-ndjson",
    (parts) => parts.map((t) => `${JSON.stringify({ response: t })}\n`).join(""),
  ],
  [
    "a list",
    "application/json; charset=utf-8",
    (parts) => JSON.stringify(parts.map((t) => ({ parts: [{ text: t }] }))),
  ],
  [
    "events of several lines",
    "text/event-stream",
    (parts) => parts.map((part) => `data: {"delta":\r\ndata: ${JSON.stringify(part)}}\r\n\r\n`).join(""),
  ],
  ["bare text", "text/event-stream", (parts) => parts.map((part) => `data: ${part}\r\n\r\n`).join("")],
])("a secret in %s is found", (_, type, text) => {
  const parts = deltasOf(`a ${secret}.`, [8, 5]).map((each) => each.text);
  const bytes = Buffer.from(text(parts));
  for (let cut = 0; cut < bytes.length; cut++) {
    const out = through(framingOf(type, { lists: true })!, pieces(bytes, [cut])).toString();
    expect(out.length).toBe(bytes.length);
    expect(out.match(/\*/g)?.length).toBeGreaterThanOrEqual(secret.length);
    expect(out).not.toMatch(/live|Q7w9/);
  }
});

test("a JSON string that is written in escapes only is read", () => {
  const escaped = [...secret].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  for (const lists of [true, false]) {
    const framing = framingOf("application/json", { lists })!;
    const out = through(framing, pieces(Buffer.from(`{"a":"x","b":["${escaped}"]}`), [17, 3, 2]));
    expect(JSON.parse(out.toString())).toEqual({ a: "x", b: ["*".repeat(escaped.length)] });
  }
});

test("more strings than are remembered are all read", () => {
  const escaped = secret.replaceAll("-", "\\u002d").replaceAll('"', '\\"').replace("\\Q", "\\\\Q");
  const members = Array.from({ length: 600 }, (_, at) => `"f${at}":"${at === 0 ? escaped : `s-${at}`}"`);
  const out = through(sse(), [Buffer.from(`data: {${members.join(",")}}\n\n`)]).toString();
  expect(JSON.parse(out.slice(6))).toMatchObject({ f0: "*".repeat(escaped.length), f1: "s-1", f599: "s-599" });
});

test("names and numbers of a list are not read as one text", () => {
  const list = JSON.stringify([{ id: secret.slice(0, 9) }, { id: secret.slice(9) }]);
  expect(through(framingOf("application/json", { lists: true })!, [Buffer.from(list)]).toString()).toBe(list);
});

test("the strings of any JSON are read as a parser reads them, wherever it is cut", () => {
  const stringsOf = (value: unknown): string[] => {
    if (typeof value === "string") return [value];
    if (typeof value !== "object" || value === null) return [];
    return Object.values(value).flatMap(stringsOf);
  };
  const text = fc.string({
    unit: fc.constantFrom("a", '"', "\\", "/", "\n", "\u0001", "ü", "€", " ", "{", "]", ",", ":"),
  });
  const json = fc.jsonValue({ maxDepth: 4, stringUnit: text.map((each) => each || "x") });
  fc.assert(
    fc.property(json, fc.boolean(), fc.array(fc.nat(9), { maxLength: 40 }), (value, ascii, lengths) => {
      const written = JSON.stringify({ value });
      const spelled = ascii
        ? written.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
        : written;
      const read: Buffer[][] = [[]];
      const strings = new JsonStrings(({ bytes, next }) => {
        read.at(-1)!.push(bytes);
        if (next !== "more") read.push([]);
      }, "values");
      let place = 0;
      for (const piece of pieces(Buffer.from(spelled), lengths)) {
        // Chunks without anything in them do not come.
        if (piece.length > 0) strings.push(piece, place);
        place += piece.length;
      }
      // A piece that was cut has "more" as its end, and then an empty one.
      const all = read.map((parts) => Buffer.concat(parts).toString());
      expect(all.slice(0, -1)).toEqual(stringsOf(JSON.parse(written)));
    }),
    { numRuns: 500 },
  );
});

describe("a WebSocket's frames", () => {
  const frame = (text: string, { opcode = 1, final = true } = {}) => {
    const payload = Buffer.from(text);
    const size = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
    return Buffer.concat([Buffer.of((final ? 0x80 : 0) | opcode, ...size), payload]);
  };
  const stars = "*".repeat(secret.length);
  const cases: [name: string, sent: Buffer[], expected: Buffer[]][] = [
    ["one message", [frame(`a ${secret} b`)], [frame(`a ${stars} b`)]],
    [
      "fragments of one, with a ping between",
      [
        frame(secret.slice(0, 7), { final: false }),
        frame("ping", { opcode: 9 }),
        frame(secret.slice(7), { opcode: 0 }),
      ],
      [frame(stars.slice(0, 7), { final: false }), frame("ping", { opcode: 9 }), frame(stars.slice(7), { opcode: 0 })],
    ],
    [
      "messages of bare text",
      [frame(secret.slice(0, 7)), frame(secret.slice(7))],
      [frame(stars.slice(0, 7)), frame(stars.slice(7))],
    ],
    [
      "messages of JSON",
      ["sk-live/", '"a+b', '"\\Q7w9'].map((text) =>
        frame(JSON.stringify({ type: "x.delta", item_id: "i", delta: text })),
      ),
      [8, 5, 8].map((size) => frame(JSON.stringify({ type: "x.delta", item_id: "i", delta: "*".repeat(size) }))),
    ],
    ["a long message", [frame(`${"x".repeat(300)}${secret}`)], [frame(`${"x".repeat(300)}${stars}`)]],
    [
      "long messages of JSON, and fragments of one",
      [
        frame(JSON.stringify({ text: `${"x".repeat(300)}sk-live/` })),
        frame(JSON.stringify({ text: '"a+b"\\Q7w9' }).slice(0, 12), { final: false }),
        frame(JSON.stringify({ text: '"a+b"\\Q7w9' }).slice(12), { opcode: 0 }),
      ],
      [
        frame(JSON.stringify({ text: `${"x".repeat(300)}${"*".repeat(8)}` })),
        frame('{"text":"***', { final: false }),
        frame('**********"}', { opcode: 0 }),
      ],
    ],
    [
      "an escape of JSON that lies in two fragments",
      [frame('{"text":"sk-live/\\', { final: false }), frame('"a+b\\"\\\\Q7w9"}', { opcode: 0 })],
      [frame('{"text":"*********', { final: false }), frame(`${"*".repeat(12)}"}`, { opcode: 0 })],
    ],
    ["a close", [frame(secret, { opcode: 8 })], [frame(stars, { opcode: 8 })]],
  ];

  test.each(cases)("%s", (_, sent, expected) => {
    const bytes = Buffer.concat(sent);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const out = through(new ServerFrames(), pieces(bytes, [cut]), false);
      expect(out.toString("latin1")).toBe(Buffer.concat(expected).toString("latin1"));
    }
  });

  test("what follows something that is no frame is still searched", () => {
    const out = through(new ServerFrames(), [Buffer.of(0xc1, 3), Buffer.from(`abc${secret}`)], false);
    expect(out.subarray(5).toString()).toBe(stars);
  });

  test("a message that ends like the beginning of a secret does not wait", () => {
    const redactor = new EventRedactor(new Redactor(formsOf(secret)), new ServerFrames(), { bytesFirst: false });
    expect(redactor.push(frame("yes")).toString("latin1")).toBe(frame("yes").toString("latin1"));
  });
});

test("any bytes pass as they are when there is no secret in them", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<() => Framing>(
        sse,
        () => new ServerFrames(),
        () => framingOf("application/json", { lists: true })!,
      ),
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
          fc.constantFrom('{"a":"', "\\u00", '"}', "data: ", "\n\n", "[{", "\\").map((text) => Buffer.from(text)),
        ),
        { maxLength: 12 },
      ),
      (framing, parts) => {
        expect(through(framing(), parts).toString("latin1")).toBe(Buffer.concat(parts).toString("latin1"));
      },
    ),
    { numRuns: 500 },
  );
});
