/** What an agent in a bottle asks, as a person meets it: counted, shown, answered by key and by click, and seen as answered. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bottle } from "#shared/contract/bottles.ts";
import { Bottled } from "#test/product/bottled.ts";
import { eventually } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";
import { Window } from "./window.ts";

const pictures = resolve(import.meta.dirname, "../../test-results/screenshots");

describe.skipIf(missing("bwrap"))("the queue of questions", () => {
  let bottled: Bottled;
  let window: Window;
  let bottle: Bottle;
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    bottled = await Bottled.start();
    ({ bottle } = await bottled.launch({ asks: true }));
    window = await Window.open(bottled.product.url);
    await window.skipFirstRun();
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await bottled?.[Symbol.asyncDispose]();
  });

  const look = async (name: string) => {
    for (const theme of ["light", "dark"] as const) {
      await window.page.emulateMedia({ colorScheme: theme });
      await window.page.screenshot({
        path: resolve(pictures, `supervise-${name}-${theme}.png`),
        animations: "disabled",
      });
      const { violations } = await new AxeBuilder({ page: window.page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    }
  };
  const card = (name: RegExp) => window.page.getByRole("article", { name });

  test("says how many there are, and takes an answer to each by key, by click and in words", async () => {
    const { page } = window;
    await bottled.inside(
      bottle,
      {
        tool: "egress-block",
        input: { host: "api.github.com", reason: "npm test downloads a fixture from there.", wait_seconds: 0 },
      },
      {
        tool: "egress-block",
        input: { host: "*.pythonhosted.org", methods: ["GET"], reason: "pip install", wait_seconds: 0 },
      },
      {
        tool: "ask-decision",
        input: {
          question: "Two clients of the API exist. Which one shall stay?",
          options: ["fetch", "axios"],
          reason: "The other one is then removed.",
          wait_seconds: 0,
        },
      },
      {
        tool: "capability-block",
        input: {
          capability: "Run Docker",
          change: "FROM docker:cli\nRUN apk add make",
          reason: "The integration tests build an image.",
          wait_seconds: 0,
        },
      },
      {
        tool: "egress-block",
        input: { host: "telemetry.example", reason: "It wants to send statistics.", wait_seconds: 0 },
      },
    );
    // Whoever looks at the sidebar or the top sees it too.
    const needs = page.getByRole("region", { name: "Needs you" });
    await needs.getByRole("button", { name: /asks for api\.github\.com/ }).waitFor();
    await page.getByRole("button", { name: "5 need you" }).waitFor();
    await page.getByRole("button", { name: "5 questions for you" }).click();
    await card(/api\.github\.com/).waitFor();
    await look("queue");

    // By key: the first card is reached, said yes to, and the next one has the keyboard.
    await card(/api\.github\.com/).focus();
    await page.keyboard.press("a");
    await card(/api\.github\.com/).waitFor({ state: "detached" });
    await eventually(
      () => page.evaluate(() => document.activeElement?.textContent ?? ""),
      (text) => text.includes("pythonhosted"),
    );
    // Changed before it is allowed.
    await page.keyboard.press("c");
    const host = page.getByRole("textbox", { name: "Host" });
    await host.fill("https://files.pythonhosted.org/");
    await page.keyboard.press("Enter");
    await page.getByText("Only the host: without a scheme").waitFor();
    await look("changing");
    await host.fill("files.pythonhosted.org");
    await page.keyboard.press("Enter");
    await card(/pythonhosted/).waitFor({ state: "detached" });
    // One of the options.
    await card(/asks you to decide/).focus();
    await page.keyboard.press("2");
    await card(/asks you to decide/).waitFor({ state: "detached" });
    // By click, and refused with a reason.
    await card(/a capability/)
      .getByRole("button", { name: /I will grant it/ })
      .click();
    await card(/a capability/).waitFor({ state: "detached" });
    await card(/telemetry/)
      .getByRole("button", { name: /Refuse/ })
      .click();
    await page.getByRole("textbox", { name: /What to tell it/ }).fill("No statistics, please.");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing right now.").last().waitFor();
    await page.getByRole("region", { name: "Answered" }).getByText("No statistics, please.").waitFor();
    await page.getByRole("button", { name: /questions? for you/ }).waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Needs you" }).getByText("Nothing right now").waitFor();
    await look("answered");

    const answers = (await bottled.proposals()).map(({ state, answer }) => [state, answer?.decision ?? answer?.note]);
    expect(answers).toEqual([
      ["approved", ""],
      ["modified", ""],
      ["approved", "axios"],
      ["approved", ""],
      ["rejected", "No statistics, please."],
    ]);
    expect((await bottled.proposals())[1]!.answer?.granted).toMatchObject({
      host: "files.pythonhosted.org",
      methods: ["GET"],
    });
    expect(window.errors).toEqual([]);
  });

  test("is answered in the list of notifications, where it stands", async () => {
    const { page } = window;
    await bottled.inside(bottle, {
      tool: "egress-block",
      input: { host: "cdn.example", reason: "Its tests fetch a script.", wait_seconds: 0 },
    });
    await page.getByRole("button", { name: "1 question for you" }).waitFor();
    await page.getByRole("button", { name: /^Notifications/ }).click();
    const asking = page.getByRole("list", { name: "Waiting for your answer" });
    await asking.getByText("Asks for cdn.example").waitFor();
    await look("notification");
    await asking.getByRole("button", { name: /^Allow in workspace/ }).click();
    await asking.waitFor({ state: "detached" });
    expect((await bottled.proposals()).at(-1)).toMatchObject({
      state: "approved",
      answer: { scope: "workspace", granted: { host: "cdn.example" } },
    });
    await page.getByRole("button", { name: /questions? for you/ }).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
  });

  test("is found from the palette, from the notification and on the bottle's page", async () => {
    const { page } = window;
    await bottled.inside(bottle, {
      tool: "ask-decision",
      input: { question: "Shall I push?", reason: "All is green.", wait_seconds: 0 },
    });
    await page.getByRole("button", { name: "1 question for you" }).waitFor();
    // What needs the person leads to the question; the bottle itself is elsewhere.
    await page
      .getByRole("button", { name: /^in a|work my-agent/ })
      .and(page.locator(":not([aria-label='Needs you'] *)"))
      .first()
      .click();
    const section = page.getByRole("region", { name: "Questions" });
    await section.getByText("Shall I push?").waitFor();
    await look("bottle");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("combobox").fill("answer push");
    await page.getByRole("option", { name: /Answer: My agent asks: Shall I push/ }).click();
    const waiting = page.getByRole("region", { name: "Waiting for you" });
    await waiting.getByText("Shall I push?").waitFor();
    await waiting.getByRole("button", { name: /Answer in words/ }).click();
    await page.getByRole("textbox", { name: "Your answer" }).fill("Yes, to a branch of your own");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Answered" }).getByText("Yes, to a branch of your own").waitFor();
    expect((await bottled.proposals()).at(-1)).toMatchObject({
      state: "approved",
      answer: { decision: "Yes, to a branch of your own" },
    });
    await page
      .getByRole("button", { name: /notifications/i })
      .first()
      .click();
    await page.getByText("Asks you to decide").first().click();
    await page.getByRole("heading", { name: "Waiting for you" }).waitFor();
    expect(window.errors).toEqual([]);
  });
});
