/** Pushes that wait for a person. */
import { afterEach, describe, expect, test } from "vitest";
import { GitGateWorld } from "#test/git-gate-world.ts";
import { git } from "#test/product/ssh-host.ts";
import { missing } from "#test/requirements.ts";

let world: GitGateWorld;
let upstream: string;
let work: string;
afterEach(() => world?.[Symbol.asyncDispose]());

async function begin(): Promise<void> {
  world = await GitGateWorld.open((host) => {
    upstream = host.repository("api");
    return [{ name: "api", path: upstream, push: { approve: true } }];
  });
  work = await world.clone("api");
  await world.inside(work, "switch", "-qc", "agent/fix");
  await world.commit(work, { "src/a.ts": "one\ntwo\n" }, "Add a");
}
const push = () => world.inside(work, "push", "origin", "agent/fix");
const branches = () => git(upstream, "for-each-ref", "--format=%(refname:short)");

describe.skipIf(missing("sshd", "git"))("a push that needs a yes", () => {
  test("is shown with what it would do, waits, and passes when it is approved", async () => {
    await begin();
    const pushing = push();
    const waiting = await world.event(({ outcome }) => outcome === "waiting");
    expect(waiting).toMatchObject({
      reason: "asks",
      canApprove: true,
      updates: [{ ref: "refs/heads/agent/fix", action: "create" }],
      commits: [{ subject: "Add a" }],
      files: [{ path: "src/a.ts", added: 2, removed: 0 }],
    });
    expect(world.asked.map(({ id }) => id)).toEqual([waiting.id]);
    expect(branches()).toBe("main");
    world.gates.approve(waiting.id);
    const ran = await pushing;
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining("waiting for a person to approve this push") });
    expect(branches()).toBe("agent/fix\nmain");
    expect(world.pushes()).toMatchObject([{ outcome: "passed", canApprove: false, waitsUntil: null }]);
    expect(() => world.gates.approve(waiting.id)).toThrow("does not wait for an answer");
  });

  test("is refused with the person's no, now and when it comes again; other commits are asked about anew", async () => {
    await begin();
    const pushing = push();
    const waiting = await world.event(({ outcome }) => outcome === "waiting");
    world.gates.refuse(waiting.id);
    expect(await pushing).toMatchObject({ code: 1, err: expect.stringContaining("a person has refused it") });
    expect(await push()).toMatchObject({
      code: 1,
      err: expect.stringContaining("a person has refused exactly this push"),
    });
    expect(world.asked).toHaveLength(1);
    await world.commit(work, { b: "1" });
    const again = push();
    const second = await world.event(({ outcome }) => outcome === "waiting");
    world.gates.approve(second.id);
    expect(await again).toMatchObject({ code: 0 });
  });

  test("that nobody answers is pending, and passes when it was approved meanwhile, once", async () => {
    await begin();
    world.holdSeconds = 0;
    expect(await push()).toMatchObject({ code: 1, err: expect.stringContaining("pending: nobody has answered yet") });
    const [pending] = world.pushes();
    expect(pending).toMatchObject({ outcome: "pending", canApprove: true });
    expect(await push()).toMatchObject({ code: 1, err: expect.stringContaining("pending") });
    const [again] = world.pushes();
    expect(again).toMatchObject({ outcome: "pending", count: 2 });
    world.gates.approve(again!.id);
    expect(world.pushes()).toMatchObject([{ outcome: "approved" }]);
    expect(await push()).toMatchObject({ code: 0 });
    // The yes was for that push: the next one is another.
    await world.commit(work, { b: "1" });
    expect(await push()).toMatchObject({ code: 1, err: expect.stringContaining("pending") });
  });

  test("of which an approved one was changed by other commits asks again", async () => {
    await begin();
    world.holdSeconds = 0;
    await push();
    world.gates.approve(world.pushes()[0]!.id);
    await world.inside(work, "commit", "-q", "--amend", "-m", "something else");
    expect(await push()).toMatchObject({ code: 1, err: expect.stringContaining("pending") });
    expect(branches()).toBe("main");
  });

  test("does not wear a person out: the ninth that waits is refused at once", async () => {
    await begin();
    world.holdSeconds = 0;
    for (let index = 0; index < 9; index++) {
      await world.commit(work, { n: String(index) });
      const ran = await world.inside(work, "push", "origin", `HEAD:agent/n${index}`);
      expect(ran.err).toContain(index < 8 ? "pending" : "too many pushes wait");
    }
    expect(world.asked).toHaveLength(8);
  });

  test("cannot be answered any more when its bottle has ended", async () => {
    await begin();
    world.holdSeconds = 0;
    await push();
    await world.gates.close("bottle-000000000001");
    const [event] = world.pushes();
    expect(event).toMatchObject({ outcome: "refused", canApprove: false });
    expect(() => world.gates.approve(event!.id)).toThrow("does not wait");
  });
});
