/** The interactive operations of the output contract on real terminals: typed answers, Ctrl-C, end of input, and a terminal that is as it was. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OnTerminal } from "#test/product/command.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

const fixture = resolve(import.meta.dirname, "../../fixtures/output-contract.ts");

let product: Product;
beforeEach(() => {
  product = new Product();
});
afterEach(() => product[Symbol.asyncDispose]());

/** A shell on a terminal that runs one operation, with how its terminal was before. */
async function asking(operation: string) {
  const node = `'${process.execPath}' --disable-warning=ExperimentalWarning '${fixture}' ${operation}`;
  const shell = new OnTerminal(product, [
    "/bin/sh",
    "-c",
    `trap : INT; echo "on $(tty)"; ${node}; echo "left $?"; cat >/dev/null`,
  ]);
  await shell.shows(/on \S+\n/);
  const tty = /on (\S+)/.exec(shell.text)![1]!;
  const settings = () => execFileSync("stty", ["-g", "-F", tty], { encoding: "utf8" }).trim();
  return { shell, settings, before: settings() };
}

describe("a question", () => {
  test.each([
    ["confirm", "Go on? [y/N] ", "y\r", "result true"],
    ["confirm", "Go on? [y/N] ", "\r", "result false"],
    ["choose", "  2) two\nChoice: ", "2\r", "result 1"],
    ["pause", "Press Enter", "\r", "result"],
    ["prompt", "Name [api]: ", "\r", 'result "api"'],
    ["prompt", "Name [api]: ", "wek\x7f\x7feb\r", 'result "web"'],
  ])("%s shows %j; typing %j gives %s", async (operation, question, typed, result) => {
    const { shell, settings, before } = await asking(operation);
    using _ = shell;
    await shell.shows(question);
    shell.type(typed);
    await shell.shows(result);
    await shell.shows("left 0");
    expect(settings()).toBe(before);
  });

  test.each(["confirm", "choose", "pause", "prompt", "secret"])(
    "%s aborts on Ctrl-C and at the end of input",
    async (operation) => {
      for (const key of ["\x03", "\x04"]) {
        const { shell, settings, before } = await asking(operation);
        using _ = shell;
        await shell.shows(/(: |\] |Enter)$/);
        // A secret is read in raw mode, everything else as the terminal is.
        if (operation === "secret") await eventually(settings, (now) => now !== before);
        shell.type(key);
        await shell.shows("thrown UserAbort interrupted");
        await shell.shows("left 0");
        expect(settings()).toBe(before);
      }
    },
  );

  test("asks again for what is no choice", async () => {
    const { shell } = await asking("choose");
    using _ = shell;
    await shell.shows("Choice: ");
    shell.type("7\r");
    await shell.shows("Invalid choice. Enter 1-2.\nChoice: ");
    shell.type("1\r");
    await shell.shows("result 0");
  });
});

describe("a secret", () => {
  test("is masked, can be corrected, is never shown, and is never blank", async () => {
    const { shell, settings, before } = await asking("secret");
    using _ = shell;
    await shell.shows("  It is on the site.\nToken: ");
    await eventually(settings, (now) => now !== before);
    shell.type("  \r");
    await shell.shows("(empty, try again)\nToken: ");
    await eventually(settings, (now) => now !== before);
    shell.type("wrong\x15gehe\x1b[Dimx\x7f né");
    await shell.shows(/\*{7}.*\*{3}/s);
    const shown = shell.text;
    shell.type("\r");
    await shell.shows('result "geheim né"');
    await shell.shows("left 0");
    expect(shown).not.toContain("gehe");
    expect(settings()).toBe(before);
  });

  test("stands between lines that were typed ahead", async () => {
    const { shell } = await asking("twice");
    using _ = shell;
    await shell.shows("First: ");
    shell.type("a\r");
    await shell.shows("Second: ");
    shell.type("b\rc\r");
    await shell.shows("Third: ");
    await shell.shows('result ["a","b","c"]');
  });

  test.each(["SIGTERM", "SIGHUP", "SIGKILL"] as const)(
    "leaves the terminal as it was when it ends by %s",
    async (signal) => {
      const { shell, settings, before } = await asking("secret");
      using _ = shell;
      await shell.shows("Token: ");
      await eventually(settings, (now) => now !== before);
      const asked = product.processes().find(({ command }) => command.startsWith(process.execPath));
      const pid = asked?.pid ?? 0;
      expect(pid).toBeGreaterThan(1);
      process.kill(pid, signal);
      await shell.shows(/left (129|143|137)/);
      await eventually(settings, (now) => now === before);
    },
  );
});
