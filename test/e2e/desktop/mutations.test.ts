/**
 * Breaking any one rule of Electron's in Cellar's code is noticed: each mutation changes one place of the built product, and the check that guards the
 * rule ({@link file://./rules.ts}), which the product passes, fails. A place that is not found exactly once fails as well: then the code has moved.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { Mutant } from "#test/product/mutant.ts";
import { type Mutation, mutations } from "./mutations.ts";
import { type Rule, type RuleName, rules } from "./rules.ts";

let chromium: Desktop;
let product: Mutant;
beforeAll(async () => {
  chromium = await Desktop.open();
  product = new Mutant();
});
afterAll(async () => {
  product?.[Symbol.dispose]();
  await chromium?.[Symbol.asyncDispose]();
});

const order = Object.keys(rules);
/**
 * Mutations of different rules share a start of the app: each is known by what its own check tells. Those that break more than their rule have one of
 * their own. Checks run in the order of the rules, which ends with those that end the app.
 */
const products: Mutation[][] = [];
for (const mutation of mutations.toSorted((a, b) => order.indexOf(a.breaks) - order.indexOf(b.breaks))) {
  const fits = (others: Mutation[]) =>
    !mutation.alone && !others.some(({ alone, breaks }) => alone || breaks === mutation.breaks);
  const found = products.find(fits);
  if (found === undefined) products.push([mutation]);
  else found.push(mutation);
}

/** A failed check, with what it saw. */
const told = (error: unknown) => `${error} ${JSON.stringify((error as { actual?: unknown }).actual)}`;

test("there is a mutation for every rule", () => {
  expect(new Set(mutations.map(({ breaks }) => breaks))).toEqual(new Set(order as RuleName[]));
});

describe("the product as it is:", () => {
  let desktop: Desktop;
  let app: DesktopApp;
  beforeAll(async () => {
    desktop = await Desktop.open(chromium);
    desktop.entry = product.entry;
    app = await desktop.start();
  });
  afterAll(() => desktop?.[Symbol.asyncDispose]());

  test.each(Object.entries<Rule>(rules))("%s", (_, rule) => rule({ desktop, app, patience: 20_000 }));
});

describe.each(products.map((broken) => ({ broken })))("broken product %#:", ({ broken }) => {
  let desktop: Desktop;
  let app: DesktopApp;
  beforeAll(async () => {
    desktop = await Desktop.open(chromium);
    desktop.entry = product.entry;
    using _ = product.broken(broken.flatMap(({ edits }) => edits));
    app = await desktop.start();
    // It has read its own files by then, and reads the preload script when it makes its window.
    await app.control.state().catch(() => {});
    await app.until(({ windows }) => windows.some(({ url }) => url !== "")).catch(() => {});
  });
  afterAll(() => desktop?.[Symbol.asyncDispose]());

  test.each(broken.map((mutation): [string, Mutation] => [mutation.name, mutation]))("%s", async (_, mutation) => {
    const rule: Rule = rules[mutation.breaks];
    const failure = await rule({ desktop, app, patience: 5_000 }).then(() => null, told);
    expect(failure, `"${mutation.breaks}" does not notice`).not.toBeNull();
    expect(`${failure}\n${app.errors}`).toMatch(mutation.saying);
  });
});
