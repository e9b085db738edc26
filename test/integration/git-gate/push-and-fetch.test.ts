/** What an agent's git does through the gate, against a real sshd. */
import { afterEach, describe, expect, test } from "vitest";
import { GitGateWorld } from "#test/git-gate-world.ts";
import { git } from "#test/product/ssh-host.ts";
import { missing } from "#test/requirements.ts";

let world: GitGateWorld;
afterEach(() => world?.[Symbol.asyncDispose]());

describe.skipIf(missing("sshd", "git"))("git in a bottle", () => {
  test("clones, fetches and pushes by the upstream's own address", async () => {
    let upstream = "";
    world = await GitGateWorld.open((host) => {
      upstream = host.repository("api");
      return [{ name: "api", path: upstream }];
    });
    const work = await world.clone("api");
    await world.inside(work, "switch", "-qc", "agent/fix");
    const id = await world.commit(work, { "src/fix.ts": "fixed\n" });
    const pushed = await world.inside(work, "push", "-u", "origin", "agent/fix");
    expect(pushed.code).toBe(0);
    expect(git(upstream, "rev-parse", "agent/fix")).toBe(id);
    expect(world.failures).toEqual([]);
  });
});
