import { expect, test } from "vitest";
import type { GatewayDecision, GatewayRule } from "#shared/contract/gateway.ts";
import { decisionStatus, hostWords, probeWords, requestWords, ruleWords } from "./words.ts";

const decision: GatewayDecision = {
  id: "dec-000000000001",
  bottleId: "bottle-000000000001",
  at: "2026-01-01T12:00:00.000Z",
  kind: "request",
  outcome: "allowed",
  reason: "allowed",
  detail: "",
  host: "pypi.org",
  port: 443,
  method: "GET",
  path: "/simple",
  intercepted: true,
  ruleId: null,
  count: 1,
  bytesOut: 0,
  bytesIn: 0,
  durationMs: 5,
  canAllow: false,
  probe: false,
  waitsUntil: null,
};

test("a decision is shown as what it came to, not only as what was decided", () => {
  const state = (change: Partial<GatewayDecision>) => decisionStatus({ ...decision, ...change }).state;
  expect(state({})).toBe("done");
  expect(state({ durationMs: null })).toBe("running");
  expect(state({ reason: "unreachable" })).toBe("failed");
  expect(state({ outcome: "denied", reason: "host_not_allowed" })).toBe("failed");
  expect(state({ outcome: "waiting", reason: "host_not_allowed", durationMs: null })).toBe("permission");
});

test("hosts and requests are as short as they are clear", () => {
  expect(hostWords({ host: "pypi.org", port: 443 })).toBe("pypi.org");
  expect(hostWords({ host: "pypi.org", port: 80 })).toBe("pypi.org:80");
  expect(hostWords({ host: "2001:db8::1", port: 443 })).toBe("[2001:db8::1]");
  expect(requestWords(decision)).toBe("GET /simple (opened)");
  expect(requestWords({ ...decision, kind: "tunnel", outcome: "allowed" })).toBe("passes unread");
  expect(requestWords({ ...decision, kind: "tunnel", outcome: "waiting" })).toBe("");
});

test("a rule says everything that makes it narrower or wider than its host", () => {
  const detectors = {
    tokens: "block",
    secrets: "off",
    uploads: "ask",
    uploadBytes: 1e7,
    incoming: "off",
    instructions: "redact",
  } as const;
  const rule = {
    ports: [443, 8443],
    methods: ["GET"],
    paths: ["/v1"],
    headers: [{ name: "x-team", value: "platform" }],
    credential: { scheme: "Bearer", handle: "github_token" },
    anyProtocol: false,
    privateAddresses: true,
    detectors,
  } as unknown as GatewayRule;
  expect(ruleWords(rule)).toBe(
    "ports 443, 8443 · GET · /v1 · x-team: platform · with github_token of the vault as Bearer · private addresses too · block tokens, ask uploads, redact orders coming in",
  );
});

test("what the launch probe was refused is one sentence", () => {
  expect(probeWords([decision])).toBeNull();
  const probe = { ...decision, probe: true };
  expect(probeWords([probe, { ...probe, count: 2 }, decision])).toBe("Launch probe: 3 refused, as they must be");
});
