/** What must not get to upstream, or harm the host on its way: secrets wherever they hide, and repositories made to be dangerous. */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gateLimits } from "#main/git-gate/limits.ts";
import { flush, line } from "#main/git-gate/pkt-line.ts";
import { GitGateWorld } from "#test/git-gate-world.ts";
import { git } from "#test/product/ssh-host.ts";
import { missing } from "#test/requirements.ts";

const token = `ghp_${"a1B2".repeat(9)}`;
const vault = "correct/horse+battery";

let world: GitGateWorld;
let upstream: string;
let work: string;

describe.skipIf(missing("sshd", "git"))("a push", () => {
  beforeEach(async () => {
    const limits = {
      ...gateLimits,
      packBytes: 300_000,
      memoryBytes: 700 * 1024 * 1024,
      objectBytes: 2_000_000,
      totalBytes: 5_000_000,
    };
    world = await GitGateWorld.open(
      (host) => {
        upstream = host.repository("api");
        return [{ name: "api", path: upstream, push: { tags: ["**"] } }];
      },
      { limits },
    );
    world.secrets = [vault];
    work = await world.clone("api");
    await world.inside(work, "switch", "-qc", "agent/fix");
  });
  afterEach(async () => {
    // Whatever was tried: upstream has what it had, the mirror nothing else, and nobody repeats what was found.
    expect(git(upstream, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    const everything = git(upstream, "cat-file", "--batch-all-objects", "--batch-check");
    expect(everything.split("\n")).toHaveLength(3);
    const log = JSON.stringify(world.events());
    for (const secret of [token, vault]) expect(log).not.toContain(secret);
    expect(world.failures).toEqual([]);
    await world[Symbol.asyncDispose]();
  });

  const inside = (...args: string[]) => world.inside(work, ...args);
  async function refused(...what: string[]) {
    const ran = await inside("push", "origin", ...(what.length === 0 ? ["agent/fix"] : what));
    expect(ran.code).toBe(1);
    for (const secret of [token, vault]) expect(ran.err).not.toContain(secret);
    return { err: ran.err, event: world.pushes().at(-1)! };
  }
  const write = (type: string, content: Buffer) =>
    execFileSync("git", ["-C", work, "hash-object", "-t", type, "-w", "--literally", "--stdin"], {
      input: content,
      encoding: "utf8",
    }).trim();
  function tree(...entries: [mode: string, name: string, id: string][]): string {
    return write(
      "tree",
      Buffer.concat(
        entries.map(([mode, name, id]) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")])),
      ),
    );
  }
  const commitOf = (treeId: string) => {
    const parent = git(work, "rev-parse", "origin/main");
    const who = "A <a@example.com> 1700000000 +0000";
    return write("commit", Buffer.from(`tree ${treeId}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n\nx\n`));
  };

  test.each<[string, () => Promise<unknown>, string]>([
    [
      "in a file",
      () => world.commit(work, { "src/config.ts": `const key = "${token}"` }),
      "src/config.ts holds what looks like a GitHub token",
    ],
    [
      "in base64",
      () => world.commit(work, { a: Buffer.from(`x ${token}`).toString("base64") }),
      "a holds what looks like a GitHub token, base64",
    ],
    [
      "in gzip",
      () => world.commit(work, { "a.gz": gzipSync(`x ${token}`) }),
      "a.gz holds what looks like a GitHub token, gzip",
    ],
    ["in the message of a commit", () => world.commit(work, { a: "1" }, `use ${token}`), "the message of commit"],
    ["in the name of a file", () => world.commit(work, { [`dir/${token}`]: "1" }), "a name"],
    [
      "in the history, though no longer in the files",
      async () => {
        await world.commit(work, { "old.env": `TOKEN=${token}` });
        await world.commit(work, { "old.env": "" });
      },
      "old.env holds",
    ],
  ])("with a credential %s is refused, and a person may let it pass", async (_, make, words) => {
    await make();
    const { err, event } = await refused();
    expect(err.replace("the name of a file", "a name")).toContain(words);
    expect(event).toMatchObject({ outcome: "refused", reason: "detected", canApprove: true, commits: [], files: [] });
  });

  test("with a credential in the message of a tag is refused", async () => {
    await inside("tag", "-a", "v1", "-m", `release ${token}`);
    expect((await refused("v1")).err).toContain("the message of a tag holds");
  });

  test("with a value of the vault in any encoding is refused, and nobody can let it pass", async () => {
    for (const [index, text] of [
      vault,
      Buffer.from(vault).toString("hex"),
      encodeURIComponent(vault),
      Buffer.from(`a${vault}`).toString("base64"),
    ].entries()) {
      await inside("reset", "-q", "--hard", "origin/main");
      await world.commit(work, { [`f${index}`]: `and ${text} there` });
      const { event } = await refused();
      expect(event).toMatchObject({ reason: "detected", canApprove: false });
      expect(() => world.gates.approve(event.id)).toThrow("does not wait");
    }
  });

  test("is refused while the vault is locked, because nothing can be compared", async () => {
    await world.commit(work, { a: "1" });
    world.secrets = null;
    const { err, event } = await refused();
    expect(err).toContain("the vault on the host is locked");
    expect(event.reason).toBe("not_ready");
    world.secrets = [];
  });

  test("that is too large is refused: on the wire, as one file, and unpacked", async () => {
    await world.commit(work, { "random.bin": randomBytes(400_000) });
    expect((await refused()).event).toMatchObject({ reason: "too_large", detail: expect.stringContaining("MiB") });
    await inside("reset", "-q", "--hard", "origin/main");
    await world.commit(work, { "zeros.bin": Buffer.alloc(3_000_000) });
    expect((await refused()).err).toContain("zeros.bin is larger than");
    await inside("reset", "-q", "--hard", "origin/main");
    const many = Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`z${n}`, Buffer.alloc(1_900_000, n + 1)]));
    await world.commit(work, many);
    expect((await refused()).err).toContain("unpacked it is larger than");
  });

  test.each<[string, string]>([
    ["a folder .git", ".git"],
    ["a folder .GIT", ".GIT"],
    ["the parent", ".."],
    ["itself", "."],
    ["a path", "a/b"],
    ["a Windows short name of .git", "git~1"],
    ["a .git that HFS+ reads so", ".g\u200cit"],
  ])("of a tree that names %s is refused", async (_, name) => {
    const blob = write("blob", Buffer.from("#!/bin/sh\n"));
    const hooks = tree(["100755", "post-checkout", blob]);
    await inside("update-ref", "refs/heads/agent/bad", commitOf(tree(["40000", name, hooks])));
    expect((await refused("agent/bad")).event).toMatchObject({ reason: "malformed", canApprove: false });
  });

  test("with submodules whose address is a command is refused", async () => {
    for (const url of ["--upload-pack=touch /tmp/x", "-u./payload", "ext::sh -c touch% /tmp/x"]) {
      const blob = write("blob", Buffer.from(`[submodule "a"]\n\tpath = a\n\turl = ${url}\n`));
      await inside("update-ref", "refs/heads/agent/bad", commitOf(tree(["100644", ".gitmodules", blob])));
      if (url.startsWith("ext")) continue;
      expect((await refused("agent/bad")).event.reason).toBe("malformed");
    }
    const named = write("blob", Buffer.from(`[submodule "../../hooks"]\n\tpath = a\n\turl = https://example.com/x\n`));
    await inside("update-ref", "refs/heads/agent/bad", commitOf(tree(["100644", ".gitmodules", named])));
    expect((await refused("agent/bad")).event.reason).toBe("malformed");
  });

  test("of what is no pack, half a pack, a pack without its objects, or no commit is refused", async () => {
    const parent = git(work, "rev-parse", "origin/main");
    const missingTree = write(
      "commit",
      Buffer.from(`tree ${"a".repeat(40)}\nparent ${parent}\nauthor A <a@e> 1 +0000\ncommitter A <a@e> 1 +0000\n\nx\n`),
    );
    const one = packOf([[1, execFileSync("git", ["-C", work, "cat-file", "commit", missingTree])]]);
    const blob = Buffer.from("just a file\n");
    const blobId = createHash("sha1").update(`blob ${blob.length}\0`).update(blob).digest("hex");
    for (const [id, pack] of [
      [missingTree, Buffer.from("not a pack")],
      [missingTree, one.subarray(0, one.length - 8)],
      [missingTree, one],
      ["b".repeat(40), packOf([])],
      [blobId, packOf([[3, blob]])],
    ] as const) {
      const answer = await post(
        Buffer.concat([line(`${"0".repeat(40)} ${id} refs/heads/agent/x\0 report-status`), flush, pack]),
      );
      expect(answer).toMatch(/ng refs\/heads\/agent\/x refused: /);
      expect(world.pushes().at(-1)).toMatchObject({ outcome: "refused", reason: "malformed" });
    }
  });

  test.skipIf(missing("prlimit"))("of a few bytes that unpack to more than there is memory is refused", async () => {
    const base = Buffer.alloc(65_536, "x");
    // A gigabyte, as sixteen thousand times the same piece of the base.
    const varint = (value: number): number[] =>
      value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
    const copies = Buffer.from(Array.from({ length: 16_384 }, () => [0x80]).flat());
    const delta = Buffer.concat([Buffer.from([...varint(base.length), ...varint(base.length * 16_384)]), copies]);
    const baseId = createHash("sha1").update(`blob ${base.length}\0`).update(base).digest();
    const pack = packOf([
      [3, base],
      [7, delta, baseId],
    ]);
    expect(pack.length).toBeLessThan(1000);
    const answer = await post(
      Buffer.concat([line(`${"0".repeat(40)} ${"a".repeat(40)} refs/heads/agent/x\0 report-status`), flush, pack]),
    );
    expect(answer).toContain("ng refs/heads/agent/x refused: it needs more memory to be unpacked than there is for it");
  });

  test("in another protocol than git's is answered, and the next one served", async () => {
    expect(await post(Buffer.from("GET / HTTP/1.1"))).toContain("ERR git gate: a line has no length");
    expect(await post(line(`${"0".repeat(40)} ${"a".repeat(40)} refs/heads/agent/x\0 report-status`))).toContain(
      "ERR git gate",
    );
    const head = { "content-type": "application/x-git-receive-pack-request", "content-encoding": "gzip" };
    const packed = await fetch(url("git-receive-pack"), { method: "POST", body: "no gzip", headers: head });
    expect(await packed.text()).toContain("ERR git gate");
    expect((await fetch(url("git-receive-pack"), { method: "POST", body: "0000" })).status).toBe(415);
    expect((await inside("ls-remote", "origin")).code).toBe(0);
  });

  test("makes the host run nothing that it brings", async () => {
    const marker = world.folder.in("ran");
    const attributes = "* filter=evil diff=evil merge=evil\n";
    await world.commit(work, {
      ".gitattributes": attributes,
      ".gitconfig": `[core]\n\tfsmonitor = touch ${marker}\n`,
      a: `${token}`,
    });
    await refused();
    const [mirror] = readdirSync(world.folder.in("home", "git-mirrors"));
    const config = readFileSync(join(world.folder.in("home", "git-mirrors"), mirror!, "mirror.git", "config"), "utf8");
    expect(config).not.toMatch(/filter|hook|fsmonitor/);
    expect(existsSync(join(world.folder.in("home", "git-mirrors"), mirror!, "mirror.git", "hooks"))).toBe(false);
    expect(existsSync(marker)).toBe(false);
  });

  const url = (service: string) => `http://127.0.0.1:${world.port}/api.git/${service}`;
  async function post(body: Buffer): Promise<string> {
    const headers = { "content-type": "application/x-git-receive-pack-request" };
    const answer = await fetch(url("git-receive-pack"), { method: "POST", body: new Uint8Array(body), headers });
    return answer.text();
  }
});

/** Objects by their kind: 1 commit, 3 blob, 7 delta against the object of an id. */
function packOf(objects: [kind: number, content: Buffer, base?: Buffer][]): Buffer {
  const head = Buffer.alloc(12);
  head.write("PACK");
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const entries = objects.flatMap(([kind, content, base = Buffer.alloc(0)]) => {
    const size = [(kind << 4) | (content.length & 15)];
    for (let rest = content.length >> 4; rest > 0; rest >>= 7) {
      size[size.length - 1]! |= 0x80;
      size.push(rest & 127);
    }
    return [Buffer.from(size), base, deflateSync(content)];
  });
  const body = Buffer.concat([head, ...entries]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}
