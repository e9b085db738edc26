import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { recoveryChoiceOf, recoveryChoices, recoveryPage, recoveryPolicy } from "./recovery-page.ts";
import { recoveryAddress } from "./window-address.ts";

const ofWindow = (why: string) => recoveryPage({ of: "window", why });

test("the page runs nothing, and its policy admits its own style and nothing else", () => {
  const page = ofWindow("x");
  const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(page) ?? [];
  expect(recoveryPolicy).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  expect(recoveryPolicy).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|javascript:|\son\w+=/i);
});

test("a reason is text, whatever is in it", () => {
  const page = ofWindow(`<img src=x onerror="alert('1')"> & more`);
  expect(page).not.toContain("<img");
  expect(page).toContain("&#60;img");
});

test("what happened and what to do about it are sentences apart", () => {
  expect(ofWindow("It broke.\n\nMend it.")).toContain("<p>It broke.</p><p>Mend it.</p>");
});

test("each choice is a link that main understands, and no other address is one", () => {
  const links = [...ofWindow("x").matchAll(/href="([^"]+)"/g)].map(([, link = ""]) => link);
  expect(links.map((link) => recoveryChoiceOf(String(new URL(link, recoveryAddress))))).toEqual(
    recoveryChoices.map(([choice]) => choice),
  );
  for (const other of [
    "cellar-window://recovery/",
    "cellar-window://recovery/quit/now",
    "cellar-window://app/quit",
    "",
  ]) {
    expect(recoveryChoiceOf(other)).toBeNull();
  }
});
