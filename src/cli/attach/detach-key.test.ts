import { expect, test } from "vitest";
import { DetachKey } from "./detach-key.ts";

test.each([
  ["ctrl-\\", "Ctrl-\\", "\x1c"],
  ["ctrl-]", "Ctrl-]", "\x1d"],
  ["C-a", "Ctrl-A", "\x01"],
  ["^p", "Ctrl-P", "\x10"],
])("%s is %s", (given, name, character) => {
  const key = new DetachKey(given);
  expect(key.name).toBe(name);
  expect(key.before(Buffer.from(`ab${character}c`))?.toString()).toBe("ab");
  expect(key.before(Buffer.from("abc"))).toBeNull();
});

test("is found as kitty's keyboard protocol and modifyOtherKeys spell it", () => {
  const key = new DetachKey();
  expect(key.before(Buffer.from("x\x1b[92;5u"))?.toString()).toBe("x");
  expect(key.before(Buffer.from("\x1b[27;5;92~"))?.toString()).toBe("");
  expect(key.before(Buffer.from("\x1b[92;5"))).toBeNull();
});

test("what is typed before it goes on, in bytes", () => {
  const typed = Buffer.concat([Buffer.from([0xe2, 0x82, 0xac, 0xff]), Buffer.from("\x1c")]);
  expect([...new DetachKey().before(typed)!]).toEqual([0xe2, 0x82, 0xac, 0xff]);
});

test.each(["x", "", "ctrl-m", "ctrl-j", "ctrl-[", "ctrl-i", "ctrl-1", "alt-a"])("%j is refused", (given) => {
  expect(() => new DetachKey(given)).toThrow(/cannot be the key that detaches/);
});
