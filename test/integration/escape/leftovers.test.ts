/** What an agent leaves for the host to come across: Cellar runs nothing of it, waits for none of it, prints none of it raw, and names it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { call, first } from "#test/product/call.ts";
import { ordinaryUser } from "#test/product/person.ts";
import { missing } from "#test/requirements.ts";
import { Stage } from "./stage.ts";

const cellar = resolve(import.meta.dirname, "../../../resources/bin/cellar");

describe.skipIf(missing("bwrap", "gcc", "openssl", "script"))("what a bottle leaves behind", () => {
  let stage: Stage;
  afterEach(() => stage?.[Symbol.asyncDispose]());

  test("is run by nothing of Cellar, holds nothing up, and is named", async () => {
    stage = await Stage.start("bubblewrap");
    const { product, place, workspaceId, bottle } = stage;
    const said = await stage.type(`
printf '#!/bin/sh\\ntouch "%s/pwned"\\n' "$HOMEDIR" > pwn; chmod 755 pwn
git init -q sub && git -C sub -c user.name=a -c user.email=a@b.example commit -q --allow-empty -m x
git -C sub config core.fsmonitor "$WORK/pwn"; git add sub 2>/dev/null
echo '* filter=evil diff=evil' > .gitattributes
rm -f .git/logs/HEAD; ln -s "$HOMEDIR/.bashrc" .git/logs/HEAD
mkdir -p .bot-bottle/agents; for n in a b c d e f; do mkfifo .bot-bottle/agents/$n.md; done; ln -s /dev/zero .bot-bottle/agents/zero.md
mkfifo .mcp.json pipe; ln -s /dev/zero zero; ln -s /proc/self/environ environ; ln -s "$HOMEDIR/.ssh/id_ed25519" key
touch "$(printf 'a\\033]52;c;eA==\\007b')" "$(printf 'line\\nline')" "$(printf '\\033]0;title\\007')"
echo REFUSED made`);
    expect(said).toContain("made");
    const details = await call(product, "workspaces.details", { id: workspaceId });
    expect(details.changed.map(({ path }) => path)).toContain("zero");
    const { patch } = await call(product, "workspaces.diff", { id: workspaceId });
    expect(patch).not.toContain("OPENSSH PRIVATE KEY");
    const { manifests } = await call(product, "bottles.manifests", { workspaceId });
    expect(manifests.filter(({ problem }) => problem === null)).toEqual([]);
    await call(product, "workspaces.planDelete", { id: workspaceId });
    const shown = execFileSync(
      "script",
      ["-qec", `'${cellar}' workspace changes ${workspaceId}; '${cellar}' ls`, "/dev/null"],
      {
        env: { ...product.environment, TERM: "xterm-256color", PAGER: "cat" },
        encoding: "latin1",
        timeout: 60_000,
      },
    );
    expect(shown).toContain("zero");
    expect(shown).not.toMatch(/\x1b\]|\x07/);
    await call(product, "bottles.close", { id: bottle.id });
    const event = await first(product, "bottles.watch", {});
    const ended = event.type === "all" ? event.items.find(({ id }) => id === bottle.id) : undefined;
    expect(ended?.changedTriggers).toEqual(expect.arrayContaining([".git/logs/HEAD", ".mcp.json", "sub/.git"]));
    expect(existsSync(join(place.home, "pwned"))).toBe(false);
  });

  test("cannot be copied over by a race: where the program writes itself nothing is copied from or to", async () => {
    stage = await Stage.start("bubblewrap");
    const { product, place, bottle } = stage;
    const refused = { code: "refused" };
    const { id } = bottle;
    await expect(
      call(product, "bottles.copyOut", { id, from: "/etc/hostname", to: join(place.work, "copy") }),
    ).rejects.toMatchObject(refused);
    await expect(
      call(product, "bottles.copyIn", { id, from: join(place.work, "file.txt"), to: "/tmp/copy" }),
    ).rejects.toMatchObject(refused);
    mkdirSync(join(place.root, "elsewhere"));
    await call(product, "bottles.copyOut", { id, from: "/etc/hostname", to: join(place.root, "elsewhere/copy") });
  });

  test("never is Cellar's own: a folder with its sockets is no workspace for a bottle", async () => {
    stage = await Stage.start("bubblewrap");
    const { product } = stage;
    const source = product.runtime;
    const made = call(product, "workspaces.create", { source, mode: "in-place", name: "runtime" });
    const planned = made.then(({ id }) =>
      call(product, "bottles.prepare", { workspaceId: id, programId: "shell", backend: "bubblewrap" }),
    );
    await expect(planned).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("Cellar") });
  });

  test.skipIf(ordinaryUser() === null)(
    "is no crowd of processes: an ordinary user's bottle has a limit for all of them together",
    async () => {
      stage = await Stage.start("bubblewrap", { user: ordinaryUser()! });
      const limit = stage.bottle.plan.limits.find(({ name }) => name === "processes");
      expect(limit).toMatchObject({ value: "2048", enforced: "bottle" });
      // Verified before anything is started in numbers.
      expect(await stage.type("grep 'Max processes' /proc/self/limits")).toMatch(/Max processes +2048 +2048/);
      const said = await stage.type('"$PROBE" forks 2500');
      expect(said).toMatch(/REFUSED as many processes as wanted/);
      expect(Number(/(\d+) processes/.exec(said)?.[1])).toBeLessThan(2048);
      // The computer, and the bottle, go on.
      expect(await stage.type("echo REFUSED still there")).toContain("still there");
    },
  );
});
