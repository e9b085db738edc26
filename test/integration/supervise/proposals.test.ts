/** What an agent asks for, from inside a real bottle, until the person's answer takes effect there. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import { Bottled, type InsideCall } from "#test/product/bottled.ts";
import { call, first } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";

const reach = { ports: [], methods: [], paths: [] };

describe.skipIf(missing("bwrap"))("a proposal", () => {
  let bottled: Bottled;
  let bottle: Bottle;
  beforeAll(async () => {
    bottled = await Bottled.start();
    await call(bottled.product, "settings.change", { gatewayHoldSeconds: 0 });
    ({ bottle } = await bottled.launch({ asks: true }));
  });
  afterAll(async () => {
    await bottled?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    for (const { id, state } of await bottled.proposals()) {
      if (state === "pending") await bottled.decide(id, { type: "reject", note: "" });
    }
  });

  const ask = async (...calls: InsideCall[]) => (await bottled.inside(bottle, ...calls)).answers;
  const forHost = (host: string, more = {}): InsideCall => ({
    tool: "egress-block",
    input: { host, reason: "the tests need it", ...more },
  });

  test("for a host that is approved lets the next request through, in this bottle only", async () => {
    const server = createServer((_request, response) => response.end("served")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const get = async (from: Bottle) =>
        (await bottled.exec(from, `curl -s --noproxy '' --max-time 20 http://127.0.0.1:${port}/`)).stdout;
      const other = (await bottled.launch({ asks: true })).bottle;
      expect(await get(bottle)).toContain("refused");
      const answered = ask(forHost("127.0.0.1", { ports: [port], wait_seconds: 60 }));
      const proposal = await bottled.asked();
      expect(proposal).toMatchObject({
        bottleId: bottle.id,
        programName: "My agent",
        ask: { kind: "host", host: "127.0.0.1", ports: [port] },
        reason: "the tests need it",
      });
      const decided = await bottled.decide(proposal.id, {
        type: "host",
        reach: { ...reach, host: "127.0.0.1", ports: [port] },
        scope: "bottle",
        note: "for today",
      });
      expect(decided.state).toBe("approved");
      expect(await answered).toMatchObject([
        {
          isError: false,
          value: {
            status: "approved",
            note: "for today",
            granted: { host: "127.0.0.1", ports: [port], scope: "bottle" },
          },
        },
      ]);
      expect(await get(bottle)).toBe("served");
      expect(await get(other)).toContain("refused");
      const [listed] = await ask({ tool: "list-egress-routes" });
      expect(listed!.value["hosts"]).toEqual([
        { host: "127.0.0.1", ports: [port], methods: [], paths: [], effect: "allow", scope: "bottle" },
      ]);
      const rules = await first(bottled.product, "gateway.watchRules", {});
      expect(rules.type === "all" && rules.items.map(({ id }) => id)).toContain(decided.answer?.ruleId);
    } finally {
      server.close();
    }
  });

  test("that is changed before it is allowed is called modified, with what was granted", async () => {
    const answered = ask(forHost("*.example.org", { wait_seconds: 60 }));
    const { id } = await bottled.asked();
    const narrower = { ...reach, host: "api.example.org", ports: [443], methods: ["GET"] };
    await bottled.decide(id, { type: "host", reach: narrower, scope: "workspace", note: "" });
    const [answer] = await answered;
    expect(answer!.value).toMatchObject({
      status: "modified",
      granted: { ...narrower, scope: "workspace" },
      hint: expect.stringContaining("TLS"),
    });
  });

  test("that is refused comes back with the person's words, and allows nothing", async () => {
    const before = await first(bottled.product, "gateway.watchRules", {});
    const answered = ask(forHost("ads.example", { wait_seconds: 60 }));
    const { id } = await bottled.asked();
    await bottled.decide(id, { type: "reject", note: "We have that vendored.\nSee third_party/." });
    expect(await answered).toMatchObject([
      { isError: false, value: { status: "rejected", note: "We have that vendored.\nSee third_party/." } },
    ]);
    expect(await first(bottled.product, "gateway.watchRules", {})).toEqual(before);
    await expect(bottled.decide(id, { type: "reject", note: "" })).rejects.toMatchObject({ code: "conflict" });
  });

  test("nobody answers is pending and no error; its answer is found later", async () => {
    const [asked] = await ask(forHost("slow.example", { wait_seconds: 0 }));
    expect(asked).toMatchObject({
      isError: false,
      value: { status: "pending", hint: expect.stringContaining("get-proposal") },
    });
    const proposal_id = asked!.value["proposal_id"] as string;
    // The same once more is the same proposal.
    expect((await ask(forHost("SLOW.example", { wait_seconds: 0 })))[0]!.value["proposal_id"]).toBe(proposal_id);
    expect((await ask({ tool: "list-egress-routes" }))[0]!.value["pending"]).toEqual([proposal_id]);
    await bottled.decide(proposal_id, { type: "reject", note: "no" });
    expect((await ask({ tool: "get-proposal", input: { proposal_id } }))[0]!.value).toMatchObject({
      status: "rejected",
    });
  });

  test("waits as long as the setting says", async () => {
    // The answer comes as soon as there is a question: who does not wait does not have it.
    const answered = async (host: string) => {
      const asking = ask(forHost(host));
      await bottled.decide((await bottled.asked()).id, { type: "reject", note: "no" });
      return (await asking)[0]!.value["status"];
    };
    await call(bottled.product, "settings.change", { superviseWaitSeconds: 0 });
    expect(await answered("unwaited.example")).toBe("pending");
    await call(bottled.product, "settings.change", { superviseWaitSeconds: 30 });
    expect(await answered("waited.example")).toBe("rejected");
  });

  test("survives main being killed, and its answer arrives", async () => {
    const [asked] = await ask(forHost("kept.example", { wait_seconds: 0 }));
    const proposal_id = asked!.value["proposal_id"] as string;
    await bottled.restart(bottle.id);
    expect(await bottled.asked()).toMatchObject({ id: proposal_id, state: "pending" });
    const answered = ask({ tool: "get-proposal", input: { proposal_id, wait_seconds: 60 } });
    await bottled.decide(proposal_id, {
      type: "host",
      reach: { ...reach, host: "kept.example" },
      scope: "always",
      note: "",
    });
    expect(await answered).toMatchObject([{ isError: false, value: { status: "approved" } }]);
    await bottled.restart(bottle.id);
    expect((await ask({ tool: "get-proposal", input: { proposal_id } }))[0]!.value).toMatchObject({
      status: "approved",
    });
  });

  test("for a capability says honestly that it comes with the next launch; for a decision brings the choice", async () => {
    const capability = { capability: "run docker", change: "FROM docker:cli", reason: "the tests build images" };
    const answered = ask({ tool: "capability-block", input: { ...capability, wait_seconds: 60 } });
    await bottled.decide((await bottled.asked()).id, { type: "capability", capability: "run docker", note: "tonight" });
    expect((await answered)[0]!.value).toMatchObject({
      status: "approved",
      note: "tonight",
      hint: expect.stringContaining("next launch"),
    });
    const question = { question: "Which database?", options: ["postgres", "sqlite"], reason: "both fit" };
    const decide = async (decision: string) => {
      const asked = ask({ tool: "ask-decision", input: { ...question, wait_seconds: 60 } });
      await bottled.decide((await bottled.asked()).id, { type: "decision", decision, note: "" });
      return (await asked)[0]!.value;
    };
    expect(await decide("sqlite")).toMatchObject({ status: "approved", decision: "sqlite" });
    expect(await decide("neither, keep files")).toMatchObject({ status: "modified", decision: "neither, keep files" });
  });

  test("is the bottle's own: another one cannot look it up, and a resumed conversation can", async () => {
    const { bottle: first_, launch } = await bottled.launch({ asks: true });
    const [asked] = (await bottled.inside(first_, forHost("mine.example", { wait_seconds: 0 }))).answers;
    const proposal_id = asked!.value["proposal_id"] as string;
    const look = { tool: "get-proposal", input: { proposal_id } };
    expect(await ask(look)).toMatchObject([{ isError: true, value: { error: `Unknown proposal: ${proposal_id}` } }]);
    expect(await ask({ tool: "get-proposal", input: { proposal_id: "prop-000000000000" } })).toMatchObject([
      { isError: true, value: { error: "Unknown proposal: prop-000000000000" } },
    ]);
    await call(bottled.product, "bottles.close", { id: first_.id });
    const resumed = await bottled.launch({ asks: true, resume: launch.id });
    expect((await bottled.inside(resumed.bottle, look)).answers[0]!.value).toMatchObject({ status: "pending" });
    await bottled.decide(proposal_id, {
      type: "host",
      reach: { ...reach, host: "mine.example" },
      scope: "workspace",
      note: "",
    });
    expect((await bottled.inside(resumed.bottle, look)).answers[0]!.value).toMatchObject({ status: "approved" });
  });

  test("is refused in words when it is not fit to be shown, and none is made", async () => {
    const count = (await bottled.proposals()).length;
    const reason = "because";
    const hostile: InsideCall[] = [
      forHost("https://example.org/"),
      forHost("*.com"),
      forHost("example.org\u0000"),
      forHost("2130706433"),
      forHost("example.org", { ports: [99_999] }),
      forHost("example.org", { paths: ["/\u202egnp.exe"] }),
      forHost("example.org", { reason: "\u001b]0;owned\u0007" }),
      forHost("example.org", { reason: "" }),
      forHost("example.org", { reason: "x".repeat(100_000) }),
      forHost("example.org", { scope: "always" }),
      { tool: "capability-block", input: { capability: "a\u202eb", reason } },
      { tool: "ask-decision", input: { question: "q", options: ["a", "a"], reason } },
      { tool: "ask-decision", input: { question: "q", options: Array(50).fill("x"), reason } },
      { tool: "get-proposal", input: { proposal_id: "'; DROP TABLE proposals; --" } },
      { tool: "get-proposal", input: { proposal_id: { $gt: "" } } },
    ];
    const answers = await ask(...hostile);
    expect(answers.map(({ isError }) => isError)).toEqual(hostile.map(() => true));
    expect(await bottled.proposals()).toHaveLength(count);
  });

  test("cannot be had without end: a flood is refused, other bottles can still ask, and the person is told of a few", async () => {
    const { bottle: noisy } = await bottled.launch({ asks: true });
    const many = Array.from({ length: 40 }, (_, at) => forHost(`host-${at}.example`, { wait_seconds: 0 }));
    const { answers } = await bottled.inside(noisy, ...many);
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(8);
    expect(answers.at(-1)).toMatchObject({ value: { error: expect.stringContaining("wait for an answer already") } });
    expect((await ask(forHost("quiet.example", { wait_seconds: 0 })))[0]!.isError).toBe(false);
    const notes = await first(bottled.product, "notifications.watch", {});
    const told = notes.type === "all" ? notes.items.filter(({ body }) => /host-\d+\.example/.test(body)) : [];
    expect(told.map(({ kind }) => kind)).toEqual(Array(8).fill("bottle-asks"));
  });

  test("is in the audit log when it was asked and when it was answered, and goes with its bottle from the list only", async () => {
    const { bottle: gone } = await bottled.launch({ asks: true });
    const [asked] = (await bottled.inside(gone, forHost("audited.example", { wait_seconds: 0 }))).answers;
    const proposal_id = asked!.value["proposal_id"] as string;
    await call(bottled.product, "bottles.close", { id: gone.id });
    await expect(
      bottled.decide(proposal_id, {
        type: "host",
        reach: { ...reach, host: "audited.example" },
        scope: "bottle",
        note: "",
      }),
    ).rejects.toMatchObject({ code: "conflict" });
    await bottled.decide(proposal_id, { type: "reject", note: "too late" });
    await call(bottled.product, "bottles.remove", { id: gone.id });
    await eventually(
      () => bottled.proposals(),
      (all) => !all.some(({ id }: Proposal) => id === proposal_id),
    );
    const { entries } = await call(bottled.product, "supervise.audit", { bottleId: gone.id });
    expect(entries.map(({ event, proposal }) => [event, proposal.id, proposal.answer?.note])).toEqual([
      ["asked", proposal_id, undefined],
      ["rejected", proposal_id, "too late"],
    ]);
  });
});
