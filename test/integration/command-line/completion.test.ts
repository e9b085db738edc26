/** Completion in real shells: the script is loaded, Tab is pressed, and the name of a live terminal stands there. */
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Terminal } from "#shared/contract/terminals.ts";
import { call } from "#test/product/call.ts";
import { cellar, json, OnTerminal, program } from "#test/product/command.ts";
import { Product } from "#test/product/product.ts";
import { missing } from "#test/requirements.ts";

let product: Product;
let live: Terminal;
beforeAll(async () => {
  product = await Product.start();
  mkdirSync(product.folder.in("bin"));
  symlinkSync(program, product.folder.in("bin", "cellar"));
  live = await json<Terminal>(product, ["terminal", "new", "--name", "zebra-live", "--", "sleep", "600"]);
  mkdirSync(product.folder.in("stripes"));
  await json(product, ["workspace", "create", "stripes", "--mode", "in-place"]);
});
afterAll(() => product[Symbol.asyncDispose]());

async function completes(shell: string, ...words: string[]): Promise<string[]> {
  const said = await cellar(product, ["completion", shell, "--complete", "--", ...words]);
  expect(said).toMatchObject({ code: 0, err: "" });
  return said.out.split("\n").filter(Boolean);
}

const shells: Record<string, { start: string[]; load: string }> = {
  bash: { start: ["bash", "--norc", "--noprofile", "-i"], load: "source <(cellar completion bash)" },
  zsh: {
    start: ["zsh", "-f", "-i"],
    load: "autoload -Uz compinit && compinit -u -D && source <(cellar completion zsh)",
  },
  fish: { start: ["fish", "--no-config", "-i"], load: "cellar completion fish | source" },
};

describe.each(Object.entries(shells))("in %s", (name, { start, load }) => {
  test.skipIf(missing(name))(
    "the name of a live terminal, a command, an option and a workspace are completed",
    async () => {
      using on = new OnTerminal(
        product,
        start,
        { cols: 120, rows: 40 },
        { PATH: `${product.folder.in("bin")}:${process.env["PATH"]}` },
      );
      const line = async (text: string, wanted: RegExp | string) => {
        on.type(text);
        await on.shows(wanted);
        on.type("\x15");
      };
      on.type(
        `${load}; echo loaded-$(expr 1 + 1)\r`.replace(
          "$(expr 1 + 1)",
          name === "fish" ? "(math 1 + 1)" : "$((1 + 1))",
        ),
      );
      await on.shows("loaded-2");
      await line("cellar terminal attach zeb\t", /zebra-live/);
      await line("cellar works\t", /workspace/);
      await line("cellar workspace show str\t", /stripes/);
      await line("cellar terminal kill --for\t", /--force/);
    },
  );
});

test("a name is completed with what it is, where the shell shows that", async () => {
  expect(await completes("fish", "terminal", "attach", "zeb")).toEqual(["zebra-live\tzebra-live, Running"]);
  expect(await completes("bash", "terminal", "attach", "zeb")).toEqual(["zebra-live"]);
  expect(await completes("powershell", "terminal", "attach", " ")).toEqual(["zebra-live\tzebra-live, Running"]);
  expect(await completes("zsh", "launch", "-w", "str")).toEqual([`stripes\t${product.folder.in("stripes")}`]);
  expect(await completes("bash", "terminal", "ls", "--workspace=str")).toEqual(["--workspace=stripes"]);
  expect(await completes("bash", "terminal", "ls", "--workspace", "=", "str")).toEqual(["stripes"]);
  expect(await completes("bash", "launch", "sh")).toEqual(["shell"]);
  expect(await completes("bash", "call", "terminals.li")).toEqual(["terminals.list"]);
  expect(await completes("bash", "workspace", "create", "--mode", "w")).toEqual(["worktree"]);
  expect(await completes("bash", "workspace", "create", "str")).toEqual(["stripes/"]);
  expect(await completes("bash", "completion", "f")).toEqual(["fish"]);
  const cell = await call(product, "cells.fire", { terminalId: live.id, code: "x" });
  expect(await completes("bash", "terminal", "output", cell.id.slice(0, 4))).toContain(cell.id);
});

test("nothing is completed where nothing can stand", async () => {
  expect(await completes("bash", "terminal", "new", "--", "np")).toEqual([]);
  expect(await completes("bash", "nonsense", "x")).toEqual([]);
  expect(await completes("bash", "terminal", "screen", "zebra-live", "z")).toEqual([]);
  expect(await completes("bash", "terminal", "capture", "--lines", "")).toEqual([]);
});

test("starts nothing, makes no home, and is silent, where nothing runs", async () => {
  const other = new Product();
  try {
    for (const words of [
      ["terminal", "attach", ""],
      ["workspace", "show", ""],
      ["launch", ""],
    ]) {
      const said = await cellar(other, ["completion", "bash", "--complete", "--", ...words]);
      expect(said).toMatchObject({ code: 0, err: "" });
    }
    expect((await cellar(other, ["ls"])).out).toBe("Nothing runs.\n");
    await cellar(other, ["doctor"]);
    expect(other.processes()).toEqual([]);
    expect(existsSync(other.home)).toBe(false);
    expect((await cellar(other, ["completion", "bash", "--complete", "--", "ter"])).out).toBe("terminal\n");
  } finally {
    await other[Symbol.asyncDispose]();
  }
});

test("a broken socket is as good as none", async () => {
  const other = new Product();
  try {
    mkdirSync(other.home, { mode: 0o700 });
    writeFileSync(other.folder.in("home", "runtime-directory"), "/nonexistent/folder");
    chmodSync(other.home, 0o700);
    const said = await cellar(other, ["completion", "bash", "--complete", "--", "terminal", "attach", ""]);
    expect(said).toEqual({ code: 0, out: "", err: "" });
  } finally {
    await other[Symbol.asyncDispose]();
  }
});
