/** The output contract (features 1.1, AW-1 to AW-8), with pipes for streams; on real terminals in test/integration/command-line/prompts.test.ts. */
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { PersonInput } from "../tty/person-input.ts";
import { CollectingHandler } from "./collecting-handler.ts";
import { UserAbort } from "./handler.ts";
import * as output from "./index.ts";
import { TerminalHandler } from "./terminal-handler.ts";

function onPipes(typed: string) {
  const input = new PassThrough();
  input.end(typed);
  const lines = new PassThrough();
  const warnings = new PassThrough();
  const handler = new TerminalHandler({
    input: new PersonInput(input as unknown as NodeJS.ReadStream),
    lines,
    warnings,
  });
  const textOf = (stream: PassThrough) => String(stream.read() ?? "");
  return { handler, out: () => textOf(lines), err: () => textOf(warnings) };
}

describe("a terminal handler", () => {
  test("says lines, sub-steps of two blanks a level, and warnings on stderr", () => {
    const { handler, out, err } = onPipes("");
    handler.info("top");
    handler.detail("one");
    handler.detail("two", 2);
    handler.warn("careful");
    expect(out()).toBe("top\n  one\n    two\n");
    expect(err()).toBe("Warning: careful\n");
  });

  test.each([
    ["y\n", false, true],
    [" YES \n", false, true],
    ["n\n", true, false],
    ["yess\n", true, false],
    ["1\n", true, false],
    ["\n", true, true],
    ["\n", false, false],
    ["y", false, true],
  ])("confirm: %j with %s by default is %s", async (typed, byDefault, wanted) => {
    const { handler, out } = onPipes(typed);
    expect(await handler.confirm("Go on?", byDefault)).toBe(wanted);
    expect(out()).toBe(byDefault ? "Go on? [Y/n] " : "Go on? [y/N] ");
  });

  test("choose lists from 1, asks again for what is no choice, and gives an index from 0", async () => {
    const { handler, out } = onPipes("0\n3\nx\n1.0\n\n 2 \n");
    expect(await handler.choose("Which?", ["a", "b"])).toBe(1);
    const again = "Invalid choice. Enter 1-2.\nChoice: ";
    expect(out()).toBe(`Which?\n  1) a\n  2) b\nChoice: ${again.repeat(5)}`);
  });

  test("prompt trims, and takes what is empty for the default", async () => {
    const { handler, out } = onPipes("  x y \n\n\n\r\n");
    expect(await handler.prompt("Name", "d")).toBe("x y");
    expect(await handler.prompt("Name", "d")).toBe("d");
    expect(await handler.prompt("Name")).toBe("");
    expect(await handler.prompt("Name", "")).toBe("");
    expect(out()).toBe("Name [d]: Name [d]: Name: Name: ");
  });

  test("pause takes the message for its prompt", async () => {
    const { handler, out } = onPipes("\n");
    await handler.pause("Press Enter…");
    expect(out()).toBe("Press Enter…");
  });

  test("a secret is asked for until it is not blank, and is not trimmed", async () => {
    const { handler, out, err } = onPipes("\n   \n s3 \n");
    expect(await handler.promptSecret("Token", "from the site")).toBe(" s3 ");
    expect(out()).toBe("Token: Token: Token: ");
    expect(err()).toBe("  from the site\n(empty, try again)\n(empty, try again)\n");
  });

  test("progress says percentage and counter with a total, and how long it took at its end", () => {
    const { handler, out } = onPipes("");
    const known = handler.progress("Copying", 8);
    known.update(3, "half");
    known.update(undefined, "words only");
    known.done("fine");
    const open = handler.progress("Waiting");
    open.update(3);
    open.done();
    handler.progress("None", 0).update(1);
    expect(out()).toBe(
      [
        "  Copying...",
        "  Copying... 37% (3/8) half",
        "  Copying... words only",
        "  Copying done (0s) fine",
        "  Waiting...",
        "  Waiting...",
        "  Waiting done (0s)",
        "  None...",
        "  None...",
        "",
      ].join("\n"),
    );
  });

  test.each(["confirm", "choose", "pause", "prompt", "promptSecret"] as const)(
    "%s aborts at the end of input",
    async (operation) => {
      const { handler } = onPipes("");
      const asked = operation === "choose" ? handler.choose("Which?", ["a", "b"]) : handler[operation]("What?");
      const thrown = await asked.then(
        () => null,
        (error: unknown) => error,
      );
      expect(thrown).toBeInstanceOf(UserAbort);
      expect(thrown).toMatchObject({ message: "interrupted", code: "cancelled" });
    },
  );
});

describe("the handler in place", () => {
  const before = output.getHandler();
  afterEach(() => output.setHandler(before));

  test("is a terminal handler from the start", () => {
    expect(before).toBeInstanceOf(TerminalHandler);
  });

  test("is what every operation goes to, and can be replaced", async () => {
    const collecting = new CollectingHandler(["y", "2", "", " name ", "", "secret"]);
    output.setHandler(collecting);
    output.info("i");
    output.detail("d", 2);
    output.warn("w");
    expect(await output.confirm("c?")).toBe(true);
    expect(await output.choose("which", ["a", "b"])).toBe(1);
    await output.pause("p");
    expect(await output.prompt("label")).toBe("name");
    expect(await output.promptSecret("token")).toBe("secret");
    output.progress("work", 2).update(1);
    expect(collecting.said).toEqual([
      { kind: "info", message: "i" },
      { kind: "detail", message: "    d" },
      { kind: "warn", message: "w" },
      { kind: "confirm", message: "c?" },
      { kind: "choose", message: "which\na\nb" },
      { kind: "pause", message: "p" },
      { kind: "prompt", message: "label" },
      { kind: "secret", message: "token" },
      { kind: "secret", message: "token" },
      { kind: "progress", message: "work..." },
      { kind: "progress", message: "work... 50% (1/2)" },
    ]);
    await expect(output.confirm("more?")).rejects.toBeInstanceOf(UserAbort);
  });
});
