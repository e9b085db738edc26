/** Proposals over a real database and a real audit log; the gateway is a list of rules. */
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "#node/store/index.ts";
import type { Ask, ProposalDecision } from "#shared/contract/supervise.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { type Asker, Proposals } from "./proposals.ts";
import { superviseSchema } from "./store.ts";

const asker: Asker = {
  bottleId: "bottle-000000000001",
  label: "api my-agent",
  workspaceId: "ws-00000001",
  launchId: "launch-000000000001",
  programName: "My agent",
};
const host: Ask = { kind: "host", host: "example.org", ports: [], methods: [], paths: [] };
const { kind: _, ...reach } = host;
const yes: ProposalDecision = { type: "host", reach, scope: "bottle", note: "" };

let folder: TemporaryFolder;
let store: Store;
let rules: string[];
let proposals: Proposals;
beforeEach(() => {
  folder = new TemporaryFolder("proposals");
  store = openStore({ path: folder.in("cellar.db"), migrations: [superviseSchema] });
  rules = [];
  proposals = open();
});
afterEach(() => {
  proposals.close();
  store.close();
  folder[Symbol.dispose]();
});

const auditPath = () => folder.in("logs", "supervise.jsonl");
function open(): Proposals {
  return new Proposals({
    database: store.database,
    auditPath: auditPath(),
    gateways: {
      addRule: (fields, scope) => {
        const id = `rule-${String(rules.length).padStart(12, "0")}`;
        rules.push(id);
        return { ...fields, scope, id, source: "person", credential: null, createdAt: new Date().toISOString() };
      },
      removeRule: (id) => void rules.splice(rules.indexOf(id), 1),
      trusted: async () => {},
    },
    bottles: { watch: async function* () {}, runs: () => true },
    resumedFrom: () => null,
  });
}

test("nothing is allowed that cannot be written down", async () => {
  const { id } = proposals.propose(asker, host, "because");
  rmSync(auditPath());
  mkdirSync(auditPath());
  await expect(proposals.decide(id, yes)).rejects.toThrow();
  expect(rules).toEqual([]);
  expect(proposals.list.get(id)?.state).toBe("pending");
  rmSync(auditPath(), { recursive: true });
  expect((await proposals.decide(id, yes)).state).toBe("approved");
  expect(rules).toHaveLength(1);
});

test("whoever waits is told when the answer comes, when it gives up, and when main ends; the question stays", async () => {
  const { id } = proposals.propose(asker, host, "because");
  const never = new AbortController().signal;
  const gone = new AbortController();
  const waiting = proposals.wait(id, 3_600_000, never);
  const leaving = proposals.wait(id, 3_600_000, gone.signal);
  gone.abort();
  expect((await leaving).state).toBe("pending");
  await proposals.decide(id, { type: "reject", note: "no" });
  expect(await waiting).toMatchObject({ state: "rejected", answer: { note: "no" } });
  const other = proposals.propose(asker, { ...host, host: "other.example" } as Ask, "because");
  const held = proposals.wait(other.id, 3_600_000, never);
  proposals.close();
  expect((await held).state).toBe("pending");
  proposals = open();
  expect(proposals.list.values().map(({ state }) => state)).toEqual(["rejected", "pending"]);
});

test("an answer that fits another question is refused", async () => {
  const { id } = proposals.propose(asker, host, "because");
  for (const wrong of [
    { type: "capability", capability: "x", note: "" },
    { type: "decision", decision: "x", note: "" },
    { ...yes, reach: { ...reach, host: "*.com" } },
    { ...yes, reach: { ...reach, host: "http://example.org" } },
  ] as ProposalDecision[]) {
    await expect(proposals.decide(id, wrong)).rejects.toMatchObject({ code: "invalid_input" });
  }
  expect(rules).toEqual([]);
});

test("a line of the audit log that was cut off takes no other with it", async () => {
  proposals.propose(asker, host, "because");
  appendFileSync(auditPath(), '{"at":"2026-');
  appendFileSync(auditPath(), "\n");
  proposals.propose(asker, { ...host, host: "other.example" } as Ask, "because");
  const { entries, path } = await proposals.audit(asker.bottleId, 10);
  expect(entries.map(({ event }) => event)).toEqual(["asked", "asked"]);
  expect(path).toBe(join(folder.in("logs"), "supervise.jsonl"));
  expect((await proposals.audit("bottle-000000000002", 10)).entries).toEqual([]);
});
