import { expect, test } from "vitest";
import { type Ask, proposalDecision } from "#shared/contract/supervise.ts";
import { hostWarning } from "#shared/supervise/host-warning.ts";
import { decisionOf, problemsOf, replyTo } from "./reply.ts";
import { answerLine, askLine } from "./words.ts";

const host: Ask = {
  kind: "host",
  host: "api.example.org",
  ports: [443, 8443],
  methods: ["GET"],
  paths: ["/v1", "/v2"],
};
const capability: Ask = { kind: "capability", capability: "run docker\nin docker", change: "" };
const decision: Ask = { kind: "decision", question: "Which?", options: ["a", "b"] };

test("a reply that is not changed says yes to exactly what was asked for", () => {
  const { kind: _, ...reach } = host;
  expect(decisionOf(host, replyTo({ ask: host }, true))).toEqual({ type: "host", reach, scope: "bottle", note: "" });
  expect(decisionOf(capability, replyTo({ ask: capability }, true))).toMatchObject({
    capability: capability.capability,
  });
  for (const ask of [host, capability]) {
    const reply = replyTo({ ask }, true);
    expect(problemsOf(ask, reply)).toEqual({});
    expect(proposalDecision.safeParse(decisionOf(ask, reply)).success).toBe(true);
  }
});

test("a host cannot be allowed for a bottle alone that does not run", () => {
  expect(replyTo({ ask: host }, false).scope).toBe("workspace");
});

test.each([
  [host, { host: " " }, ["host"]],
  [host, { host: "https://example.org/" }, ["host"]],
  [host, { ports: "443, x" }, ["ports"]],
  [host, { ports: "70000" }, ["ports"]],
  [host, { methods: "GET; POST" }, ["methods"]],
  [host, { paths: "v1" }, ["paths"]],
  [host, { ports: "443 80", methods: "get post", paths: "/a,/b" }, []],
  [decision, { words: " " }, ["words"]],
  [host, { host: "bücher.example" }, ["host"]],
  [decision, { words: "neither" }, []],
  [capability, { words: "" }, ["words"]],
] as const)("%j with %j: what is wrong is said beside it", (ask, change, wrong) => {
  expect(Object.keys(problemsOf(ask as Ask, { ...replyTo({ ask: ask as Ask }, true), ...change }))).toEqual(wrong);
});

test("what is asked, and how it was answered, is one line", () => {
  expect([host, capability, decision].map(askLine)).toEqual([
    "asks for api.example.org",
    "asks for a capability: run docker …",
    "asks: Which?",
  ]);
  const answer = { at: "", note: "today only", granted: host, decision: null, scope: "bottle", ruleId: null } as const;
  expect(answerLine({ state: "approved", answer } as never)).toBe("api.example.org in this bottle: today only");
  expect(answerLine({ state: "rejected", answer: { ...answer, granted: null, scope: null } } as never)).toBe(
    "today only",
  );
});

test.each([
  ["api.example.org", false],
  ["*.example.org", true],
  ["192.0.2.7", true],
  ["2001:db8::1", true],
  ["xn--pple-43d.com", true],
])("%s is warned about: %s", (name, warned) => {
  expect(hostWarning({ host: name }) !== null).toBe(warned);
});
