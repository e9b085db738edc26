import { describe, expect, test } from "vitest";
import { capabilityAsk, decisionAsk, hostAsk, readableText } from "./asks.ts";

const nothing = { ports: [], methods: [], paths: [] };

describe("a host", () => {
  test.each([
    ["api.github.com", nothing, { host: "api.github.com" }],
    ["API.GitHub.COM", nothing, { host: "api.github.com" }],
    ["*.example.org", { ...nothing, ports: [8443, 443, 8443] }, { host: "*.example.org", ports: [443, 8443] }],
    ["192.0.2.7", nothing, { host: "192.0.2.7" }],
    ["pypi.org", { ...nothing, methods: ["GET", "GET"], paths: ["/simple"] }, { methods: ["GET"], paths: ["/simple"] }],
  ])("%s %j may be asked for", (host, more, wanted) => {
    expect(hostAsk({ host, ...more })).toMatchObject({ kind: "host", ...wanted });
  });

  test.each([
    ["", nothing],
    ["https://example.org", nothing],
    ["example.org/path", nothing],
    ["example.org:443", nothing],
    ["*", nothing],
    ["*.com", nothing],
    ["*.*.com", nothing],
    ["ex ample.org", nothing],
    ["example.org\nX-Header: 1", nothing],
    ["example.org\u0000", nothing],
    ["\u202egro.elpmaxe", nothing],
    ["0x7f.1", nothing],
    ["2130706433", nothing],
    [`${"a".repeat(60)}.`.repeat(5), nothing],
    ["example.org", { ...nothing, ports: [0] }],
    ["example.org", { ...nothing, ports: [65536] }],
    ["example.org", { ...nothing, ports: [1.5] }],
    ["example.org", { ...nothing, ports: Array.from({ length: 21 }, (_, at) => at + 1) }],
    ["example.org", { ...nothing, methods: ["get"] }],
    ["example.org", { ...nothing, methods: ["GET /"] }],
    ["example.org", { ...nothing, paths: ["relative"] }],
    ["example.org", { ...nothing, paths: ["/with space"] }],
    ["example.org", { ...nothing, paths: ["/\u202e"] }],
    ["example.org", { ...nothing, paths: [`/${"x".repeat(500)}`] }],
    ["example.org", { ...nothing, paths: Array.from({ length: 21 }, (_, at) => `/${at}`) }],
  ])("%j %j may not", (host, more) => {
    expect(() => hostAsk({ host, ...more })).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });

  test("that is no host is called back without anything a terminal would obey", () => {
    expect(() => hostAsk({ host: "\u001b]0;owned\u0007\u202e", ...nothing })).toThrow(/^[\x20-\x7e]*$/);
  });
});

describe("text for a person", () => {
  test.each([
    [" plain \r\nwith lines\rand a\ttab ", "plain \nwith lines\nand a\ttab"],
    ["Grüße, 世界, 👩‍👩‍👧 and e\u0301", "Grüße, 世界, 👩‍👩‍👧 and e\u0301"],
  ])("%j is read as %j", (text, wanted) => {
    expect(readableText("reason", text, 100)).toBe(wanted);
  });

  test.each([
    ["empty", "  \n "],
    ["too long", "x".repeat(101)],
    ["an escape sequence", "\u001b[31mred"],
    ["a NUL", "a\u0000b"],
    ["a C1 control", "a\u009bb"],
    ["a bell", "\u0007"],
    ["turned around", "a\u202eb"],
    ["isolated direction", "a\u2066b"],
    ["invisible", "a\u200bb"],
    ["a tag character", "a\u{e0041}b"],
    ["a line separator", "a\u2028b"],
    ["half a character", "a\ud800b"],
  ])("%s is refused", (_name, text) => {
    expect(() => readableText("reason", text, 100)).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });

  test("is looked for in every part of a question and a capability", () => {
    const hidden = "a\u202eb";
    expect(() => capabilityAsk({ capability: hidden, change: "" })).toThrow("capability");
    expect(() => capabilityAsk({ capability: "docker", change: hidden })).toThrow("change");
    expect(() => decisionAsk({ question: hidden, options: [] })).toThrow("question");
    expect(() => decisionAsk({ question: "which", options: ["a", hidden] })).toThrow("option");
    expect(() => decisionAsk({ question: "which", options: ["a", "b\nc"] })).toThrow("one line");
    expect(() => decisionAsk({ question: "which", options: ["a", "a "] })).toThrow("the same");
    expect(() => decisionAsk({ question: "which", options: Array(11).fill("a") })).toThrow("at most 10");
    expect(decisionAsk({ question: "which", options: [] })).toMatchObject({ options: [] });
  });
});
