import { expect, test } from "vitest";
import { limitsForLaunch, limitsFrom, limitText } from "./limit-text.ts";

const limits = (dollars: string, tokens: string) => limitsFrom({ dollars, tokens }).limits;

test("limits are read as people write them", () => {
  expect(limits("", " ")).toEqual({ costMicros: null, tokens: null });
  expect(limits("5", "")).toEqual({ costMicros: 5_000_000, tokens: null });
  expect(limits("$0.50", "200 000")).toEqual({ costMicros: 500_000, tokens: 200_000 });
  expect(limits("1,000 USD", "2M")).toEqual({ costMicros: 1_000_000_000, tokens: 2_000_000 });
  expect(limits(".5", "1.5k")).toEqual({ costMicros: 500_000, tokens: 1500 });
});

test("what is no limit is said beside its field, and is never taken for none", () => {
  for (const wrong of ["-1", "five", "1e3", "0.0000001"]) {
    const { limits, wrong: said } = limitsFrom({ dollars: wrong, tokens: "" });
    expect([limits, said.dollars === null, said.tokens], wrong).toEqual([null, false, null]);
  }
  expect(limits("", "0.4")).toBeNull();
});

test("what is shown is read as the same", () => {
  const both = { costMicros: 2_500_000, tokens: 123_456 };
  expect(limitsFrom(limitText(both)).limits).toEqual(both);
});

test("a launch says only what was typed, and none where that was typed", () => {
  expect(limitsForLaunch({ dollars: "", tokens: "" })).toEqual({});
  expect(limitsForLaunch({ dollars: "2", tokens: "" })).toEqual({ costMicros: 2_000_000 });
  expect(limitsForLaunch({ dollars: "none", tokens: "5k" })).toEqual({ costMicros: null, tokens: 5000 });
  expect(limitsForLaunch({ dollars: "2", tokens: "many" })).toBeNull();
});
