/** A bottle's terminal in the window, where xterm.js answers: what is printed inside types nothing but reports, and never reaches the clipboard. */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { questions } from "#test/integration/escape/terminal-attempts.ts";
import { call } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";
import { readyWorkspace } from "#test/product/workspace.ts";
import { missing } from "#test/requirements.ts";
import { Window } from "./window.ts";

/** What a terminal may say by itself: its kind, place, modes, settings, colours and size. Nothing in them is of the asker's choice. */
const report = new RegExp(
  [
    String.raw`\x1b\[[?>=]?[0-9;]*(?:[cRnt]|\$y)`,
    String.raw`\x1b\[[IO]`,
    String.raw`\x1bP[01]\$r[0-9;]*(?: ?q|"[pq]|[mrst])?\x1b\\`,
    String.raw`\x1b\](?:4;\d+|1[0-2]);rgb:[0-9a-f/]+(?:\x07|\x1b\\)`,
    String.raw`\x1bP>\|xterm\.js\([0-9.]+\)\x1b\\`,
  ].join("|"),
  "g",
);

/** Prints each file `ask-N` when it comes, with the question whether the terminal is well behind it, and notes all that is typed until its answer. */
const asker = `
stty raw -echo min 1 time 0
n=0; echo > ready
while :; do
  n=$((n + 1)); while [ ! -e "ask-$n" ]; do sleep 0.05; done
  cat "ask-$n"; printf '\\033[5n'
  : > "said-$n"
  while ! grep -q "$(printf '\\033')\\[0n" "said-$n"; do dd bs=4096 count=1 status=none >> "said-$n"; done
  echo > "done-$n"
done
`;

describe.skipIf(missing("bwrap"))("a bottle's terminal in the window", () => {
  const product = new Product();
  const work = product.folder.in("work");
  let window: Window;
  let asked = 0;

  beforeAll(async () => {
    mkdirSync(work);
    await product.start();
    // A person may have lent the clipboard to programs of their own.
    await call(product, "settings.change", { osc52: true });
    const { id } = await readyWorkspace(product, work, "work");
    const plan = await call(product, "bottles.prepare", { workspaceId: id, programId: "shell", backend: "bubblewrap" });
    const { terminal } = await call(product, "bottles.launch", { planId: plan.id });
    window = await Window.open(product.url);
    await window.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await window.skipFirstRun();
    await call(product, "app.openWindow", { show: { type: "terminal", terminalId: terminal.id } });
    await (await window.terminalInFront()).focus();
    await window.page.evaluate(() => navigator.clipboard.writeText("of the person"));
    writeFileSync(join(work, "asker.sh"), asker);
    await window.typeLine("sh asker.sh");
    await eventually(
      () => existsSync(join(work, "ready")),
      (there) => there,
    );
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await product[Symbol.asyncDispose]();
  });

  /** What the terminal types when this is printed. */
  async function typedAt(printed: string): Promise<string> {
    const name = ++asked;
    // Whole when it is there: it is moved, not written.
    const ask = join(work, `ask-${name}`);
    writeFileSync(`${ask}.part`, printed, "latin1");
    renameSync(`${ask}.part`, ask);
    await eventually(
      () => existsSync(join(work, `done-${name}`)),
      (there) => there,
    );
    return readFileSync(join(work, `said-${name}`), "latin1");
  }

  /** As printf of a shell reads it. */
  const bytes = (sequence: string) =>
    sequence
      .replace(/\\(0\d{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
      .replace(/\\r/g, "\r")
      .replace(/\\\\/g, "\\");

  test("answers, so that what follows is no silence", async () => {
    expect(await typedAt("\x1b[c")).toMatch(/^\x1b\[\?[0-9;]+c\x1b\[0n$/);
  });

  test.each(questions)("types nothing of %s", async (_, sequence) => {
    const typed = await typedAt(bytes(sequence));
    expect(typed.replace(report, "")).toBe("");
    expect(await window.page.evaluate(() => navigator.clipboard.readText())).toBe("of the person");
  });

  test("types only reports when it is asked thousands of times, and takes keys afterwards", async () => {
    const typed = await typedAt("\x1b[c\x1b[6n\x1b[>c".repeat(2_000));
    expect(typed.replace(report, "")).toBe("");
    expect(typed.length).toBeGreaterThan(10_000);
    await window.page.keyboard.type("\u00e9x");
    expect(
      Buffer.from(await typedAt(""), "latin1")
        .toString()
        .replace(report, ""),
    ).toBe("\u00e9x");
  });

  test("nothing of it was an error of the window", () => {
    expect(window.errors).toEqual([]);
  });
});
