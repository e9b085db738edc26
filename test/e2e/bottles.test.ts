/**
 * Bottles as a person has them in front of them: a key in the vault, an agent launched by mouse, what it uses, the limit it reaches, a host that is
 * allowed, files in and out, its end, and the list of what has ended; and twelve of them at once, at one in the morning.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bottleColours } from "#shared/bottles/names.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import { call, first } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { realKey, StandIn } from "#test/product/stand-in.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";
import { Window } from "./window.ts";

const pictures = resolve(import.meta.dirname, "../../test-results/screenshots");
const passphrase = "seven brave foxes sleeping";
let standIn: StandIn;
let window: Window;

async function bottles(): Promise<Bottle[]> {
  const event = await first(standIn.product, "bottles.watch", {});
  return event.type === "all" ? event.items : [];
}

async function usage(id: string): Promise<BrokerUsage | undefined> {
  const event = await first(standIn.product, "broker.watch", {});
  return event.type === "all" ? event.items.find((each) => each.id === id) : undefined;
}

const screenOf = async (id: string) => (await call(standIn.product, "terminals.screen", { id })).lines.join("\n");
const shows = (id: string, wanted: RegExp) =>
  eventually(
    () => screenOf(id),
    (text) => wanted.test(text),
  );

/** Types a line into a terminal, and waits until what it said so many times is there. */
async function say(terminalId: string, line: string, wanted: RegExp): Promise<void> {
  await call(standIn.product, "terminals.write", { id: terminalId, text: `${line}\n` });
  await shows(terminalId, wanted);
}

async function faults(name: string): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ["dark", "light"] as const) {
    await window.page.emulateMedia({ colorScheme: theme });
    await window.page.screenshot({ path: join(pictures, `bottles-${name}-${theme}.png`), animations: "disabled" });
    const { violations } = await new AxeBuilder({ page: window.page }).analyze();
    found.push(
      ...violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${name} ${theme} ${id}: ${target}`)),
    );
  }
  await window.page.emulateMedia({ colorScheme: "dark" });
  return found;
}

const inspector = () => window.page.getByRole("complementary", { name: "Inspector" });
const field = (label: string) => window.page.getByLabel(label, { exact: true });

describe.skipIf(missing("bwrap", "curl"))("bottles in the window", () => {
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    standIn = await StandIn.start();
    const { product } = standIn;
    const source = product.folder.in("api");
    mkdirSync(join(source, "packages"), { recursive: true });
    await readyWorkspace(product, source, "api");
    window = await Window.open(product.url);
    await window.skipFirstRun();
  });
  // Twelve bottles take a while to end.
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await standIn?.[Symbol.asyncDispose]();
  });

  // What it looked like when it went wrong.
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await window?.page.screenshot({ path: join(pictures, "bottles-failed.png") });
  });

  let bottle: Bottle;
  let terminalId: string;

  test("a key is put into the vault", async () => {
    await window.button(/^Vault not set up/).click();
    await field("New passphrase").fill(passphrase);
    await field("The same again").fill(passphrase);
    await field("The same again").press("Enter");
    await window.button("Add a secret").click();
    await field("Handle").fill("anthropic_api_key");
    await field("Value").fill(realKey);
    await field("Value").press("Enter");
    await window.page.getByRole("row", { name: /^anthropic_api_key/ }).waitFor();
  });

  test("an agent is launched into a bottle by mouse, with a label, a colour and a limit, all of which the summary says", async () => {
    await window.page.getByRole("treeitem", { name: /^api/ }).click({ button: "right" });
    await window.page.getByRole("menuitem", { name: /^Launch/ }).click();
    await window.page.getByText("Stand-in").first().click();
    await window.dropUrl(pathToFileURL(standIn.product.folder.path).href, field("Working folder"));
    await window.page.getByText(/is not in api, and the program sees only that$/).waitFor();
    await window.dropUrl(pathToFileURL(standIn.product.folder.in("api/packages")).href, field("Working folder"));
    expect(await field("Working folder").inputValue()).toBe("packages");
    await field("Label").fill("fix the login");
    await window.page.getByText("Colour").first().waitFor();
    await window.page
      .locator("label")
      .filter({ has: window.page.getByRole("radio", { name: "cyan", exact: true }) })
      .click();
    await window.button("Set a limit").click();
    await field("Cost limit, US dollars").fill("many");
    await window.page.getByText("An amount like 5 or 0.50, or none").waitFor();
    expect(await faults("launch")).toEqual([]);
    await field("Cost limit, US dollars").fill("$0.50");
    await window.button("Review and launch Stand-in").click();
    const summary = window.page.getByRole("form", { name: "Launch summary" });
    await summary.getByText("fix the login").waitFor();
    await summary.getByText("$0.50").waitFor();
    await summary.getByText("packages", { exact: true }).waitFor();
    expect(await faults("summary")).toEqual([]);
    await window.button("Launch Stand-in").click();
    [bottle] = (await eventually(bottles, ([one]) => one?.state === "running")) as [Bottle];
    expect(bottle).toMatchObject({ label: "fix the login", colour: "cyan", programId: "stand-in" });
    expect(bottle.plan.folder).toBe("packages");
    terminalId = bottle.terminalId!;
    await shows(terminalId, /stand-in is ready --session/);
  });

  test("what it uses is seen beside its terminal and in the sidebar", async () => {
    await say(terminalId, "ask 100000 20000", /status 200/);
    // 100 000 in and 20 000 out at 1 and 5 dollars for a million.
    await inspector().getByText("$0.20").waitFor();
    await window.page.getByRole("region", { name: "Bottles" }).getByText("$0.20").waitFor();
    expect(standIn.shown).toEqual([realKey]);
  });

  test("a limit that is reached says so where the person is, and one click lets the agent go on", async () => {
    await say(terminalId, "ask 200000 30000", /(status 200[\s\S]*){2}/);
    await inspector()
      .getByText(/\$0\.55 of \$0\.50 are used/)
      .waitFor();
    await say(terminalId, "ask 1000 1000", /raise the limit[\s\S]*status 402/);
    expect(standIn.shown).toHaveLength(2);
    const told = await first(standIn.product, "notifications.watch", {});
    expect(told.type === "all" && told.items.find(({ kind }) => kind === "broker-limit")?.body).toContain(
      "Reached its limit",
    );
    expect(await faults("limit")).toEqual([]);
    // It is in view, and so was seen; it stands still all the same.
    const needs = window.page.getByRole("region", { name: "Needs you" });
    await needs.getByText("Reached its limit").waitFor();
    await inspector().getByRole("button", { name: "Raise to $1.00" }).click();
    await needs.getByText("Nothing right now").waitFor();
    await inspector()
      .getByText(/are used/)
      .waitFor({ state: "detached" });
    await say(terminalId, "ask 1000 1000", /(status 200[\s\S]*){3}/);
  });

  test("a host it asks for waits, and is allowed with one click", async () => {
    await call(standIn.product, "terminals.write", { id: terminalId, text: "get http://mirror.invalid/\n" });
    await inspector().getByRole("button", { name: "Allow mirror.invalid:80 in this bottle" }).click();
    await window.page.getByText("mirror.invalid:80 is allowed in this bottle").first().waitFor();
    // It was let through; that nobody has such a name is another matter.
    await shows(terminalId, /status 50\d/);
  });

  test("its page shows the sums, how they grew, and every request without what was said", async () => {
    await inspector().getByRole("button", { name: "Bottle", exact: true }).click();
    const block = window.page.getByRole("region", { name: "Usage" });
    await block.getByText("$0.56").waitFor();
    await block.getByRole("img", { name: /^Cost over/ }).waitFor();
    expect(await faults("page")).toEqual([]);
    await block.getByRole("button", { name: "Requests" }).click();
    const requests = window.page.getByRole("list", { name: "Requests, newest first" });
    await requests.getByRole("listitem").nth(3).waitFor();
    await window.page.getByRole("button", { name: /^Refused 1$/ }).click();
    await requests.getByText("limit", { exact: true }).waitFor();
    expect(await requests.getByRole("listitem").count()).toBe(1);
    expect(await faults("requests")).toEqual([]);
    await window.button("Decisions").click();
    await window.page.getByText(/^Launch probe: \d refused, as they must be$/).waitFor();
    expect(await window.page.getByText("cellar-probe").count()).toBe(0);
  });

  test("what is dropped on its terminal is inserted as it is found inside, and copied in when it is not there", async () => {
    const { folder } = standIn.product;
    const seen = join(folder.in("api"), "seen.txt");
    const outside = folder.in("out side.txt");
    for (const path of [seen, outside]) writeFileSync(path, "text\n");
    await window.page
      .getByRole("region", { name: "Bottles" })
      .getByRole("button", { name: /fix the login/ })
      .click();
    await window.button("Show its terminal").click();
    const room = window.page.locator(".terminal-room").last();
    await window.terminalInFront();
    await window.dropUrl(pathToFileURL(seen).href, room);
    await shows(terminalId, new RegExp(`${seen} `));
    await window.dropUrl(pathToFileURL(outside).href, room);
    await window.page.getByText("was copied into the bottle, to /home/agent/out side.txt").waitFor();
    await shows(terminalId, /'\/home\/agent\/out side\.txt' /);
    await window.dropUrl(pathToFileURL(folder.in("nothing")).href, room);
    await window.page.getByText(/^Could not take nothing into the bottle/).waitFor();
    // What was inserted is no question to the agent.
    await call(standIn.product, "terminals.write", { id: terminalId, text: "\u0015" });
  });

  test("scripts run inside, and files go in and out", async () => {
    await window.page
      .getByRole("region", { name: "Bottles" })
      .getByRole("button", { name: /fix the login/ })
      .click();
    await window.button("Run inside…").click();
    await field("Script, for a POSIX shell").fill("hostname; exit 3");
    await field("Script, for a POSIX shell").press("Enter");
    await window.page.getByText("Exit 3").waitFor();
    expect(await faults("run")).toEqual([]);

    const note = standIn.product.folder.in("note.txt");
    writeFileSync(note, "from outside\n");
    await window.dropUrl(pathToFileURL(note).href, window.page.getByText("in a bottle (bubblewrap)").first());
    const copy = window.page.getByRole("form", { name: "Copy into the bottle" });
    await expect.poll(() => copy.getByLabel("On this computer").inputValue()).toBe(note);
    expect(await copy.getByLabel("To, in the bottle").inputValue()).toBe("/home/agent/note.txt");
    expect(await faults("copy-in")).toEqual([]);
    await copy.getByRole("button", { name: "Copy in" }).click();
    await copy.getByText("Copied to /home/agent/note.txt").waitFor();

    await window.button("Copy out…").click();
    const out = window.page.getByRole("form", { name: "Copy out of the bottle" });
    await out.getByLabel("In the bottle").fill("/home/agent/note.txt");
    const back = standIn.product.folder.in("back.txt");
    await out.getByLabel("To, on this computer").fill(back);
    await out.getByRole("button", { name: "Copy out" }).click();
    await out.getByText(`Copied to ${back}`).waitFor();
    expect(readFileSync(back, "utf8")).toBe("from outside\n");
  });

  test("closing says what it ends; afterwards it is found among the ended ones, with its cost, log and conversation", async () => {
    await window.button("Close…").click();
    const form = window.page.getByRole("region", { name: "Close fix the login" });
    await form.getByText(/^This ends Stand-in/).waitFor();
    await form.getByText("Its home is kept").waitFor();
    expect(await faults("close")).toEqual([]);
    await form.getByRole("button", { name: "End everything in it" }).click();
    await eventually(bottles, ([one]) => one?.state === "ended");
    await window.button("All bottles").click();
    const row = window.page.getByRole("table", { name: "Ended bottles" }).getByRole("row", { name: /fix the login/ });
    await row.getByText("$0.56").waitFor();
    expect(await faults("ended")).toEqual([]);
    await row.getByRole("button", { name: "fix the login", exact: true }).click();
    await window.page.getByText("closed by the person").waitFor();
    await window.page.getByRole("region", { name: "Usage" }).getByText("$0.56").waitFor();
    expect((await usage(bottle.id))?.open).toBe(false);
    await window.button("Resume fix the login").click();
    await window.page.getByRole("form", { name: "Launch summary" }).getByText("fix the login").waitFor();
    await window.button("Launch Stand-in").click();
    const [, again] = await eventually(bottles, (all) => all.length === 2 && all[1]?.state === "running");
    expect(again).toMatchObject({ label: "fix the login", colour: "cyan" });
    await shows(again!.terminalId!, /stand-in is ready --resume/);
  });

  test("an ended bottle is forgotten with what was kept of it", async () => {
    await window.button("All bottles").click();
    const row = window.page.getByRole("table", { name: "Ended bottles" }).getByRole("row", { name: /fix the login/ });
    await row.getByRole("button", { name: "Remove fix the login" }).click();
    await row.getByRole("button", { name: "Remove fix the login" }).click();
    await row.waitFor({ state: "detached" });
    expect((await bottles()).map(({ id }) => id)).not.toContain(bottle.id);
    expect(await usage(bottle.id)).toBeUndefined();
  });

  test("twelve at once stay readable, in both themes, on a large and a small screen", async () => {
    const { product } = standIn;
    const labels = [
      "login loop",
      "flaky e2e",
      "upgrade node 24",
      "docs for the gateway",
      "rename the handles",
      "bench",
      "licence headers",
    ];
    const workspaces = ["web", "infra"];
    const ids = [(await bottles())[0]!.workspaceId];
    for (const name of workspaces) {
      const source = product.folder.in(name);
      mkdirSync(source);
      const { id } = await readyWorkspace(product, source, name);
      ids.push(id);
    }
    const started: Bottle[] = [];
    for (let n = 0; n < 11; n++) {
      const plan = await call(product, "bottles.prepare", {
        workspaceId: ids[n % 3]!,
        programId: n === 4 ? "shell" : "stand-in",
        ...(labels[n] ? { label: labels[n] } : {}),
        ...(n % 4 === 3 ? {} : { colour: bottleColours[(n * 5 + 1) % 16]! }),
        ...(n === 2 ? { usageLimits: { costMicros: 900_000 } } : n === 6 ? { usageLimits: { tokens: 5_000_000 } } : {}),
      });
      const { bottle: made } = await call(product, "bottles.launch", { planId: plan.id });
      started.push(made);
    }
    for (const [n, { terminalId: id, programId }] of started.entries()) {
      if (programId !== "stand-in") continue;
      await shows(id!, /stand-in is ready/);
      for (let turn = 1; turn <= 1 + (n % 4); turn++) {
        await say(id!, `ask ${90_000 * (n + turn)} ${7_000 * (n + 1)}`, new RegExp(`(status \\d+[\\s\\S]*){${turn}}`));
      }
    }
    await eventually(
      () => usage(started[10]!.id),
      (used) => used?.answers === 3,
    );
    const found: string[] = [];
    for (const [width, height] of [
      [1440, 900],
      [1024, 700],
    ] as const) {
      await window.page.setViewportSize({ width, height });
      await window.runFromPalette("Show bottles");
      await window.page.getByRole("table", { name: "Running bottles" }).getByRole("row").nth(12).waitFor();
      found.push(...(await faults(`twelve-${width}`)));
      await window.page
        .getByRole("table", { name: "Running bottles" })
        .getByRole("button", { name: "Attach to upgrade node 24" })
        .click();
      await window.terminalInFront();
      await inspector().getByText("upgrade node 24").waitFor();
      found.push(...(await faults(`twelve-terminal-${width}`)));
    }
    expect(found).toEqual([]);
    const rows = await window.page.getByRole("region", { name: "Bottles" }).getByRole("listitem").count();
    expect(rows).toBe(12);
  });

  test("the window's console has stayed free of errors", () => {
    expect(window.errors).toEqual([]);
  });
});
