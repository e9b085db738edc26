import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pieces } from "#test/pieces.ts";
import { formsOf } from "./forms.ts";
import { Redactor } from "./redactor.ts";
import { redactText } from "./stream.ts";

function through(redactor: Redactor, parts: Buffer[]): string {
  return Buffer.concat([...parts.map((part) => Buffer.from(redactor.push(part))), redactor.end()]).toString("latin1");
}

const secret = 'sk-live/"a+b"=ü&Q7 w%9';

test.each<[string, (secret: string) => string]>([
  ["raw", (text) => text],
  ["JSON", (text) => JSON.stringify({ error: `bad key ${text}` })],
  ["JSON with escaped slashes", (text) => JSON.stringify(text).replaceAll("/", "\\/")],
  ["JSON in ASCII", (text) => JSON.stringify(text).replaceAll("ü", "\\u00fc")],
  ["JSON in JSON", (text) => JSON.stringify({ arguments: JSON.stringify({ key: text }) })],
  ["JSON in JSON in JSON", (text) => JSON.stringify(JSON.stringify({ arguments: JSON.stringify({ key: text }) }))],
  ["an address", (text) => encodeURI(`https://example.com/${text}`)],
  ["URL-encoded", (text) => `?key=${encodeURIComponent(text)}&x=1`],
  ["URL-encoded in lower case", (text) => encodeURIComponent(text).toLowerCase().replace("q7", "Q7")],
  ["form-encoded", (text) => new URLSearchParams({ key: text }).toString()],
  ["hex", (text) => Buffer.from(text).toString("hex")],
  ["HEX", (text) => Buffer.from(text).toString("hex").toUpperCase()],
  ["base64", (text) => Buffer.from(text).toString("base64")],
  ["base64url", (text) => Buffer.from(text).toString("base64url")],
  ["Basic credentials", (text) => `Basic ${Buffer.from(`x-access-token:${text}`).toString("base64")}`],
  ["base64 after one byte", (text) => Buffer.from(`a${text}zz`).toString("base64")],
  ["base64 after two bytes", (text) => Buffer.from(`aa${text}z`).toString("base64")],
  ["HTML", (text) => `<b>${text.replace(/&/g, "&amp;").replace(/"/g, "&quot;")}</b>`],
])("a secret is found as %s", (_, write) => {
  const redactor = new Redactor(formsOf(secret));
  const shown = through(redactor, [Buffer.from(write(secret))]);
  expect(shown).toContain("[redacted]");
  expect(redactor.count).toBe(1);
});

test("wherever a stream is cut, the same comes out, and no form of the secret", () => {
  const forms = formsOf(secret);
  const filling = fc.oneof(
    fc.constantFrom(...forms.map((form) => form.toString("latin1"))),
    // Beginnings of forms, which are held back and then let go.
    fc
      .constantFrom(...forms)
      .chain((form) => fc.nat(form.length - 1).map((length) => form.toString("latin1", 0, length))),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(filling, { maxLength: 8 }), fc.array(fc.nat(40), { maxLength: 60 }), (texts, lengths) => {
      const bytes = Buffer.from(texts.join(""), "latin1");
      const whole = through(new Redactor(forms), [bytes]);
      const cut = through(new Redactor(forms), pieces(bytes, lengths));
      expect(cut).toBe(whole);
      for (const form of forms) expect(whole.includes(form.toString("latin1"))).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("the longest form that begins first is replaced, as a plain search would", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 }),
      fc.array(fc.nat(4), { maxLength: 30 }),
      (forms, text, lengths) => {
        const longestFirst = [...forms].sort((a, b) => b.length - a.length);
        const expected = text.replace(new RegExp(longestFirst.join("|"), "g"), "#");
        const redactor = new Redactor(
          forms.map((form) => Buffer.from(form)),
          Buffer.from("#"),
        );
        expect(through(redactor, pieces(Buffer.from(text), lengths))).toBe(expected);
      },
    ),
    { numRuns: 1000 },
  );
});

test("nothing is held back but the beginning of a form", () => {
  const redactor = new Redactor(formsOf("sk-live-0123456789"));
  expect(redactor.push(Buffer.from("data: {}\n\n")).toString()).toBe("data: {}\n\n");
  expect(redactor.push(Buffer.from("data: sk-li")).toString()).toBe("data: ");
  expect(redactor.push(Buffer.from("mit\n\n")).toString()).toBe("sk-limit\n\n");
});

test("a secret too short to be told from other text is left alone", () => {
  expect(formsOf("hunter2")).toEqual([]);
  expect(redactText(new Redactor(formsOf("hunter2")), "hunter2")).toBe("hunter2");
});

test("text without the secret passes unchanged", () => {
  const text = createHash("sha512").update("x").digest("base64").repeat(50);
  expect(redactText(new Redactor(formsOf(secret)), text)).toBe(text);
});
