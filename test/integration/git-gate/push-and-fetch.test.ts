/** What an agent's git does through the gate, against a real sshd: what passes, what is refused, and what it is told. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import type { GitPushRules } from "#main/bottles/index.ts";
import { flush, line } from "#main/git-gate/pkt-line.ts";
import { bottleId, GitGateWorld } from "#test/git-gate-world.ts";
import { eventually } from "#test/product/processes.ts";
import { git } from "#test/product/ssh-host.ts";
import { missing } from "#test/requirements.ts";

let world: GitGateWorld;
let upstream: string;
let work: string;
afterEach(() => world?.[Symbol.asyncDispose]());

/** A clone inside, on the branch agent/fix. */
async function begin(push: Partial<GitPushRules> = {}): Promise<void> {
  world = await GitGateWorld.open((host) => {
    upstream = host.repository("api");
    return [{ name: "api", path: upstream, push }];
  });
  work = await world.clone("api");
  await inside("switch", "-qc", "agent/fix");
}
const inside = (...args: string[]) => world.inside(work, ...args);
const upstreamHas = (ref: string) => git(upstream, "for-each-ref", "--format=%(objectname)", ref);
const quarantines = () =>
  readdirSync(world.folder.in("home", "git-mirrors")).flatMap((name) => {
    try {
      return readdirSync(world.folder.in("home", "git-mirrors", name, "incoming"));
    } catch {
      return [];
    }
  });

describe.skipIf(missing("sshd", "git"))("git in a bottle", () => {
  afterEach(() => {
    expect(world.failures).toEqual([]);
    expect(quarantines()).toEqual([]);
  });

  test("clones, fetches and pushes by the upstream's own address; each is in the log", async () => {
    await begin();
    const id = await world.commit(work, { "src/fix.ts": "fixed\n" }, "Fix it");
    expect(await inside("push", "-u", "origin", "agent/fix")).toMatchObject({ code: 0 });
    expect(upstreamHas("refs/heads/agent/fix")).toBe(id);
    // What others do upstream is there with the next fetch.
    git(join(world.host.folder, "seeds", "api"), "commit", "-qm", "second", "--allow-empty");
    git(join(world.host.folder, "seeds", "api"), "push", "-q", upstream, "main");
    git(upstream, "branch", "-D", "agent/fix");
    expect(await inside("fetch", "-q", "--prune")).toMatchObject({ code: 0 });
    expect((await inside("log", "-1", "--format=%s", "origin/main")).out).toBe("second\n");
    expect((await inside("branch", "-r")).out).not.toContain("agent/fix");
    expect(world.events()).toMatchObject([
      { kind: "fetch", outcome: "passed" },
      {
        kind: "push",
        outcome: "passed",
        updates: [{ ref: "refs/heads/agent/fix", action: "create", old: null, new: id }],
        commits: [{ id, subject: "Fix it" }],
        files: [{ path: "src/fix.ts", added: 1, removed: 0 }],
      },
      { kind: "fetch", outcome: "passed" },
    ]);
  });

  test("is served by protocol 0, 1 and 2, shallow and partial, and with a request that is packed", async () => {
    await begin();
    for (const version of ["0", "1", "2"]) {
      const to = world.folder.in(`v${version}`);
      const url = world.host.url(upstream);
      const cloned = await world.inside(world.folder.path, "-c", `protocol.version=${version}`, "clone", "-q", url, to);
      expect(cloned).toMatchObject({ code: 0 });
    }
    for (const more of [["--depth=1"], ["--filter=blob:none", "--no-tags"]]) {
      const to = world.folder.in(`clone-${more.length}`);
      expect(await world.inside(world.folder.path, "clone", "-q", ...more, world.host.url(upstream), to)).toMatchObject(
        {
          code: 0,
        },
      );
      await world.inside(to, "switch", "-qc", `agent/from-${more.length}`);
      await world.commit(to, { "new.txt": more[0]! });
      expect(await world.inside(to, "push", "-q", "origin", "HEAD")).toMatchObject({ code: 0 });
    }
    // More than fits into one request is sent in pieces, after a question whether it may be.
    await world.commit(work, { "large.bin": randomBytes(300_000) });
    expect(await inside("-c", "http.postBuffer=65536", "push", "-q", "origin", "agent/fix")).toMatchObject({ code: 0 });
    // A thousand haves make git pack its request.
    for (let index = 0; index < 300; index++) await inside("commit", "-qm", `c${index}`, "--allow-empty");
    git(join(world.host.folder, "seeds", "api"), "commit", "-qm", "more", "--allow-empty");
    git(join(world.host.folder, "seeds", "api"), "push", "-q", upstream, "main");
    expect(await inside("-c", "protocol.version=0", "fetch")).toMatchObject({ code: 0 });
  }, 240_000);

  test.each<[string, Partial<GitPushRules>, string[], string]>([
    [
      "to the main branch",
      {},
      ["push", "--force", "origin", "HEAD:main"],
      "not a branch that may be pushed (agent/**)",
    ],
    ["of a tag", {}, ["push", "origin", "HEAD:refs/tags/v1"], "tags may not be pushed"],
    ["to HEAD", {}, ["push", "origin", "HEAD:HEAD"], "no name of a branch"],
    ["of notes", {}, ["push", "origin", "HEAD:refs/notes/commits"], "only branches and tags"],
    ["to another's changes", {}, ["push", "origin", "HEAD:refs/for/main"], "only branches and tags"],
    ["that deletes", {}, ["push", "origin", ":refs/heads/agent/there"], "deleting is not allowed"],
    ["that rewrites", {}, ["push", "--force", "origin", "HEAD:agent/there"], "rewriting is not allowed"],
    [
      "with one name of two",
      {},
      ["push", "--force", "origin", "HEAD:agent/new", "HEAD:main"],
      "not a branch that may be pushed",
    ],
    ["where nothing may be", { branches: [] }, ["push", "origin", "HEAD:agent/new"], "nothing may be pushed here"],
    ["by a name with odd bytes", {}, ["push", "origin", "HEAD:refs/heads/agent/x;y"], "no name of a branch"],
  ])("is told why a push %s is refused, and upstream does not see it", async (_, rules, args, reason) => {
    await begin(rules);
    await inside("commit", "-q", "--amend", "-m", "other history");
    git(upstream, "branch", "agent/there", "main");
    git(upstream, "commit-tree", "-m", "x", "main^{tree}");
    const before = git(upstream, "for-each-ref");
    await inside("fetch", "-q");
    const ran = await inside(...args);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(reason);
    expect(git(upstream, "for-each-ref")).toBe(before);
    expect(world.pushes()).toMatchObject([{ outcome: "refused", reason: "not_allowed", canApprove: false }]);
  });

  test("may rewrite, delete and tag where the rules say so", async () => {
    await begin({ force: true, delete: true, tags: ["rc-*"] });
    await world.commit(work, { a: "1" });
    expect(await inside("push", "-q", "origin", "agent/fix", "HEAD:refs/tags/rc-1")).toMatchObject({ code: 0 });
    await inside("commit", "-q", "--amend", "-m", "rewritten");
    expect((await inside("push", "-q", "origin", "agent/fix")).code).toBe(1);
    expect(await inside("push", "-q", "--force", "origin", "agent/fix")).toMatchObject({ code: 0 });
    expect(await inside("push", "-q", "origin", ":agent/fix", ":refs/tags/rc-1")).toMatchObject({ code: 0 });
    expect(git(upstream, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    const actions = world.pushes().map(({ outcome, updates }) => [outcome, ...updates.map(({ action }) => action)]);
    expect(actions).toEqual([
      ["passed", "create", "create"],
      ["passed", "rewrite"],
      ["passed", "delete", "delete"],
    ]);
  });

  test("hears upstream's own words, and a refusal there is one inside", async () => {
    await begin();
    const hook = join(upstream, "hooks", "pre-receive");
    writeFileSync(hook, "#!/bin/sh\necho 'ticket number missing' >&2\nexit 1\n", { mode: 0o755 });
    await world.commit(work, { a: "1" });
    const ran = await inside("push", "origin", "agent/fix");
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("remote: ticket number missing");
    expect(ran.err).toContain("! [remote rejected] agent/fix -> agent/fix (pre-receive hook declined)");
    expect(world.pushes()).toMatchObject([{ outcome: "failed", reason: "refused_upstream" }]);
    rmSync(hook);
    expect(await inside("push", "origin", "agent/fix")).toMatchObject({ code: 0 });
  });

  test("gets nothing old when upstream cannot be reached, and is told so", async () => {
    await begin();
    await world.host.stop();
    const fetched = await inside("fetch", "origin");
    expect(fetched.code).not.toBe(0);
    expect(fetched.err).toContain("upstream could not be used: it cannot be reached. Nothing was served");
    await world.commit(work, { a: "1" });
    const pushed = await inside("push", "origin", "agent/fix");
    expect(pushed.code).not.toBe(0);
    expect(pushed.err).toContain("it cannot be reached. Nothing was pushed");
    for (const { err } of [fetched, pushed]) expect(err).not.toContain(world.folder.path);
    expect(world.events().slice(-2)).toMatchObject([
      { kind: "fetch", outcome: "failed", reason: "unreachable" },
      { kind: "push", outcome: "failed", reason: "unreachable" },
    ]);
  });

  test("does not reach an upstream with another host key than the one that is pinned", async () => {
    const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    world = await GitGateWorld.open((host) => {
      upstream = host.repository("api");
      return [{ name: "api", path: upstream, hostKey: other }];
    });
    const ran = await world.inside(world.folder.path, "ls-remote", world.host.url(upstream));
    expect(ran.err).toContain("its host key is not the one that is pinned");
    expect(world.events()).toMatchObject([{ kind: "fetch", outcome: "failed" }]);
  });

  test("is told that another repository is not behind the gate, and led past it where the address only begins alike", async () => {
    await begin();
    const base = `http://127.0.0.1:${world.port}`;
    for (const path of ["/other.git/info/refs?service=git-upload-pack", "/../api/x", "/api.git/objects/info/packs"]) {
      const answer = await fetch(`${base}${path}`);
      expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining("has no such repository")]);
    }
    expect((await fetch(`${base}/api.git/info/refs`)).status).toBe(403);
    const near = await fetch(`${base}/api.git-docs.git/info/refs?service=git-upload-pack`, { redirect: "manual" });
    expect(near.headers.get("location")).toMatch(
      /^https:\/\/127\.0\.0\.1\/.*api-docs\.git\/info\/refs\?service=git-upload-pack$/,
    );
  });

  test("two bottles share a mirror, push at the same time, and each sees what the other did", async () => {
    await begin();
    await world.openBottle("bottle-000000000002", world.folder.in("two.sock"));
    const folders = await Promise.all(["one", "two", "three"].map((name) => world.clone(name)));
    await world.move(folders[1]!, world.folder.in("two.sock"));
    const pushed = await Promise.all(
      folders.map(async (folder, index) => {
        await world.inside(folder, "switch", "-qc", `agent/n${index}`);
        await world.commit(folder, { [`f${index}`]: "x" });
        return world.inside(folder, "push", "-q", "origin", "HEAD");
      }),
    );
    expect(pushed.map(({ code, err }) => (code === 0 ? "pushed" : err))).toEqual(["pushed", "pushed", "pushed"]);
    expect(new Set(world.pushes().map((push) => push.bottleId)).size).toBe(2);
    await inside("fetch", "-q");
    expect((await inside("branch", "-r")).out).toMatch(/agent\/n0[\s\S]*agent\/n1[\s\S]*agent\/n2/);
    expect(readdirSync(world.folder.in("home", "git-mirrors"))).toHaveLength(1);
    // Of two that push the same branch, one has to fetch first.
    const [one, two] = folders as [string, string, string];
    for (const folder of [one, two]) {
      await world.inside(folder, "switch", "-qC", "agent/both", "origin/main");
      await world.commit(folder, { [folder === one ? "a" : "b"]: "1" }, folder);
    }
    const raced = await Promise.all([one, two].map((folder) => world.inside(folder, "push", "origin", "agent/both")));
    expect(raced.map(({ code }) => code).toSorted()).toEqual([0, 1]);
    await world.gates.close("bottle-000000000002");
    expect(await inside("fetch", "-q")).toMatchObject({ code: 0 });
  });

  test("whose connection ends in the middle leaves nothing", async () => {
    await begin({ approve: true });
    await world.commit(work, { a: "1" });
    const child = world.insideChild(work, "push", "origin", "agent/fix");
    const waiting = await world.event(({ outcome }) => outcome === "waiting");
    process.kill(-child.pid!, "SIGKILL");
    await world.event(({ id, outcome }) => id === waiting.id && outcome === "pending");
    await eventually(
      async () => quarantines().length,
      (count) => count === 0,
    );
    expect(upstreamHas("refs/heads/agent")).toBe("");
  });

  test("whose last bytes come late is answered after them, on a connection that goes on", async () => {
    await begin();
    const id = await world.commit(work, { a: "1" });
    const pack = execFileSync("git", ["-C", work, "pack-objects", "--revs", "--stdout", "-q"], {
      input: `${id}\n^${git(upstream, "rev-parse", "main")}\n`,
    });
    const command = line(`${"0".repeat(40)} ${id} refs/heads/agent/fix\0report-status\n`);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (path: string, what: string) =>
      request({
        agent,
        socketPath: world.socket,
        method: "POST",
        path,
        headers: { "content-type": `application/x-${what}-request` },
      });
    const push = post("/api.git/git-receive-pack", "git-receive-pack");
    const answer = once(push, "response").then(([response]) => text(response as IncomingMessage));
    push.write(Buffer.concat([command, flush, pack]));
    // Upstream has it; what ends the request is still to come.
    await world.event(({ kind, outcome }) => kind === "push" && outcome === "passed");
    push.end();
    expect(await answer).toContain("ok refs/heads/agent/fix");
    const next = post("/api.git/git-upload-pack", "git-upload-pack");
    next.end(flush);
    const [response] = (await once(next, "response")) as [IncomingMessage];
    await text(response);
    expect(next.reusedSocket).toBe(true);
    agent.destroy();
  });

  test("finds upstream and mirror as they are after main was away", async () => {
    await begin({ approve: true });
    await world.commit(work, { a: "1" });
    const child = world.insideChild(work, "push", "origin", "agent/fix");
    const ended = new Promise((resolve) => child.once("close", resolve));
    await world.event(({ outcome }) => outcome === "waiting");
    await world.stop();
    await ended;
    world.start();
    await world.openBottle();
    const [push] = world.pushes();
    expect(push).toMatchObject({ outcome: "pending", canApprove: true });
    world.gates.approve(push!.id);
    expect(await inside("push", "-q", "origin", "agent/fix")).toMatchObject({ code: 0 });
    expect(world.pushes()).toMatchObject([{ outcome: "passed", count: 2 }]);
    await world.gates.close(bottleId);
  });
});
