import { expect, test } from "vitest";
import type { BrokerRequest } from "#shared/contract/broker.ts";
import { kindOf, matches, pathWords, requestStatus, whereWords } from "./words.ts";

const request: BrokerRequest = {
  id: "1",
  at: "2026-01-01T12:00:00.000Z",
  method: "POST",
  route: "llm/anthropic",
  host: "api.anthropic.com",
  path: "/llm/anthropic/v1/messages",
  status: 200,
  bytesUp: 10,
  bytesDown: 20,
  redactions: 0,
  ms: 3.5,
  decision: "forwarded",
  reason: null,
};

test("a request is shown as what became of it, and a provider's own refusal is no success", () => {
  const shown = (change: Partial<BrokerRequest>) => {
    const changed = { ...request, ...change };
    return [kindOf(changed), requestStatus(changed).state];
  };
  expect(shown({})).toEqual(["passed", "done"]);
  expect(shown({ status: 529 })).toEqual(["failed", "failed"]);
  expect(shown({ status: 402, decision: "refused", reason: "limit" })).toEqual(["refused", "failed"]);
  expect(shown({ status: null, decision: "cancelled" })).toEqual(["passed", "cancelled"]);
  expect(shown({ decision: "cut" })).toEqual(["failed", "failed"]);
});

test("its host and path are said once", () => {
  expect([whereWords(request), pathWords(request)]).toEqual(["api.anthropic.com", "/v1/messages"]);
  expect([whereWords({ host: null, route: null }), pathWords({ path: "/x", route: null })]).toEqual(["no route", "/x"]);
});

test("it is found by any of what is shown", () => {
  expect(matches(request, "all", "")).toBe(true);
  expect(matches(request, "passed", "anthropic")).toBe(true);
  expect(matches(request, "all", " 200")).toBe(true);
  expect(matches(request, "refused", "")).toBe(false);
  expect(matches({ ...request, reason: "limit" }, "all", "limit")).toBe(true);
});
