import { expect, test } from "vitest";
import { costWords, dollars, limitShare, limitWords, missingWords, raised, shortCount } from "./words.ts";

const cost = (micros: number) => ({ currency: "USD" as const, micros });

test("a cost is shown with as many digits as say something", () => {
  expect([0, 1, 4_200, 420_000, 12_300_000, 1_203_600_000].map(dollars)).toEqual([
    "$0.00",
    "$0.0000",
    "$0.0042",
    "$0.42",
    "$12.30",
    "$1\u202f204",
  ]);
  expect([812, 999, 1000, 4123, 123_456, 999_999, 1_234_567].map(shortCount)).toEqual([
    "812",
    "999",
    "1.0 k",
    "4.1 k",
    "123 k",
    "1.0 M",
    "1.2 M",
  ]);
});

test("a price that is not known is never shown as nothing", () => {
  expect(costWords({ answers: 0, cost: cost(0), withoutCost: 0 })).toBe("");
  expect(costWords({ answers: 2, cost: cost(0), withoutCost: 0 })).toBe("$0.00");
  expect(costWords({ answers: 2, cost: cost(0), withoutCost: 2 })).toBe("price unknown");
  expect(costWords({ answers: 2, cost: cost(500_000), withoutCost: 1 })).toBe("$0.50 or more");
  expect(missingWords({ withoutCost: 0, withoutUsage: 0 })).toBeNull();
  expect(missingWords({ withoutCost: 1, withoutUsage: 2 })).toBe(
    "The price of 1 answer is not known, and 2 answers did not tell what was used: it is more than is counted.",
  );
});

test("of two limits the nearer one counts, and a cost nobody knows has used up its own", () => {
  const counted = { tokens: 500, costMicros: 750_000 };
  expect(limitShare({ limits: { tokens: null, costMicros: null }, counted })).toBeNull();
  expect(limitShare({ limits: { tokens: 1000, costMicros: 1_000_000 }, counted })).toBe(0.75);
  expect(limitShare({ limits: { tokens: 1000, costMicros: 1 }, counted: { tokens: 0, costMicros: null } })).toBe(1);
  expect(limitWords({ tokens: 2_000_000, costMicros: 5_000_000 })).toBe("$5.00 or 2.0 M tokens");
  expect(limitWords({ tokens: null, costMicros: null })).toBeNull();
  expect(raised({ tokens: 1000, costMicros: null })).toEqual({ tokens: 2000, costMicros: null });
});
