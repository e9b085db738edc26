/** `cellar terminal attach` on real terminals, and that the person's terminal is as it was however it ends. */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Terminal } from "#shared/contract/terminals.ts";
import { call } from "#test/product/call.ts";
import { cellar, json, OnTerminal, program } from "#test/product/command.ts";
import { eventually } from "#test/product/processes.ts";
import { Product } from "#test/product/product.ts";

let product: Product;
beforeAll(async () => {
  product = await Product.start();
});
afterAll(() => product[Symbol.asyncDispose]());

const detach = "\x1c";

async function shell(name: string, ...more: string[]): Promise<Terminal> {
  const made = await json<Terminal>(product, ["terminal", "new", "--name", name, ...more]);
  await eventually(
    () => call(product, "terminals.get", { id: made.id }),
    ({ lastLine, linesOut }) => lastLine !== "" || linesOut > 0,
  );
  return made;
}

/** A person's shell in which attach is started, and how its terminal was before. */
async function attached(name: string, size?: { cols: number; rows: number }, options = "") {
  const on = new OnTerminal(
    product,
    [
      "/bin/sh",
      "-c",
      `trap : INT; echo "on $(tty)"; '${program}' terminal attach ${name} ${options}; echo "left $?"; cat >/dev/null`,
    ],
    size,
  );
  await on.shows(/on \S+\n/);
  const tty = /on (\S+)/.exec(on.text)![1]!;
  const settings = () => execFileSync("stty", ["-g", "-F", tty], { encoding: "utf8" }).trim();
  const before = settings();
  await on.shows(`Attached to '${name}' (term-`);
  await on.shows("detaches.");
  await eventually(settings, (now) => now !== before);
  return { on, settings, before };
}

function attachPid(): number {
  const found = product
    .processes()
    .filter(({ command }) => / terminal attach /.test(command) && !/^\/bin\/sh/.test(command));
  expect(found).toHaveLength(1);
  return found[0]!.pid;
}

describe("an attached terminal", () => {
  test("shows what was there, passes keys both ways, and goes on after the key that detaches", async () => {
    await shell("work");
    await cellar(product, ["terminal", "run", "work", "echo seen-before"]);
    const { on, settings, before } = await attached("work");
    using _ = on;
    await on.shows("seen-before");
    on.type("echo $((40 + 2))-typed\r");
    await on.shows("42-typed");
    // What is typed before the shell has given the terminal away would be echoed by it, and not by cat.
    on.type("echo $((20 + 1))-cat; cat\r");
    await on.shows("21-cat");
    on.type("über\r");
    await on.shows(/über\n.*über/s);
    // The end of its input: a Ctrl-C would make the shell throw away what is typed ahead.
    on.type("\x04");
    on.type("echo after-$((1 + 1))\r");
    await on.shows("after-2");
    on.type(detach);
    await on.shows("Detached from 'work', which goes on.");
    await on.shows("left 0");
    expect(settings()).toBe(before);
    expect(await cellar(product, ["terminal", "run", "work", "echo still here"])).toMatchObject({
      code: 0,
      out: "still here\n",
    });
  });

  test("has the size of the person's terminal, also after that was resized", async () => {
    const made = await shell("sized");
    const { on } = await attached("sized", { cols: 77, rows: 19 });
    using _ = on;
    const sizeOf = async () => (await call(product, "terminals.get", { id: made.id })).size;
    await eventually(sizeOf, ({ cols, rows }) => cols === 77 && rows === 19);
    on.pty.resize(91, 33);
    await eventually(sizeOf, ({ cols, rows }) => cols === 91 && rows === 33);
    on.type("stty size\r");
    await on.shows("33 91");
    on.type(detach);
    await on.shows("left 0");
  });

  test("gives every byte of a flood, in order, however fast it comes", async () => {
    await shell("flood");
    const { on } = await attached("flood");
    using _ = on;
    on.type("seq 1 60000; echo flood-$((0))-over\r");
    await on.shows("flood-0-over");
    const numbers = on.text
      .split("\n")
      .filter((line) => /^\d+$/.test(line))
      .map(Number);
    expect(numbers).toEqual(Array.from({ length: 60_000 }, (_each, index) => index + 1));
    on.type(detach);
    await on.shows("left 0");
  });

  test("says how it ended when its program ends", async () => {
    await shell("ending");
    const { on, settings, before } = await attached("ending");
    using _ = on;
    on.type("exit 3\r");
    await on.shows("'ending' has ended. Failed: exit 3.");
    await on.shows("left 0");
    expect(settings()).toBe(before);
    const again = await cellar(product, ["terminal", "attach", "ending"]);
    expect(again.code).toBe(2);
  });

  test("can only be watched, where that was asked for", async () => {
    const made = await shell("watched");
    const { size } = await call(product, "terminals.get", { id: made.id });
    const { on } = await attached("watched", { cols: 61, rows: 17 }, "--read-only");
    using _ = on;
    on.type("echo must-not-run\r");
    await cellar(product, ["terminal", "run", "watched", "echo run-by-$((5 + 5))"]);
    await on.shows("run-by-10");
    expect(on.text).not.toContain("must-not-run");
    expect((await call(product, "terminals.get", { id: made.id })).size).toEqual(size);
    on.type("\x03");
    await on.shows("left 0");
  });

  test("is left with another key when one was chosen", async () => {
    await shell("keyed");
    const { on } = await attached("keyed", undefined, "--detach-key 'ctrl-]'");
    using _ = on;
    on.type("\x1d");
    await on.shows("left 0");
  });
});

describe("the person's terminal", () => {
  test.each(["SIGTERM", "SIGHUP", "SIGKILL"] as const)(
    "is as it was after %s, out of a full-screen program too",
    async (signal) => {
      await shell(
        `full-${signal.toLowerCase()}`,
        "--",
        "sh",
        "-c",
        "printf '\\033[?1049h\\033[?1000h\\033[?25lFULL'; sleep 600",
      );
      const { on, settings, before } = await attached(`full-${signal.toLowerCase()}`);
      using _ = on;
      await on.shows("FULL");
      process.kill(attachPid(), signal);
      await on.shows(/left (129|143|137)/);
      await eventually(settings, (now) => now === before);
      await on.until(
        () =>
          ["\x1b[?1049l", "\x1b[?1000l", "\x1b[?25h"].every(
            (sequence) => on.raw.lastIndexOf(sequence) > on.raw.lastIndexOf("FULL"),
          ),
        "the sequences that undo",
      );
    },
  );

  test("is as it was when the terminal host dies, which is said", async () => {
    const other = await Product.start();
    try {
      const made = await json<Terminal>(other, ["terminal", "new", "--name", "lost"]);
      const on = new OnTerminal(other, [
        "/bin/sh",
        "-c",
        `'${program}' terminal attach ${made.id}; echo "left $?"; stty -a; cat >/dev/null`,
      ]);
      using _ = on;
      await on.shows("detaches.");
      await on.until(() => on.raw.includes("\x1b[2J"), "the screen");
      const host = other.processes().find(({ command }) => /terminal-host/.test(command))!;
      process.kill(host.pid, "SIGKILL");
      await on.shows("Error: The connection to 'lost' is lost");
      await on.shows("left 5");
      await on.shows(/ icanon.* echo /s);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});

test("is refused where it cannot work, with the reason", async () => {
  const made = await shell("refusing");
  expect(JSON.parse((await cellar(product, ["terminal", "attach", "refusing"])).err)).toMatchObject({
    code: "invalid_input",
  });
  using inside = new OnTerminal(product, [program, "terminal", "attach", "refusing"], undefined, {
    CELLAR_TERMINAL_ID: made.id,
  });
  await inside.shows("Error: a terminal cannot be attached to itself");
  expect(await inside.ended()).toBe(4);
  using mistaken = new OnTerminal(product, [program, "terminal", "attach", "refusing", "--detach-key", "x"]);
  await mistaken.shows('Error: "x" cannot be the key that detaches');
  expect(await mistaken.ended()).toBe(2);
});

test("works while only the terminal host runs", async () => {
  const other = await Product.start();
  try {
    await json(other, ["terminal", "new", "--name", "alone"]);
    await other.end("SIGINT");
    using on = new OnTerminal(other, [program, "terminal", "attach", "alone"]);
    await on.shows("detaches.");
    await on.until(() => on.raw.includes("\x1b[2J"), "the screen");
    on.type("echo $((6 * 7))\r");
    await on.shows("42");
    on.type(detach);
    expect(await on.ended()).toBe(0);
    expect(other.processes().some(({ command }) => / serve/.test(command))).toBe(false);
  } finally {
    await other[Symbol.asyncDispose]();
  }
});
