import { expect, test } from "vitest";
import { Desktop } from "#test/product/electron.ts";

test("starts, and its window is the product's", async () => {
  await using desktop = await Desktop.open();
  const app = await desktop.start();
  const page = await app.page();
  await page.screenshot({ path: "/tmp/electron.png" });
  const state = await app.control.state();
  console.log(JSON.stringify(state, null, 1), app.errors);
  expect(state.windows).toHaveLength(1);
});
