/** Bottles on the command line: launched after their summary, listed, used, limited, closed and cleaned up, by people and by scripts. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bottle, bottle, bottlePlan } from "#shared/contract/bottles.ts";
import { call, first } from "#test/product/call.ts";
import { cellar, json } from "#test/product/command.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";

let product: Product;

const problemOf = (err: string) => JSON.parse(err.trim().split("\n").at(-1) ?? "") as { code: string; message: string };

async function bottles(): Promise<Bottle[]> {
  const event = await first(product, "bottles.watch", {});
  return event.type === "all" ? event.items : [];
}

describe.skipIf(missing("bwrap"))("cellar and bottles", () => {
  beforeAll(async () => {
    product = await Product.start();
    const source = product.folder.in("api");
    mkdirSync(source);
    await readyWorkspace(product, source, "api");
  });
  afterAll(() => product?.[Symbol.asyncDispose]());

  const start = ["launch", "shell", "-w", "api", "-i", "bottle"];

  test("a dry run shows what would be launched and leaves nothing", async () => {
    const { out, code } = await cellar(product, [...start, "--dry-run", "--label", "look"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^program: Shell\n/);
    expect(out).toContain(`can be written: ${product.folder.in("api")}`);
    expect(out).toContain("not enforced: ");
    const plan = bottlePlan.parse(await json(product, [...start, "--dry-run"]));
    expect(plan.backend).toBe("bubblewrap");
    expect(await bottles()).toEqual([]);
    await expect(call(product, "bottles.launch", { planId: plan.id })).rejects.toMatchObject({ code: "not_found" });
  });

  test("the summary before the yes goes to stderr, with a blank line around it, and what was asked for is in it", async () => {
    const { out, err, code } = await cellar(product, [...start, "--supervise", "--non-interactive"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^\nShell in a bottle \(bubblewrap\), called 'api shell':\nprogram: Shell\n/);
    expect(err).toMatch(/\nenv: .*\bCELLAR_TOKEN\b.*\n/);
    expect(err).toMatch(/\nmay ask you: for a host, a capability or a decision\n[\s\S]*\n\n/);
  });

  test("nothing is launched without a yes, or with an option that the isolation cannot keep", async () => {
    const refusals: [string[], number, RegExp][] = [
      [[...start, "--non-interactive"], 2, /confirmation \(--yes\) is required/],
      [["launch", "shell", "-w", "api", "-i", "none", "--cost", "5"], 2, /--cost is only for a launch into a bottle/],
      [[...start, "--yes", "--cost", "much"], 2, /--cost is not a limit/],
      [[...start, "--yes", "--agent", "nobody"], 3, /nobody/],
    ];
    for (const [args, code, message] of refusals) {
      const ended = await cellar(product, args);
      expect([ended.code, ended.err], args.join(" ")).toEqual([code, expect.stringMatching(message)]);
    }
    expect(await bottles()).toEqual([]);
  });

  test("a bottle is launched, listed, looked into and copied to and from", async () => {
    const started = await json<{ bottle: Bottle }>(product, [
      ...start,
      ...["--yes", "--label", "fix login", "--colour", "bright-cyan", "--tokens", "2M"],
    ]);
    expect(bottle.parse(started.bottle)).toMatchObject({ label: "fix login", colour: "bright-cyan", state: "running" });
    expect(started.bottle.plan.usageLimits).toEqual({ tokens: 2_000_000, costMicros: null });
    // The shell has no provider: nothing can keep that limit, and it is said.
    expect(started.bottle.plan.notEnforced.join()).toContain("limit of tokens and cost");
    const [entry] = await json<{ bottle: Bottle; usage: unknown }[]>(product, ["bottle", "ls"]);
    expect([bottle.parse(entry?.bottle).slug, entry?.usage]).toEqual([started.bottle.slug, null]);
    const { out } = await cellar(product, ["bottle", "ls"]);
    expect(out).toMatch(/Running +fix login +Shell +api +bubblewrap +\d+:\d\d +shell-/);
    expect((await cellar(product, ["bottle", "show", "fix login"])).out).toContain("service gateway: up");
    expect((await cellar(product, ["bottle", "log", started.bottle.slug])).out).toContain("probed from inside");

    expect(await cellar(product, ["bottle", "exec", "fix login", "hostname; echo no >&2; exit 3"])).toEqual({
      code: 3,
      out: "bottle\n",
      err: "no\n",
    });
    expect(await json(product, ["bottle", "exec", "fix login", "true"])).toMatchObject({ exitCode: 0, stdout: "" });
    const note = product.folder.in("note.txt");
    writeFileSync(note, "hello\n");
    await json(product, ["bottle", "copy-in", "fix login", note]);
    const back = product.folder.in("back.txt");
    await json(product, ["bottle", "copy-out", "fix login", "/home/agent/note.txt", back]);
    expect(readFileSync(back, "utf8")).toBe("hello\n");
    const inside = await json<{ id: string; owner: { bottleId: string } }>(product, [
      "bottle",
      "shell",
      "fix login",
      "hostname > from-inside",
    ]);
    expect(inside.owner.bottleId).toBe(started.bottle.id);
    await eventually(
      () => existsSync(product.folder.in("api/from-inside")),
      (there) => there,
    );
    expect((await cellar(product, ["bottle", "limit", "fix login", "--cost", "5", "--json"])).code).toBe(3);
    const wrong = await cellar(product, ["bottle", "show", "fix logim", "--json"]);
    expect([wrong.code, problemOf(wrong.err)]).toMatchObject([3, { hint: "Did you mean fix login?" }]);
  });

  test("closing says what ends; what has ended is listed when asked for, and then forgotten", async () => {
    const asked = await cellar(product, ["bottle", "close", "fix login", "--non-interactive"]);
    expect(asked.code).toBe(2);
    expect(asked.out).toMatch(/Closing the bottle 'fix login':\n {2}Ends terminal 'api-fix-login' \(term-/);
    expect((await bottles())[0]?.state).toBe("running");
    const [{ id }] = (await bottles()) as [Bottle];
    expect(await json(product, ["bottle", "close", "fix login", "--yes"])).toEqual({ id });
    expect(await json(product, ["bottle", "ls"])).toEqual([]);
    expect(await json(product, ["bottle", "ls", "--all"])).toMatchObject([{ bottle: { id, state: "ended" } }]);
    expect(await json(product, ["bottle", "usage", "--all"])).toEqual([]);
    expect(await json(product, ["bottle", "remove", "fix login", "--yes"])).toEqual({ id });
    expect(await bottles()).toEqual([]);
  });

  test("leftovers are shown before they are removed", async () => {
    expect((await cellar(product, ["bottle", "cleanup"])).out).toBe("Nothing to clean up.\n");
    const home = product.folder.in("home/bottles/bottle-0123456789ab");
    mkdirSync(home, { recursive: true });
    const shown = await cellar(product, ["bottle", "cleanup", "--dry-run"]);
    expect(shown.out).toContain("bottle-0123456789ab");
    expect(existsSync(home)).toBe(true);
    expect((await cellar(product, ["bottle", "cleanup", "--non-interactive"])).code).toBe(2);
    expect(existsSync(home)).toBe(true);
    expect(await json(product, ["bottle", "cleanup", "--yes"])).toMatchObject({
      removed: [expect.any(String)],
      failed: [],
    });
    expect(existsSync(home)).toBe(false);
  });
});
