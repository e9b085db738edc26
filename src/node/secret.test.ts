import { format, inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

const value = "sk-live-0123456789";
const secret = new Secret(value);

test.each<[string, () => string]>([
  ["a template string", () => `${secret}`],
  ["String()", () => String(secret)],
  ["+", () => `a${secret as unknown as string}`],
  ["JSON", () => JSON.stringify({ key: secret })],
  ["an object's inspection", () => inspect({ deep: { key: secret } }, { showHidden: true, depth: 9 })],
  ["console's format", () => format("%s %o %j %O", secret, secret, secret, secret)],
  ["its own properties", () => JSON.stringify(Object.getOwnPropertyNames(secret).map((name) => [name]))],
  ["a copy by spreading", () => JSON.stringify({ ...secret })],
  ["an error's cause", () => inspect(new Error("refused", { cause: secret }))],
])("a secret is not in %s", (_, show) => {
  expect(show()).not.toContain(value);
});

test("a secret does not survive structured cloning", () => {
  expect(inspect(structuredClone(secret), { showHidden: true })).not.toContain(value);
});

test("a secret is there for whoever asks for it by name", () => {
  expect(secret.reveal()).toBe(value);
});
