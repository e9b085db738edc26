/** What agents are doing, as a person sees it: the sidebar, one notification, the list of everything that runs. */
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Launched } from "#test/product/launched.ts";
import { eventually } from "#test/product/processes.ts";
import { Window } from "./window.ts";

const bash = { tool_name: "Bash", tool_input: { command: "rm -rf build" } };
let launched: Launched;
let window: Window;

beforeAll(async () => {
  launched = await Launched.start('[my-agent.hooks]\nspeaks = "claude"');
  window = await Window.open(launched.product.url);
  await window.skipFirstRun();
});
afterAll(async () => {
  await window?.[Symbol.asyncDispose]();
  await launched?.[Symbol.asyncDispose]();
});

test("a question stands in the sidebar with its evidence, is told once, and going there clears it", async () => {
  const { page } = window;
  const id = await launched.launch();
  await launched.hook(id, "UserPromptSubmit");
  await launched.hook(id, "PermissionRequest", bash);
  const needs = page.getByRole("region", { name: "Needs you" });
  await needs.getByText("Asks: run `rm -rf build`").waitFor();
  await page.getByRole("button", { name: "1 needs you" }).waitFor();
  await needs.getByRole("img", { name: "Asks: run `rm -rf build`" }).hover();
  const tip = page.getByRole("tooltip");
  await tip.getByText("Said by its own hooks").waitFor();
  expect(await launched.notifications()).toMatchObject([
    { kind: "agent-permission", body: "Asks to run a command", seenAt: null },
  ]);

  await needs.getByRole("button").click();
  await window.terminalInFront();
  await eventually(
    () => launched.notifications(),
    (all) => all.length === 1 && all[0]!.seenAt !== null,
  );
  // The question stands until it is answered, whoever has seen it.
  await needs.getByText("Asks: run `rm -rf build`").waitFor();
  await (await window.terminalInFront()).focus();
  await page.keyboard.press("Enter");
  await needs.getByText("Nothing right now").waitFor();
  await launched.hook(id, "Stop");
  await launched.untilState(id, "done");
  // It was in view of a focused window.
  expect((await launched.notifications()).filter(({ seenAt }) => seenAt === null)).toEqual([]);
  expect(window.errors).toEqual([]);
});

test("the list of everything that runs is sorted by need, and stands still while the keyboard is in it", async () => {
  const { page } = window;
  const first = await launched.launch();
  const second = await launched.launch();
  await launched.hook(second, "UserPromptSubmit");
  await page.getByRole("button", { name: /^\d+ running$/ }).click();
  const list = page.getByRole("listbox", { name: "Everything that runs" });
  await list.getByText("Working").waitFor();
  const ids = () => list.getByRole("option").evaluateAll((rows) => rows.map((row) => row.id.replace("running-", "")));
  await page.mouse.move(5, 5);
  await eventually(ids, ([top]) => top === second || top === first);
  await list.focus();
  const before = await ids();
  await launched.hook(before.at(-1)!, "PermissionRequest", bash);
  await page.getByText("The order has changed").waitFor();
  expect(await ids()).toEqual(before);
  await list.press("End");
  await list.press("Enter");
  await window.terminalInFront();
  await page.getByRole("tab", { name: "Running" }).click();
  // Nobody reads it now: it is sorted anew.
  await page.getByRole("tab", { name: "Running" }).click();
  await page.mouse.move(5, 5);
  await page.getByRole("tree").focus();
  await eventually(ids, ([top]) => top === before.at(-1));
  const { violations } = await new AxeBuilder({ page: page as never }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  expect(window.errors).toEqual([]);
});
